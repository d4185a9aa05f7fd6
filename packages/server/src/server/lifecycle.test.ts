/** The listener against clients that are slow, half gone, greedy or in a hurry, over real sockets. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { turns } from "../kernel/testing/fixtures.ts";
import { BodyBudget } from "../protocol/http/body-budget.ts";
import type { HttpHandler } from "../protocol/http/exchange.ts";
import { createRequestHandler } from "../protocol/http/handler.ts";
import type { HandlerOptions } from "../protocol/http/handler.ts";
import { parseAnswers, readAll } from "../protocol/http/testing.ts";
import { sampleModel } from "../protocol/sample-model.ts";
import { WireService } from "../protocol/wire-service.ts";
import { listen } from "./lifecycle.ts";
import { bodyBudgetLimits, bodyBytesMax, listenerLimits } from "./limits.ts";
import type { ListenerLimits } from "./limits.ts";

interface Setup extends AsyncDisposable {
  readonly dispatched: string[];
  open(): Socket;
}

type Dispatch = HandlerOptions["dispatch"];

async function start(
  limits: Partial<ListenerLimits> = {},
  dispatch?: Dispatch,
  handler?: HttpHandler,
  budget = new BodyBudget(bodyBudgetLimits),
): Promise<Setup> {
  const dispatched: string[] = [];
  const handle =
    handler ??
    createRequestHandler({
      services: [new WireService(sampleModel)],
      dispatch: async (...words) => {
        dispatched.push((words[2] as { readonly Text?: string }).Text ?? "");
        return dispatch === undefined ? words[2] : dispatch(...words);
      },
      newRequestId: () => "request",
      log: (_level, message, fields) => assert.fail(`${message} ${String(fields?.["error"])}`),
      count: () => undefined,
      bodyBytesMax,
      bodyBudgetOf: () => budget,
    });
  const listener = await listen({ any: handle, whole: handle }, "127.0.0.1", 0, { ...listenerLimits, ...limits });
  const port = Number(new URL(listener.url).port);
  return {
    dispatched,
    open: () => connect({ port, host: "127.0.0.1", allowHalfOpen: true }),
    [Symbol.asyncDispose]: () => listener.close(),
  };
}

function request(text: string, version = "1.1", ...headers: readonly string[]): string {
  const body = JSON.stringify({ Text: text });
  const lines = [
    `POST / HTTP/${version}`,
    ...(version === "1.1" ? ["host: localhost"] : []),
    "content-type: application/x-amz-json-1.1",
    "x-amz-target: Sample_20200101.Echo",
    `content-length: ${body.length}`,
    ...headers,
  ];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

/** The statuses of all answers up to the end of the connection, which a client has to close as well. */
async function statuses(socket: Socket): Promise<number[]> {
  socket.once("end", () => socket.end());
  const answers = parseAnswers(await readAll(socket));
  socket.destroy();
  return answers.map(({ status }) => status);
}

/** An operation that waits until the client has gone, as a long poll does. */
function waiting(): { readonly dispatch: Dispatch; readonly arrived: Promise<void>; readonly gone: Promise<void> } {
  const arrived = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const dispatch: Dispatch = async (_service, _operation, _input, { signal }) => {
    arrived.resolve();
    if (signal?.aborted === false) await once(signal, "abort");
    gone.resolve();
    return undefined;
  };
  return { dispatch, arrived: arrived.promise, gone: gone.promise };
}

describe("clients that leave", () => {
  test("one that has closed its side gets its answer, also to requests sent one behind the other", async () => {
    await using setup = await start();
    const socket = setup.open();
    socket.end(request("a") + request("b"));
    assert.deepEqual(await statuses(socket), [200, 200]);
    assert.deepEqual(setup.dispatched, ["a", "b"]);
  });

  test("a request that waits ends when its client has closed its side", async () => {
    const { dispatch, gone } = waiting();
    await using setup = await start({}, dispatch);
    const socket = setup.open();
    socket.end(request("a"));
    await gone;
    assert.deepEqual(await statuses(socket), [200]);
  });

  test("a request that waits ends when its client is gone", async () => {
    const { dispatch, arrived, gone } = waiting();
    await using setup = await start({}, dispatch);
    const socket = setup.open();
    socket.write(request("a"));
    await arrived;
    socket.resetAndDestroy();
    await gone;
  });

  test("many waits in turn on one connection leave no listeners behind", async () => {
    const warnings: string[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning.message);
    process.on("warning", onWarning);
    await using setup = await start(
      {},
      async (_service, _operation, input, { signal }) => {
        assert.equal(signal?.aborted, false);
        return input;
      },
      undefined,
    );
    const socket = setup.open();
    for (let turn = 0; turn < 30; turn += 1) {
      socket.write(request(String(turn)));
      await once(socket, "data");
    }
    socket.destroy();
    process.off("warning", onWarning);
    assert.deepEqual(warnings, []);
    assert.equal(setup.dispatched.length, 30);
  });

  test("a body cut short reaches no operation", async () => {
    await using setup = await start();
    for (const cut of [1, 20]) {
      const socket = setup.open();
      socket.end(request("abcdefghijklmnopqrstuvwxyz").slice(0, -cut));
      assert.deepEqual(await statuses(socket), [400]);
      const reset = setup.open();
      reset.write(request("abcdefghijklmnopqrstuvwxyz").slice(0, -cut), () => reset.resetAndDestroy());
      await readAll(reset);
    }
    assert.deepEqual(setup.dispatched, []);
  });
});

describe("clients that are slow or greedy", () => {
  test("a head, a body, or nothing at all that does not come is given up", async () => {
    await using setup = await start({ checkMs: 20, headMsMax: 60, requestMsMax: 120 });
    for (const begun of ["", "POST / HT", "POST / HTTP/1.1\r\nhost: x\r\n", request("abc").slice(0, -3)]) {
      const socket = setup.open();
      socket.write(begun);
      const found = await statuses(socket);
      assert.ok(
        found.length === 0 || (found.length === 1 && found[0] === 408),
        `${JSON.stringify(begun)}: ${found.join()}`,
      );
    }
    assert.deepEqual(setup.dispatched, []);
  });

  test("one that holds room for its body and sends nothing is given up, and who waited for it goes on", async () => {
    const budget = new BodyBudget({ bytesMax: bodyBytesMax, smallBytesMax: 10 });
    await using setup = await start({ checkMs: 20, headMsMax: 60, requestMsMax: 120 }, undefined, undefined, budget);
    const holder = setup.open();
    const held = statuses(holder);
    holder.write(request("a").replace(/content-length: \d+/, `content-length: ${bodyBytesMax}`));
    while (budget.heldBytes < bodyBytesMax) await turns(1);
    // All of it is there, and what it becomes is not small.
    const body = gzipSync('{"Text":"b"}');
    const next = setup.open();
    const [head] = request("", "1.1", "content-encoding: gzip").split("\r\n\r\n");
    const sized = head?.replace(/content-length: \d+/, `content-length: ${body.length}`);
    next.end(Buffer.concat([Buffer.from(`${sized}\r\n\r\n`), body]));
    assert.deepEqual(await statuses(next), [200]);
    assert.deepEqual(await held, [408]);
    assert.deepEqual(setup.dispatched, ["b"]);
    assert.deepEqual([budget.heldBytes, budget.waitingCount], [0, 0]);
  });

  test("a head larger than allowed is refused", async () => {
    await using setup = await start({ headBytesMax: 8_192 });
    const socket = setup.open();
    socket.end(request("a", "1.1", `x-long: ${"x".repeat(10_000)}`));
    assert.deepEqual(await statuses(socket), [431]);
    assert.deepEqual(setup.dispatched, []);
  });

  test("no header is dropped for being one of many", async () => {
    let last: string | undefined;
    await using setup = await start({}, async (_service, _operation, input, call) => {
      last = call.header("x-last");
      return input;
    });
    const socket = setup.open();
    socket.end(
      request(
        "a",
        "1.1",
        ...Array.from({ length: 2_500 }, (_, index) => `a${index}:`),
        "x-last: here",
        "connection: close",
      ),
    );
    assert.deepEqual(await statuses(socket), [200]);
    assert.equal(last, "here");
  });

  test("a connection beyond the limit is closed, and one that ends makes room", async () => {
    await using setup = await start({ connectionsMax: 2 });
    const open = [setup.open(), setup.open()];
    await Promise.all(open.map((socket) => once(socket, "connect")));
    assert.deepEqual(await statuses(setup.open()), []);
    const [first, second] = open;
    first?.end(request("a"));
    assert.deepEqual(first === undefined ? [] : await statuses(first), [200]);
    second?.end(request("b"));
    assert.deepEqual(second === undefined ? [] : await statuses(second), [200]);
  });

  test("requests piled up behind one that waits end the connection", async () => {
    const { dispatch, gone } = waiting();
    await using setup = await start({ pipelinedRequestsMax: 10 }, dispatch);
    const socket = setup.open();
    socket.write(request("x").repeat(50));
    assert.deepEqual(await statuses(socket), []);
    await gone;
    assert.equal(setup.dispatched.length, 11);
  });

  test("as many as allowed are answered in order", async () => {
    await using setup = await start({ pipelinedRequestsMax: 10 });
    const socket = setup.open();
    const texts = Array.from({ length: 11 }, (_, index) => String(index));
    socket.end(texts.map((text) => request(text)).join(""));
    socket.once("end", () => socket.end());
    const answers = parseAnswers(await readAll(socket)).map(
      ({ body }) => (JSON.parse(body) as { readonly Text: string }).Text,
    );
    assert.deepEqual(answers, texts);
  });
});

describe("forms of HTTP", () => {
  test("a refusal leaves the connection open for the next request", async () => {
    await using setup = await start();
    const socket = setup.open();
    socket.end(request("a").replace("Echo", "Nope") + request("b").replace('"b"', "bad") + request("c"));
    assert.deepEqual(await statuses(socket), [400, 400, 200]);
  });

  test("HTTP/1.0 is answered and closed", async () => {
    await using setup = await start();
    const socket = setup.open();
    socket.write(request("a", "1.0"));
    assert.deepEqual(await statuses(socket), [200]);
  });

  test("HTTP/1.1 without a host, and what is no HTTP, are refused", async () => {
    await using setup = await start();
    for (const bytes of [
      request("a").replace("host: localhost\r\n", ""),
      "\u0016\u0003\u0001\r\n\r\n",
      "GET\r\n\r\n",
      "POST / HTTP/9.9\r\n\r\n",
    ]) {
      const socket = setup.open();
      socket.end(bytes);
      assert.deepEqual(await statuses(socket), [400], bytes);
    }
    const smuggled = setup.open();
    smuggled.end(request("a", "1.1", "transfer-encoding: chunked"));
    assert.deepEqual(await statuses(smuggled), [400]);
    assert.deepEqual(setup.dispatched, []);
  });

  test("HEAD has an answer without a body", async () => {
    await using setup = await start();
    const socket = setup.open();
    socket.end("HEAD / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    const text = (await readAll(socket)).toString();
    assert.match(text, /^HTTP\/1\.1 404 /);
    assert.ok(text.endsWith("\r\n\r\n"), text);
  });

  test("who asks before sending a body is told to go on, or that it is too large", async () => {
    await using setup = await start();
    const expecting = "expect: 100-continue";
    const small = setup.open();
    const [head = "", body = ""] = request("a", "1.1", expecting, "connection: close").split("\r\n\r\n");
    small.write(`${head}\r\n\r\n`);
    const [first] = (await once(small, "data")) as [Buffer];
    assert.match(first.toString(), /^HTTP\/1\.1 100 /);
    small.end(body);
    assert.deepEqual(await statuses(small), [200]);
    const large = setup.open();
    large.write(
      request("b", "1.1", expecting)
        .replace(/content-length: \d+/, `content-length: ${bodyBytesMax + 1}`)
        .split("\r\n\r\n")[0] ?? "",
    );
    large.write("\r\n\r\n");
    assert.deepEqual(await statuses(large), [413]);
    assert.deepEqual(setup.dispatched, ["a"]);
  });

  test("a client that goes on sending a body too large reads its refusal", async () => {
    await using setup = await start();
    const socket = setup.open();
    const length = 30_000_000;
    socket.write(request("a").replace(/content-length: \d+/, `content-length: ${length}`));
    socket.end(Buffer.alloc(length - '{"Text":"a"}'.length));
    assert.deepEqual(await statuses(socket), [413]);
  });
});
