import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Kernel } from "./kernel.ts";
import type { Module } from "./kernel.ts";
import { metaTable } from "./meta.ts";
import { park } from "./operation.ts";
import type { AnyOperation } from "./operation.ts";
import { LeaseLost, ShardNotOwned } from "./ownership.ts";
import { SeededRandom } from "./random.ts";
import { MemoryStore } from "./store/memory-store.ts";
import { call, counter, counters, HeldStore, turns } from "./testing/fixtures.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** A kernel whose shards are leased, over a store that others may use as well. */
async function start(store: MemoryStore, module: Partial<Module> = {}) {
  const clock = new VirtualClock(1_000_000);
  const shardCount = { shard: 0, name: "shard-count", value: "4" };
  await store.commit([{ kind: "put", table: metaTable, values: metaTable.encode(shardCount) }]);
  const lease = { nodeId: "a", incarnation: 1, isHeld: true, holds: (): boolean => lease.isHeld };
  const lost: unknown[] = [];
  const kernel = new Kernel({
    store,
    clock,
    random: new SeededRandom(1),
    lease,
    onFatal: (error) => assert.fail(String(error)),
    onLeaseLost: (error) => lost.push(error),
  });
  const fired: string[] = [];
  kernel.timers.handle("test", (tx, timer) => {
    fired.push(timer.id);
    tx.put(counters, { ...counter(timer.id, tx.now), shard: timer.shard });
  });
  await kernel.start([{ tables: [counters] as never, migrations: [], ...module }]);
  return { kernel, clock, lease, lost, fired };
}

/** An ARN that belongs to a shard. */
function arnIn(kernel: Kernel, shard: number): string {
  for (let number = 0; ; number += 1) if (kernel.shards.of(`arn:${number}`) === shard) return `arn:${number}`;
}

function add(arn: string, shard: number, name: string): AnyOperation {
  return { target: () => arn, decide: (tx) => tx.insert(counters, { ...counter(name), shard }) };
}

const names = (kernel: Kernel): string[] => [...kernel.resident(counters).values()].map(({ name }) => name).toSorted();

describe("a kernel with leased shards", () => {
  test("begins with none, and decides for what it adopts only", async () => {
    const { kernel } = await start(new MemoryStore());
    const arns = [0, 1].map((shard) => arnIn(kernel, shard));
    await assert.rejects(kernel.execute(add(arns[0] ?? "", 0, "x"), {}, call), ShardNotOwned);
    await kernel.adopt([0]);
    await kernel.execute(add(arns[0] ?? "", 0, "x"), {}, call);
    await assert.rejects(kernel.execute(add(arns[1] ?? "", 1, "y"), {}, call), ShardNotOwned);
    assert.deepEqual(kernel.ownership.open(), [0]);
    assert.deepEqual(names(kernel), ["x"]);
  });

  test("hands a shard over with its rows and timers; the other keeps its own", async () => {
    const store = new MemoryStore();
    const first = await start(store);
    await first.kernel.adopt([0, 1]);
    for (const shard of [0, 1])
      first.kernel.transact((tx) => {
        tx.insert(counters, { ...counter(`row ${shard}`), shard });
        first.kernel.timers.arm(tx, { shard, id: `timer ${shard}`, kind: "test", dueAt: tx.now + 100 });
      });
    await first.kernel.release([1]);
    assert.deepEqual(names(first.kernel), ["row 0"]);
    const second = await start(store);
    await second.kernel.adopt([1]);
    assert.deepEqual(names(second.kernel), ["row 1"]);
    await first.clock.advanceTo(1_000_200, () => first.kernel.settle());
    await second.clock.advanceTo(1_000_200, () => second.kernel.settle());
    assert.deepEqual([first.fired, second.fired], [["timer 0"], ["timer 1"]]);
  });

  test("writes out what waits for no answer before a shard is another's, and what a module writes as it lets go", async () => {
    const store = new HeldStore();
    const dropped: number[][] = [];
    const { kernel } = await start(store, {
      drop: (shards) => {
        dropped.push([...shards]);
        kernel.transact((tx) => tx.put(counters, { ...counter("last"), shard: 2 }));
      },
    });
    await kernel.adopt([2]);
    kernel.transact((tx) => {
      tx.deferDurability();
      tx.insert(counters, { ...counter("deferred"), shard: 2 });
    });
    await kernel.release([2]);
    assert.deepEqual(dropped, [[2]]);
    assert.deepEqual((await store.load(counters)).map(({ name }) => name).toSorted(), ["deferred", "last"]);
  });

  test("lets a waiting request go when its shard goes, and no other", async () => {
    const { kernel } = await start(new MemoryStore());
    await kernel.adopt([0, 1]);
    const waiting = [0, 1].map((shard) => {
      const arn = arnIn(kernel, shard);
      return kernel.execute(
        { target: () => arn, decide: (_tx, _input, { expired }) => (expired ? "expired" : park(arn, 2_000_000)) },
        {},
        call,
      );
    });
    await turns(2);
    await kernel.release([0]);
    await assert.rejects(waiting[0] ?? Promise.resolve(), ShardNotOwned);
    assert.equal(kernel.waiters.count(arnIn(kernel, 1)), 1);
    kernel.waiters.expireAll();
    assert.equal(await waiting[1], "expired");
  });

  test("loads before anything is decided: a request in between is refused", async () => {
    const gate = Promise.withResolvers<void>();
    const { kernel } = await start(new MemoryStore(), { load: () => gate.promise });
    const adopting = kernel.adopt([3]);
    await turns(2);
    await assert.rejects(kernel.execute(add(arnIn(kernel, 3), 3, "x"), {}, call), ShardNotOwned);
    gate.resolve();
    await adopting;
    await kernel.execute(add(arnIn(kernel, 3), 3, "x"), {}, call);
  });
});

describe("a row of a shard that is not held", () => {
  test("cannot be written, in any way, and the decision leaves no trace", async () => {
    const { kernel } = await start(new MemoryStore());
    await kernel.adopt([0]);
    kernel.transact((tx) => tx.insert(counters, counter("mine")));
    for (const write of [
      () => kernel.transact((tx) => tx.insert(counters, { ...counter("other"), shard: 1 })),
      () => kernel.transact((tx) => tx.put(counters, { ...counter("other"), shard: 1 })),
      () =>
        kernel.transact((tx) => {
          tx.update(counters, ["mine"], { count: 5 });
          tx.put(counters, { ...counter("other"), shard: 1 });
        }),
    ])
      assert.throws(write, /shard 1 .* not held/);
    assert.deepEqual([...kernel.resident(counters).values()], [counter("mine")]);
  });
});

describe("a lease that is lost", () => {
  test("answers who waits for a commit, who waits for a message and who asks later, each with the loss", async () => {
    const store = new HeldStore();
    const { kernel, lost, lease, fired, clock } = await start(store);
    await kernel.adopt([0]);
    const arn = arnIn(kernel, 0);
    const polling = kernel.execute({ target: () => arn, decide: () => park(arn, 2_000_000) }, {}, call);
    kernel.transact((tx) => kernel.timers.arm(tx, { shard: 0, id: "t", kind: "test", dueAt: tx.now + 5 }));
    await kernel.pipeline.flush();
    store.held = true;
    const writing = kernel.execute(add(arn, 0, "x"), {}, call);
    await turns(2);
    lease.isHeld = false;
    await assert.rejects(kernel.execute(add(arn, 0, "y"), {}, call), LeaseLost);
    await assert.rejects(writing, LeaseLost);
    await assert.rejects(polling, LeaseLost);
    assert.equal(lost.length, 1);
    await clock.advanceTo(1_000_100, () => turns(2));
    assert.deepEqual(fired, []);
    store.release();
    await turns(2);
    assert.equal(store.closed, 0, "another kernel may use the store");
  });

  test("keeps an alarm that wakes too late from deciding, and nothing is thrown where nobody would catch it", async () => {
    const { kernel, lost, lease, clock } = await start(new MemoryStore());
    await kernel.adopt([0]);
    const decided: string[] = [];
    const decide = (): void => kernel.transactOrFail(() => void decided.push("decided"));
    clock.after(10, decide);
    clock.after(20, decide);
    await clock.advanceTo(1_000_010, () => turns(2));
    lease.isHeld = false;
    await clock.advanceTo(1_000_020, () => turns(2));
    assert.deepEqual(decided, ["decided"]);
    assert.equal(lost.length, 1);
    assert.ok(lost[0] instanceof LeaseLost);
  });

  test("is noticed by the store when the node is not: the stale commit is not applied", async () => {
    const store = new MemoryStore(({ nodeId, incarnation }) => nodeId === "a" && incarnation > 1);
    const { kernel, lost } = await start(store);
    await kernel.adopt([0]);
    await assert.rejects(kernel.execute(add(arnIn(kernel, 0), 0, "x"), {}, call), LeaseLost);
    assert.match(String(lost), /StaleOwnerError/);
    assert.deepEqual(await store.load(counters), []);
  });
});
