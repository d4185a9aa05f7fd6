/** Connections that begin with requests that arrive whole, and what happens when something else follows. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { describe, test } from "node:test";
import type { HttpHandler, HttpRequest } from "../protocol/http/exchange.ts";
import { isWhole } from "../protocol/http/exchange.ts";
import { parseAnswers, readAll } from "../protocol/http/testing.ts";
import { listen } from "./lifecycle.ts";
import { listenerLimits } from "./limits.ts";
import type { ListenerLimits } from "./limits.ts";

function request(body: string, ...headers: readonly string[]): string {
  const lines = [
    "POST / HTTP/1.1",
    "host: x",
    "x-amz-target: A.B",
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers,
  ];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

/** Answers with the body that came, behind `short` or `long` for the way it came; waits for `held` before it does. */
async function start(limits: Partial<ListenerLimits> = {}, held?: Promise<void>) {
  const arrived = Promise.withResolvers<void>();
  const answer = async (way: string, body: string, response: Parameters<HttpHandler>[1]): Promise<void> => {
    arrived.resolve();
    await held;
    const text = `${way} ${body}`;
    response.writeHead(200, { "content-length": Buffer.byteLength(text) });
    response.end(text);
  };
  const handle = (received: HttpRequest, response: Parameters<HttpHandler>[1]): void => {
    if (isWhole(received)) return void answer("short", received.wholeBody.toString(), response);
    const chunks: Buffer[] = [];
    received.on("data", (chunk: Buffer) => chunks.push(chunk));
    received.on("end", () => void answer("long", Buffer.concat(chunks).toString(), response));
  };
  const listener = await listen({ any: handle, whole: handle }, "127.0.0.1", 0, { ...listenerLimits, ...limits });
  return {
    listener,
    arrived: arrived.promise,
    open: (): Socket => connect({ port: Number(new URL(listener.url).port), host: "127.0.0.1", allowHalfOpen: true }),
    [Symbol.asyncDispose]: () => listener.close(),
  };
}

async function bodies(socket: Socket): Promise<string[]> {
  socket.once("end", () => socket.end());
  return parseAnswers(await readAll(socket)).map(({ body }) => body);
}

describe("a connection", () => {
  test("is answered in UTF-8, whatever letters an answer has", async () => {
    await using server = await start();
    const socket = server.open();
    const answers = bodies(socket);
    const texts = ["a", "é", "ÿ\u0080", "漢", "😀", "a\u0000"];
    for (const text of texts) {
      socket.write(request(text));
      await once(socket, "data");
    }
    socket.end();
    assert.deepEqual(
      await answers,
      texts.map((text) => `short ${text}`),
    );
  });

  test("takes the short way until something else comes, then the other one for good", async () => {
    await using server = await start();
    const socket = server.open();
    const answers = bodies(socket);
    for (const part of [request("a"), request("b"), request("c", "connection: Keep-Alive, x"), request("d")]) {
      socket.write(part);
      await once(socket, "data");
    }
    socket.end();
    assert.deepEqual(await answers, ["short a", "short b", "long c", "long d"]);
  });

  test("goes over with the part of a request that has come", async () => {
    await using server = await start();
    const socket = server.open();
    const answers = bodies(socket);
    socket.write(request("a"));
    await once(socket, "data");
    const whole = request("begun and ended");
    socket.write(whole.slice(0, 30));
    // The next answer only comes when all of it has been read in one piece.
    socket.write(whole.slice(30));
    await once(socket, "data");
    socket.end();
    const [first, second] = await answers;
    assert.equal(first, "short a");
    assert.match(second ?? "", /^(short|long) begun and ended$/);
  });

  test("is read on once a request that waits is answered; order is kept, also behind a closed side", async () => {
    const held = Promise.withResolvers<void>();
    await using server = await start({}, held.promise);
    const socket = server.open();
    const answers = bodies(socket);
    socket.write(request("a"));
    await server.arrived;
    socket.end(request("b") + request("c"));
    held.resolve();
    assert.deepEqual(
      (await answers).map((body) => body.split(" ")[1]),
      ["a", "b", "c"],
    );
  });
});

test("a client that takes no answers is not heard further, until it does", async (context) => {
  const answer = "x".repeat(512 * 1024);
  const seen: { asked: number; socket?: Socket } = { asked: 0 };
  const handle: HttpHandler = (received, response) => {
    assert.ok(isWhole(received));
    seen.socket = received.socket;
    seen.asked += 1;
    response.writeHead(200, { "content-length": answer.length });
    response.end(answer);
  };
  const listener = await listen({ any: handle, whole: handle }, "127.0.0.1", 0, listenerLimits);
  const socket = connect({ port: Number(new URL(listener.url).port), host: "127.0.0.1", allowHalfOpen: true });
  context.after(async () => {
    socket.destroy();
    await listener.close();
  });
  socket.pause();
  const requestsMax = 60;
  let sent = 0;
  while (sent < requestsMax && seen.socket?.isPaused() !== true) {
    socket.write(request(""));
    sent += 1;
    while (seen.asked < sent && seen.socket?.isPaused() !== true) await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(sent < requestsMax, "all were answered into memory");
  assert.ok((seen.socket?.writableLength ?? 0) <= 2 * answer.length);
  const answers = bodies(socket);
  socket.resume().end();
  assert.equal((await answers).length, sent);
});

describe("a stop", () => {
  test("ends idle connections at once and busy ones when they have been answered", async () => {
    const held = Promise.withResolvers<void>();
    const server = await start({}, held.promise);
    const [idle, busy] = [server.open(), server.open()];
    await Promise.all([once(idle, "connect"), once(busy, "connect")]);
    const answers = bodies(busy);
    busy.write(request("a"));
    await server.arrived;
    const idleEnded = bodies(idle);
    const closed = server.listener.close();
    assert.deepEqual(await idleEnded, []);
    held.resolve();
    await closed;
    assert.deepEqual(await answers, ["short a"]);
  });

  test(
    "does so with connections that have gone over as well, without waiting to cut them",
    { timeout: 10_000 },
    async () => {
      const held = Promise.withResolvers<void>();
      const server = await start({ stopMsMax: 2 ** 31 - 1 }, held.promise);
      const busy = server.open();
      const answers = bodies(busy);
      busy.write(request("a", "connection: keep-alive, x"));
      await server.arrived;
      const closed = server.listener.close();
      held.resolve();
      await closed;
      assert.deepEqual(await answers, ["long a"]);
    },
  );
});

describe("a connection that brings nothing", () => {
  test("is cut, before its first request and between two", async () => {
    await using server = await start({ checkMs: 10, headMsMax: 20, keepAliveMs: 20 });
    const [silent, asked] = [server.open(), server.open()];
    asked.write(request("a"));
    assert.deepEqual(await Promise.all([bodies(silent), bodies(asked)]), [[], ["short a"]]);
  });
});
