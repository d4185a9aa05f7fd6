/** Bodies of many connections that share one budget, over real sockets: `body-budget.ts` and its use in `body.ts`. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { SeededRandom } from "../../kernel/random.ts";
import { turns } from "../../kernel/testing/fixtures.ts";
import { BodyBudget } from "./body-budget.ts";
import { bodyBytesMax, parseAnswers, readAll, startTestListener } from "./testing.ts";
import type { TestListener } from "./testing.ts";

const smallBytesMax = 10_000;

/** For so many bodies of the largest size. */
function budgetFor(bodies: number): BodyBudget {
  return new BodyBudget({ bytesMax: bodies * bodyBytesMax, smallBytesMax });
}

function textOf(length: number): string {
  return `{"Text":"${"x".repeat(length - 11)}"}`;
}

const common = [
  "POST / HTTP/1.1",
  "host: localhost",
  "content-type: application/x-amz-json-1.1",
  "x-amz-target: Sample_20200101.Echo",
];

function headOf(...headers: readonly string[]): string {
  return `${[...common, ...headers].join("\r\n")}\r\n\r\n`;
}

const large = textOf(bodyBytesMax);
const largeHead = headOf(`content-length: ${bodyBytesMax}`, "connection: close");

function open(listener: TestListener): Socket {
  return connect(listener.port, "127.0.0.1").on("error", () => undefined);
}

/** A connection that has sent a request's head and the first byte of its body. */
function begin(listener: TestListener, head = largeHead): Socket {
  const socket = open(listener);
  socket.write(`${head}{`);
  return socket;
}

async function statuses(socket: Socket): Promise<number[]> {
  return parseAnswers(await readAll(socket)).map(({ status }) => status);
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turns(1);
}

async function isEmpty(budget: BodyBudget): Promise<void> {
  await until(() => budget.heldBytes === 0 && budget.waitingCount === 0);
}

/** Answers what it was asked, once `held` resolves. */
function dispatchAfter(held: Promise<void>): Parameters<typeof startTestListener>[0] {
  return async ({ input }) => {
    await held;
    return input;
  };
}

test("many large bodies at once stay within the budget, and all are answered", async () => {
  const budget = budgetFor(3);
  const held: number[] = [];
  const dispatch: Parameters<typeof startTestListener>[0] = async ({ input }) => {
    held.push(budget.heldBytes);
    await turns(1);
    return input;
  };
  await using listener = await startTestListener(dispatch, {}, budget);
  const sockets = Array.from({ length: 40 }, () => begin(listener));
  await until(() => budget.waitingCount === 37);
  assert.equal(budget.heldBytes, 3 * bodyBytesMax);
  const answers = sockets.map((socket) => statuses(socket));
  for (const socket of sockets) socket.write(large.slice(1));
  assert.deepEqual(
    await Promise.all(answers),
    Array.from({ length: 40 }, () => [200]),
  );
  assert.equal(held.length, 40);
  for (const bytes of held) assert.ok(bytes >= bodyBytesMax && bytes <= budget.bytesMax, String(bytes));
  await isEmpty(budget);
});

test("who waits is not read on", async () => {
  const budget = budgetFor(1);
  await using listener = await startTestListener(undefined, {}, budget);
  const holder = begin(listener);
  await until(() => budget.heldBytes > 0);
  // More than sockets take that nobody reads, and all of it read to nowhere once it is known to be too much.
  const sent = Buffer.alloc(30_000_000, 0x20);
  const waiting = open(listener);
  const status = statuses(waiting);
  waiting.write(`${headOf("transfer-encoding: chunked")}${sent.length.toString(16)}\r\n`);
  waiting.write(sent);
  waiting.write("\r\n0\r\n\r\n");
  await until(() => budget.waitingCount === 1);
  await turns(200);
  assert.ok(waiting.writableLength > 0);
  holder.destroy();
  assert.deepEqual(await status, [413]);
  await isEmpty(budget);
});

describe("small bodies", () => {
  test("are answered while large ones wait, in whatever form they come", async () => {
    const budget = budgetFor(1);
    await using listener = await startTestListener(undefined, {}, budget);
    const sockets = [begin(listener), begin(listener)];
    await until(() => budget.waitingCount === 1);
    const text = textOf(smallBytesMax - 100);
    const zipped = gzipSync(text);
    const framed = `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
    const small: readonly (readonly [string, Buffer | string])[] = [
      [`content-length: ${text.length}`, text],
      ["transfer-encoding: chunked", framed],
      [`content-length: ${zipped.length}\r\ncontent-encoding: gzip`, zipped],
      [`content-length: ${framed.length}\r\ncontent-encoding: aws-chunked`, framed],
    ];
    for (const [header, body] of small) {
      const socket = open(listener);
      const answer = statuses(socket);
      socket.write(headOf(header, "connection: close"));
      await turns(1);
      socket.write(body);
      assert.deepEqual(await answer, [200], header);
    }
    assert.deepEqual([budget.heldBytes, budget.waitingCount], [bodyBytesMax, 1]);
    const answers = sockets.map((socket) => statuses(socket));
    for (const socket of sockets) socket.write(large.slice(1));
    assert.deepEqual(await Promise.all(answers), [[200], [200]]);
    await isEmpty(budget);
  });

  test("sent behind one that is still being answered count, for a client may send many", async () => {
    const budget = budgetFor(1);
    const held = Promise.withResolvers<void>();
    await using listener = await startTestListener(dispatchAfter(held.promise), {}, budget);
    const socket = open(listener);
    const text = textOf(1_000);
    const request = headOf(`content-length: ${text.length}`) + text;
    const lastHead = headOf(`content-length: ${text.length}`, "connection: close");
    socket.write(request + request + request + lastHead + text);
    await until(() => listener.dispatched.length === 4);
    assert.equal(budget.heldBytes, 3 * text.length);
    held.resolve();
    assert.deepEqual(await statuses(socket), [200, 200, 200, 200]);
    await isEmpty(budget);
  });
});

describe("bodies whose size is not known", () => {
  const chunkedHead = headOf("transfer-encoding: chunked", "connection: close");
  const half = large.length / 2;
  const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

  test("cannot wait for each other half-read", { timeout: 20_000 }, async () => {
    const budget = budgetFor(1.5);
    await using listener = await startTestListener(undefined, {}, budget);
    const sockets = Array.from({ length: 8 }, () => open(listener));
    const answers = sockets.map((socket) => statuses(socket));
    for (const socket of sockets) socket.write(chunkedHead + chunk(large.slice(0, half)));
    await until(() => budget.waitingCount === 7);
    assert.equal(budget.heldBytes, bodyBytesMax);
    for (const socket of sockets) socket.write(`${chunk(large.slice(half))}0\r\n\r\n`);
    assert.deepEqual(
      await Promise.all(answers),
      Array.from({ length: 8 }, () => [200]),
    );
    await isEmpty(budget);
  });

  test("hold what they have once it is known, as long as they are being answered", async () => {
    const budget = budgetFor(1);
    const held = Promise.withResolvers<void>();
    await using listener = await startTestListener(dispatchAfter(held.promise), {}, budget);
    const answer = listener.ask(
      [...common.slice(0, 1), ...common.slice(2), "transfer-encoding: chunked"],
      [chunk(large.slice(0, half)), chunk(`${" ".repeat(100)}"}`), "0\r\n\r\n"].join(""),
    );
    await until(() => listener.dispatched.length === 1);
    assert.equal(budget.heldBytes, half + 102);
    held.resolve();
    assert.equal((await answer).status, 200);
    await isEmpty(budget);
  });

  test("count decompressed, in room of their own when they turn out not to be small", async () => {
    const budget = budgetFor(2);
    const held = Promise.withResolvers<void>();
    await using listener = await startTestListener(dispatchAfter(held.promise), {}, budget);
    const zipped = gzipSync(large);
    assert.ok(zipped.length < smallBytesMax);
    const head = headOf(`content-length: ${zipped.length}`, "content-encoding: gzip", "connection: close");
    const sockets = [1, 2, 3].map(() => open(listener));
    const answers = sockets.map((socket) => statuses(socket));
    for (const socket of sockets) socket.write(Buffer.concat([Buffer.from(head), zipped]));
    await until(() => listener.dispatched.length === 1 && budget.waitingCount === 2);
    assert.equal(budget.heldBytes, zipped.length + large.length);
    held.resolve();
    assert.deepEqual(await Promise.all(answers), [[200], [200], [200]]);
    await isEmpty(budget);
  });
});

describe("room is given back", () => {
  test("by clients that go away, whether they hold it or wait", async () => {
    const budget = budgetFor(1);
    await using listener = await startTestListener(undefined, {}, budget);
    const first = begin(listener);
    await until(() => budget.heldBytes > 0);
    const zipped = gzipSync(large);
    const zippedHead = headOf(`content-length: ${zipped.length}`, "content-encoding: gzip");
    const [second, third, fourth] = [begin(listener), begin(listener), open(listener)];
    fourth.write(Buffer.concat([Buffer.from(zippedHead), zipped]));
    await until(() => budget.waitingCount === 3);
    fourth.resetAndDestroy();
    await until(() => budget.waitingCount === 2);
    second.resetAndDestroy();
    await until(() => budget.waitingCount === 1);
    assert.equal(budget.heldBytes, bodyBytesMax);
    first.resetAndDestroy();
    await until(() => budget.waitingCount === 0);
    assert.equal(budget.heldBytes, bodyBytesMax);
    const answer = statuses(third);
    third.write(large.slice(1));
    assert.deepEqual(await answer, [200]);
    assert.equal(listener.dispatched.length, 1);
    await isEmpty(budget);
  });

  test("by requests that are refused, for whatever reason", async () => {
    const budget = budgetFor(4);
    await using listener = await startTestListener(undefined, {}, budget);
    const head = [...common.slice(0, 1), ...common.slice(2)];
    const noise = Buffer.alloc(bodyBytesMax, 0x41);
    const tooLong = Buffer.alloc(bodyBytesMax + 1, 0x20);
    const chunked = Buffer.concat([
      Buffer.from(`${tooLong.length.toString(16)}\r\n`),
      tooLong,
      Buffer.from("\r\n0\r\n\r\n"),
    ]);
    const requests: readonly (readonly [status: number, headers: readonly string[], body: Buffer])[] = [
      [400, [], noise],
      [400, ["content-encoding: gzip"], noise],
      [400, ["content-encoding: aws-chunked"], noise],
      [400, ["transfer-encoding: chunked"], noise],
      [403, ["origin: https://elsewhere.example"], noise],
      [413, [], tooLong],
      [413, ["transfer-encoding: chunked"], chunked],
      [413, ["content-encoding: gzip"], gzipSync(Buffer.alloc(50_000_000))],
      [413, ["content-encoding: gzip"], gzipSync(Buffer.alloc(2_000_000))],
      [415, ["content-encoding: x, y, z"], noise],
    ];
    for (const [status, headers, body] of requests) {
      assert.equal((await listener.ask([...head, ...headers], body)).status, status, headers.join());
      await isEmpty(budget);
    }
    assert.deepEqual(listener.dispatched, []);
  });
});

test("clients that go away at any moment leave nothing behind", async () => {
  const seed = 11;
  const random = new SeededRandom(seed);
  const budget = budgetFor(4);
  const dispatch: Parameters<typeof startTestListener>[0] = async ({ input }) => {
    assert.ok(budget.heldBytes <= budget.bytesMax);
    await turns(1);
    return input;
  };
  await using listener = await startTestListener(dispatch, {}, budget);
  const client = async (): Promise<number> => {
    const text = textOf(1_000 + random.below(bodyBytesMax - 1_000));
    const isZipped = random.random() < 0.3;
    const body = isZipped ? gzipSync(text) : Buffer.from(text);
    const isChunked = random.random() < 0.4;
    const sent = isChunked
      ? Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from("\r\n0\r\n\r\n")])
      : body;
    const length = isChunked ? "transfer-encoding: chunked" : `content-length: ${body.length}`;
    const head = headOf(length, "connection: close", ...(isZipped ? ["content-encoding: gzip"] : []));
    const bytes = Buffer.concat([Buffer.from(head), sent]);
    const end = random.random() < 0.5 ? random.below(bytes.length) : bytes.length;
    const socket = open(listener);
    await once(socket, "connect");
    const answer = statuses(socket);
    for (let start = 0; start < end;) {
      const next = Math.min(end, start + 1 + random.below(60_000));
      socket.write(bytes.subarray(start, next));
      start = next;
      await turns(random.below(3));
    }
    if (end < bytes.length) socket.resetAndDestroy();
    const [status] = await answer;
    if (end === bytes.length) assert.equal(status, 200, `seed ${seed}`);
    return status ?? 0;
  };
  let answered = 0;
  for (let round = 0; round < 20; round += 1) {
    const all = await Promise.all(Array.from({ length: 30 }, () => client()));
    answered += all.filter((status) => status === 200).length;
    await isEmpty(budget);
  }
  assert.ok(answered > 200 && answered < 400, String(answered));
});
