import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { park } from "./operation.ts";
import type { AnyOperation } from "./operation.ts";
import { ServiceError } from "./service-error.ts";
import { call, counter, counters, HeldStore, startKernel, turn, turns } from "./testing/fixtures.ts";

describe("transactions", () => {
  test("a decision that throws leaves no trace, in memory or in the commit group", async () => {
    const { kernel, store } = await startKernel();
    kernel.transact((tx) => tx.insert(counters, { shard: 0, name: "kept", count: 1 }));
    assert.throws(
      () =>
        kernel.transact((tx) => {
          tx.insert(counters, { shard: 0, name: "new", count: 1 });
          tx.update(counters, ["kept"], { count: 2 });
          tx.delete(counters, "kept");
          throw new Error("no");
        }),
      /no/,
    );
    await kernel.pipeline.flush();
    assert.deepEqual([...kernel.resident(counters).values()], [{ shard: 0, name: "kept", count: 1 }]);
    assert.deepEqual(
      [...kernel.resident(counters).scan("by_count", [])].map((row) => row.name),
      ["kept"],
    );
    assert.deepEqual(await store.load(counters), [{ shard: 0, name: "kept", count: 1 }]);
  });

  test("a savepoint undoes its own part only", async () => {
    const { kernel, store } = await startKernel();
    kernel.transact((tx) => {
      tx.insert(counters, { shard: 0, name: "a", count: 1 });
      assert.throws(() =>
        tx.savepoint(() => {
          tx.update(counters, ["a"], { count: 9 });
          tx.insert(counters, { shard: 0, name: "b", count: 1 });
          throw new ServiceError("Refused", "no");
        }),
      );
    });
    await kernel.pipeline.flush();
    assert.deepEqual(await store.load(counters), [{ shard: 0, name: "a", count: 1 }]);
  });

  test("a decision inside a decision is refused", async () => {
    const { kernel } = await startKernel();
    assert.throws(() => kernel.transact(() => kernel.transact(() => undefined)), /already running/);
  });
});

describe("group commit", () => {
  test("answers wait for their group, and what arrives meanwhile shares the next one", async () => {
    const { kernel, store } = await startKernel();
    store.groups.length = 0;
    store.held = true;
    const add = (name: string): AnyOperation => ({ decide: (tx) => tx.insert(counters, { shard: 0, name, count: 1 }) });
    const answered: string[] = [];
    const request = (name: string): Promise<void> =>
      kernel.execute(add(name), {}, call).then(() => void answered.push(name));
    const first = request("a");
    await turn();
    const others = [request("b"), request("c"), request("d")];
    await turn();
    assert.deepEqual(answered, []);
    assert.deepEqual(
      store.groups.map((group) => group.length),
      [1],
    );
    store.release();
    await Promise.all([first, ...others]);
    assert.deepEqual(
      store.groups.map((group) => group.length),
      [1, 3],
    );
  });

  test("a read waits for what it shows to be durable", async () => {
    const { kernel, store } = await startKernel();
    store.held = true;
    const write = kernel.execute({ decide: (tx) => tx.insert(counters, { shard: 0, name: "a", count: 1 }) }, {}, call);
    let seen: unknown;
    const read = kernel.execute({ decide: (tx) => tx.get(counters, "a") }, {}, call).then((row) => (seen = row));
    await turn();
    await turn();
    assert.equal(seen, undefined);
    store.release();
    await Promise.all([write, read]);
    assert.deepEqual(seen, { shard: 0, name: "a", count: 1 });
  });

  test("deferred writes do not hold an answer up and go out by themselves", async () => {
    const { kernel, store } = await startKernel();
    store.held = true;
    await kernel.execute(
      { decide: (tx) => (tx.deferDurability(), tx.insert(counters, { shard: 0, name: "a", count: 1 })) },
      {},
      call,
    );
    store.release();
    await kernel.advanceClock(100);
    assert.equal((await store.load(counters)).length, 1);
  });

  test("a failed commit is fatal: no answer leaves and nothing more is decided", async () => {
    const { kernel, store, fatal } = await startKernel();
    store.commit = () => Promise.reject(new Error("disk full"));
    let answered = false;
    void kernel
      .execute({ decide: (tx) => tx.insert(counters, { shard: 0, name: "a", count: 1 }) }, {}, call)
      .then(() => (answered = true));
    await turn();
    await turn();
    assert.match(String(fatal[0]), /disk full/);
    assert.equal(answered, false);
    assert.throws(() => kernel.transact(() => undefined), /store has failed/);
  });
});

describe("timers", () => {
  test("fire in order, never early, once, and survive a restart", async () => {
    const { kernel, store, clock } = await startKernel();
    const start = clock.now();
    kernel.transact((tx) => {
      kernel.timers.arm(tx, { shard: 0, id: "late", kind: "test", dueAt: start + 30 * 86_400_000 });
      kernel.timers.arm(tx, { shard: 0, id: "soon", kind: "test", dueAt: start + 1_000 });
      kernel.timers.arm(tx, { shard: 0, id: "never", kind: "test", dueAt: start + 500 });
    });
    kernel.transact((tx) => kernel.timers.disarm(tx, "never"));
    await kernel.advanceClock(999);
    assert.equal(kernel.resident(counters).size, 0);
    await kernel.advanceClock(1);
    assert.equal(kernel.resident(counters).get("soon")?.count, start + 1_000);
    await kernel.stop();
    const next = await startKernel(store);
    assert.equal(next.clock.now(), start + 1_000);
    await next.kernel.advanceClock(40 * 86_400_000);
    assert.equal(next.kernel.resident(counters).get("late")?.count, start + 30 * 86_400_000);
    assert.equal(next.kernel.resident(counters).get("never"), undefined);
  });
});

describe("waiting requests", () => {
  test("decide again when woken, and finally at their deadline", async () => {
    const { kernel, clock } = await startKernel();
    const take: AnyOperation = {
      decide: (tx, _input, { arrivedAt, expired }) =>
        tx.get(counters, "a") ?? (expired ? "nothing" : park("key", arrivedAt + 20_000)),
    };
    const empty = kernel.execute(take, {}, call);
    await turn();
    assert.equal(kernel.waiters.count("key"), 1);
    await kernel.advanceClock(20_000);
    assert.equal(await empty, "nothing");
    const full = kernel.execute(take, {}, call);
    await turn();
    kernel.transact((tx) => {
      tx.insert(counters, { shard: 0, name: "a", count: 1 });
      tx.afterCommit(() => kernel.waiters.wake("key", 1));
    });
    assert.deepEqual(await full, { shard: 0, name: "a", count: 1 });
    assert.equal(clock.nextDeadline(), undefined);
  });

  test("leave when their client goes away", async () => {
    const { kernel, clock } = await startKernel();
    const abort = new AbortController();
    const waiting = kernel.execute(
      { decide: (tx) => park("key", tx.now + 20_000) },
      {},
      { ...call, signal: abort.signal },
    );
    await turn();
    abort.abort();
    assert.equal(await waiting, undefined);
    assert.equal(kernel.waiters.count("key"), 0);
    assert.equal(clock.nextDeadline(), undefined);
  });
});

describe("outbox", () => {
  test("tries after the commit, again on its schedule, and gives up", async () => {
    const { kernel, clock } = await startKernel();
    const attempts: number[] = [];
    const outcome: string[] = [];
    kernel.outbox.handle("flaky", {
      attempt: async (row) => {
        attempts.push(clock.now());
        if (row.id === "hopeless" || attempts.length < 3) throw new Error("refused");
        return "sent";
      },
      succeeded: (_tx, row, result) => void outcome.push(`${row.id} ${String(result)} after ${row.attempts}`),
      retryAt: (row, _error, now) => (row.attempts < 3 ? now + 1_000 * row.attempts : undefined),
      gaveUp: (_tx, row) => void outcome.push(`${row.id} given up after ${row.attempts}`),
    });
    const start = clock.now();
    kernel.transact((tx) => kernel.outbox.enqueue(tx, { shard: 0, id: "mail", kind: "flaky", payload: { to: "x" } }));
    assert.deepEqual(attempts, []);
    await kernel.advanceClock(10_000);
    assert.deepEqual(attempts, [start, start + 1_000, start + 3_000]);
    kernel.transact((tx) => kernel.outbox.enqueue(tx, { shard: 0, id: "hopeless", kind: "flaky", payload: null }));
    await kernel.advanceClock(10_000);
    assert.deepEqual(outcome, ["mail sent after 3", "hopeless given up after 3"]);
  });
});

describe("stopping", () => {
  test("lets waiting requests decide once more, writes what they decide, and closes the store once", async () => {
    const { kernel, store } = await startKernel();
    const waiting = kernel.execute(
      {
        decide: (tx, _input, { arrivedAt, expired }) => {
          if (!expired) return park("key", arrivedAt + 20_000);
          tx.insert(counters, counter("last"));
          return "ended";
        },
      },
      {},
      call,
    );
    await turn();
    const stopped = Promise.all([kernel.stop(), kernel.stop()]);
    assert.equal(await waiting, "ended");
    await stopped;
    assert.deepEqual(await store.load(counters), [counter("last")]);
    assert.equal(store.closed, 1);
    assert.throws(() => kernel.transact(() => undefined), /the kernel has stopped/);
  });

  test("ends a wait at once that begins after it", async () => {
    const { kernel } = await startKernel();
    const stopped = kernel.stop();
    const answer = kernel.execute(
      { decide: (tx, _input, { expired }) => (expired ? "nothing" : park("key", tx.now + 20_000)) },
      {},
      call,
    );
    assert.equal(await answer, "nothing");
    await stopped;
  });

  test("tells the modules before the store closes, so that they may write", async () => {
    const store = new HeldStore();
    const order: string[] = [];
    store.close = async () => void order.push("store closed");
    const { kernel } = await startKernel(store, {
      stop: () => {
        order.push("module stopped");
        kernel.transact((tx) => tx.insert(counters, counter("farewell")));
      },
    });
    await kernel.stop();
    assert.deepEqual(order, ["module stopped", "store closed"]);
    assert.deepEqual(await store.load(counters), [counter("farewell")]);
  });

  test("is possible after a failed commit, and leaves nothing to fire", async () => {
    const { kernel, store, clock, fatal } = await startKernel();
    kernel.transact((tx) => kernel.timers.arm(tx, { shard: 0, id: "t", kind: "test", dueAt: tx.now + 1_000 }));
    await kernel.pipeline.flush();
    store.commit = () => Promise.reject(new Error("disk full"));
    kernel.transact((tx) => tx.insert(counters, counter("a")));
    await turns(2);
    assert.equal(clock.nextDeadline(), undefined);
    await assert.rejects(kernel.advanceClock(5_000), /store has failed/);
    await kernel.stop();
    assert.equal(fatal.length, 1);
    assert.equal(store.closed, 1);
  });
});

describe("a new installation", () => {
  test("keeps its number of shards and the virtual clock's time", async () => {
    const store = new HeldStore();
    const first = await startKernel(store, { shardCount: 8 });
    await first.kernel.advanceClock(5_000);
    await first.kernel.stop();
    const second = await startKernel(store, { shardCount: 16 });
    assert.equal(second.kernel.shards.count, 8);
    assert.equal(second.clock.now(), first.clock.now());
  });
});
