import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { outboxTable } from "./outbox.ts";
import type { OutboxHandler, OutboxRow } from "./outbox.ts";
import { counter, counters, startKernel, turns } from "./testing/fixtures.ts";
import type { StartedKernel } from "./testing/fixtures.ts";

/** Tries that end when the test says so, and what came of them. */
function heldHandler() {
  const tries: { readonly row: OutboxRow; succeed(result?: unknown): void; fail(error: unknown): void }[] = [];
  const outcomes: string[] = [];
  const handler: OutboxHandler = {
    attempt: (row) =>
      new Promise((resolve, reject) => {
        tries.push({ row, succeed: resolve, fail: reject });
      }),
    succeeded: (tx, row, result) => {
      outcomes.push(`${row.id}: ${String(result)}`);
      tx.put(counters, counter(row.id, row.attempts));
    },
    retryAt: (row, error, now) => (String(error).includes("again") ? now + row.attempts * 1_000 : undefined),
    gaveUp: (_tx, row, error) => void outcomes.push(`${row.id}: gave up after ${row.attempts}, ${String(error)}`),
  };
  return { handler, tries, outcomes };
}

function enqueue({ kernel }: StartedKernel, id: string, kind = "held", payload: unknown = null): void {
  kernel.transact((tx) => kernel.outbox.enqueue(tx, { shard: 0, id, kind, payload }));
}

async function started() {
  const kernel = await startKernel();
  const held = heldHandler();
  kernel.kernel.outbox.handle("held", held.handler);
  return { ...kernel, ...held };
}

describe("an effect", () => {
  test("is tried only after the commit that causes it", async () => {
    const server = await started();
    server.store.held = true;
    enqueue(server, "a");
    await turns(3);
    assert.equal(server.tries.length, 0);
    server.store.release();
    await turns(3);
    assert.deepEqual(
      server.tries.map(({ row }) => row.id),
      ["a"],
    );
  });

  test("waits for its own commit, also when another's brings the outbox to look", async () => {
    const server = await started();
    server.store.held = true;
    enqueue(server, "a");
    await turns(2);
    enqueue(server, "b");
    server.store.release();
    server.store.held = true;
    await turns(3);
    assert.deepEqual(
      server.tries.map(({ row }) => row.id),
      ["a"],
    );
    server.store.release();
    await turns(3);
    assert.deepEqual(
      server.tries.map(({ row }) => row.id),
      ["a", "b"],
    );
  });

  test("carries its payload, and its row goes in the same commit as what its success writes", async () => {
    const server = await started();
    const { kernel, store, tries, outcomes } = server;
    enqueue(server, "a", "held", { to: ["x"] });
    await turns(3);
    assert.deepEqual(tries[0]?.row.payload, { to: ["x"] });
    assert.equal(kernel.outbox.runningCount, 1);
    store.groups.length = 0;
    tries[0]?.succeed("sent");
    await kernel.settle();
    assert.deepEqual(outcomes, ["a: sent"]);
    assert.deepEqual(
      store.groups.map((group) => group.map(({ kind, table }) => `${kind} ${table.name}`)),
      [["delete kernel_outbox", "put test_counters"]],
    );
    assert.equal(kernel.outbox.runningCount, 0);
    assert.equal(kernel.resident(outboxTable).size, 0);
  });

  test("is tried again when its handler says, with the tries counted, and given up when it says nothing", async () => {
    const server = await started();
    const { kernel, clock, tries, outcomes } = server;
    enqueue(server, "a");
    await turns(3);
    tries[0]?.fail("again");
    await kernel.settle();
    assert.equal(clock.nextDeadline(), 1_001_000);
    const advanced = kernel.advanceClock(1_000);
    await turns(5);
    assert.equal(tries[1]?.row.attempts, 1);
    tries[1]?.fail("again");
    await advanced;
    assert.equal(clock.nextDeadline(), 1_003_000);
    const last = kernel.advanceClock(2_000);
    await turns(5);
    tries[2]?.fail("enough");
    await last;
    assert.deepEqual(outcomes, ["a: gave up after 3, enough"]);
    assert.equal(kernel.resident(outboxTable).size, 0);
  });

  test("whose handler throws instead of giving a promise has failed like any other", async () => {
    const server = await started();
    const { kernel, outcomes } = server;
    const { handler } = heldHandler();
    kernel.outbox.handle("throws", {
      ...handler,
      attempt: () => {
        throw new Error("at once");
      },
      gaveUp: (_tx, row, error) => void outcomes.push(`${row.id}: ${String(error)}`),
    });
    enqueue(server, "a", "throws");
    await kernel.advanceClock(0);
    assert.deepEqual(outcomes, ["a: Error: at once"]);
    assert.equal(kernel.outbox.runningCount, 0);
  });

  test("that is taken back while it is tried changes nothing more", async () => {
    const server = await started();
    const { kernel, tries, outcomes } = server;
    enqueue(server, "a");
    await turns(3);
    kernel.transact((tx) => tx.delete(outboxTable, "a"));
    tries[0]?.succeed();
    await kernel.settle();
    assert.deepEqual(outcomes, []);
  });
});

describe("many effects", () => {
  test("at most 64 are tried at once, the next as soon as one has ended", async () => {
    const server = await started();
    const { kernel, tries } = server;
    kernel.transact((tx) => {
      for (let index = 0; index < 70; index += 1)
        kernel.outbox.enqueue(tx, { shard: 0, id: `e${index}`, kind: "held", payload: null });
    });
    await turns(3);
    assert.equal(tries.length, 64);
    tries[10]?.succeed();
    await turns(4);
    assert.equal(tries.length, 65);
    assert.equal(new Set(tries.map(({ row }) => row.id)).size, 65);
    for (const { succeed } of tries) succeed();
    await turns(6);
    for (const { succeed } of tries) succeed();
    await kernel.settle();
    assert.equal(tries.length, 70);
    assert.equal(kernel.resident(counters).size, 70);
  });

  test("one that waits for its next try does not hold up the others", async () => {
    const server = await started();
    const { kernel, tries } = server;
    enqueue(server, "slow");
    await turns(3);
    tries[0]?.fail("again");
    await kernel.settle();
    enqueue(server, "quick");
    await turns(3);
    assert.deepEqual(
      tries.map(({ row }) => row.id),
      ["slow", "quick"],
    );
  });
});

describe("an effect and the end of the server", () => {
  test("one under way when the server stops is made again after the next start", async () => {
    const server = await started();
    enqueue(server, "a");
    await turns(3);
    await server.kernel.stop();
    server.tries[0]?.succeed("too late");
    await turns(3);
    assert.equal(server.tries.length, 1);
    assert.deepEqual(server.outcomes, []);
    assert.deepEqual(server.fatal, []);
    const held = heldHandler();
    const next = await startKernel(server.store, { prepare: ({ outbox }) => outbox.handle("held", held.handler) });
    await turns(3);
    assert.deepEqual(
      held.tries.map(({ row }) => [row.id, row.attempts]),
      [["a", 0]],
    );
    held.tries[0]?.succeed("sent");
    await next.kernel.settle();
    assert.deepEqual(held.outcomes, ["a: sent"]);
  });

  test("none is tried after a failed commit", async () => {
    const server = await started();
    server.store.held = true;
    enqueue(server, "a");
    await turns(2);
    server.store.fail(new Error("disk full"));
    await turns(3);
    assert.equal(server.tries.length, 0);
    assert.equal(server.fatal.length, 1);
  });

  test("a success that cannot be written down is fatal, once, and the row stays", async () => {
    const server = await started();
    const { kernel, fatal } = server;
    let attempts = 0;
    kernel.outbox.handle("broken", {
      ...heldHandler().handler,
      attempt: async () => void (attempts += 1),
      succeeded: () => {
        throw new Error("broken on purpose");
      },
    });
    enqueue(server, "a", "broken");
    await turns(20);
    assert.equal(attempts, 1);
    assert.equal(fatal.length, 1);
    assert.match(String(fatal[0]), /broken on purpose/);
    assert.equal(kernel.resident(outboxTable).size, 1);
  });

  test("a kind that nobody handles is fatal, and has one handler at most", async () => {
    const server = await started();
    enqueue(server, "a", "unheard-of");
    await turns(20);
    assert.equal(server.fatal.length, 1);
    assert.match(String(server.fatal[0]), /no handler for effects of kind unheard-of/);
    assert.throws(() => server.kernel.outbox.handle("held", heldHandler().handler), /outbox kind held has a handler/);
  });
});
