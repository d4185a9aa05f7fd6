import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { counter, counters, startKernel, turns } from "./testing/fixtures.ts";
import type { StartedKernel } from "./testing/fixtures.ts";
import { timersTable } from "./timers.ts";

/** Arms timers by name and due time after now, and notes in which order those of kind "log" fire. */
function logging({ kernel }: StartedKernel): { fired: string[]; arm: (name: string, delay: number) => void } {
  const fired: string[] = [];
  kernel.timers.handle("log", (tx, timer) => void fired.push(`${timer.id} ${tx.now - 1_000_000}`));
  const arm = (name: string, delay: number): void =>
    kernel.transact((tx) => kernel.timers.arm(tx, { shard: 0, id: name, kind: "log", dueAt: tx.now + delay }));
  return { fired, arm };
}

describe("timers", () => {
  test("fire in the order of their deadlines, ties in the order they were armed", async () => {
    const started = await startKernel();
    const { fired, arm } = logging(started);
    for (const [name, delay] of [
      ["z", 200],
      ["a", 200],
      ["m", 100],
      ["b", 200],
    ] as const)
      arm(name, delay);
    await started.kernel.advanceClock(1_000);
    assert.deepEqual(fired, ["m 100", "z 200", "a 200", "b 200"]);
  });

  test("keep that order over a restart, before those armed afterwards", async () => {
    const before = await startKernel();
    const first = logging(before);
    first.arm("z", 200);
    first.arm("a", 200);
    await before.kernel.stop();
    const after = await startKernel(before.store);
    const { fired, arm } = logging(after);
    arm("b", 200);
    await after.kernel.advanceClock(200);
    assert.deepEqual(first.fired, []);
    assert.deepEqual(fired, ["z 200", "a 200", "b 200"]);
  });

  test("one that was due while the server was down fires when it is up again", async () => {
    const before = await startKernel();
    logging(before).arm("a", 200);
    await before.kernel.stop();
    const after = await startKernel(before.store);
    const { fired } = logging(after);
    after.clock.startAt(1_005_000);
    await after.kernel.advanceClock(0);
    assert.deepEqual(fired, ["a 5000"]);
  });

  test("armed again, earlier or later, one fires only at its last deadline", async () => {
    const started = await startKernel();
    const { fired, arm } = logging(started);
    arm("later", 100);
    arm("earlier", 300);
    arm("later", 200);
    arm("earlier", 50);
    await started.kernel.advanceClock(1_000);
    assert.deepEqual(fired, ["earlier 50", "later 200"]);
  });

  test("one that a handler arms fires in its own turn, and one that a handler disarms does not", async () => {
    const started = await startKernel();
    const { kernel } = started;
    const { fired, arm } = logging(started);
    kernel.timers.handle("chain", (tx) => {
      kernel.timers.arm(tx, { shard: 0, id: "next", kind: "log", dueAt: tx.now + 10 });
      kernel.timers.disarm(tx, "unwanted");
      kernel.timers.disarm(tx, "unknown");
    });
    kernel.transact((tx) => kernel.timers.arm(tx, { shard: 0, id: "chain", kind: "chain", dueAt: tx.now + 100 }));
    arm("unwanted", 105);
    arm("last", 120);
    await kernel.advanceClock(1_000);
    assert.deepEqual(fired, ["next 110", "last 120"]);
  });

  test("more than fire in one turn all fire, at their deadline", async () => {
    const started = await startKernel();
    const { fired, arm } = logging(started);
    for (let index = 0; index < 250; index += 1) arm(`t${index}`, 100);
    await started.kernel.advanceClock(100);
    assert.deepEqual(
      fired,
      Array.from({ length: 250 }, (_, index) => `t${index} 100`),
    );
    assert.equal(started.kernel.resident(timersTable).size, 0);
  });

  test("the row goes in the same commit as what the handler writes", async () => {
    const { kernel, store } = await startKernel();
    kernel.transact((tx) => kernel.timers.arm(tx, { shard: 0, id: "t", kind: "test", dueAt: tx.now + 100 }));
    await kernel.pipeline.flush();
    store.groups.length = 0;
    await kernel.advanceClock(100);
    const operations = store.groups[0]?.map(({ kind, table }) => `${kind} ${table.name}`);
    assert.deepEqual(operations, ["delete kernel_timers", "put test_counters"]);
  });

  test("one whose arming was undone, or is not durable yet, sets no alarm", async () => {
    const { kernel, store, clock } = await startKernel();
    const timer = { shard: 0, id: "t", kind: "test", dueAt: clock.now() + 100 };
    assert.throws(() =>
      kernel.transact((tx) => {
        kernel.timers.arm(tx, timer);
        throw new Error("no");
      }),
    );
    await turns(2);
    assert.equal(clock.nextDeadline(), undefined);
    store.held = true;
    kernel.transact((tx) => kernel.timers.arm(tx, timer));
    await turns(2);
    assert.equal(clock.nextDeadline(), undefined);
    store.release();
    await turns(2);
    assert.equal(clock.nextDeadline(), timer.dueAt);
  });
});

describe("a timer that cannot be handled", () => {
  for (const [name, kind, reason] of [
    ["its handler throws", "broken", /broken on purpose/],
    ["nobody handles its kind", "unheard-of", /no handler for timers of kind unheard-of/],
  ] as const) {
    test(`is fatal, once, and nothing fires after it: ${name}`, async () => {
      const { kernel, fatal, clock } = await startKernel();
      kernel.timers.handle("broken", (tx) => {
        tx.insert(counters, counter("half"));
        throw new Error("broken on purpose");
      });
      kernel.transact((tx) => {
        kernel.timers.arm(tx, { shard: 0, id: "a", kind, dueAt: tx.now + 100 });
        kernel.timers.arm(tx, { shard: 0, id: "b", kind: "test", dueAt: tx.now + 100 });
      });
      await assert.rejects(kernel.advanceClock(1_000), /store has failed/);
      assert.equal(fatal.length, 1);
      assert.match(String(fatal[0]), reason);
      assert.deepEqual([...kernel.resident(counters).values()], []);
      assert.equal(kernel.resident(timersTable).size, 2);
      assert.equal(clock.nextDeadline(), undefined);
    });
  }

  test("a kind has one handler", async () => {
    const { kernel } = await startKernel();
    assert.throws(() => kernel.timers.handle("test", () => undefined), /timer kind test has a handler/);
  });
});
