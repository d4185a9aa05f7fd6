import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Call } from "./call.ts";
import { Kernel } from "./kernel.ts";
import { park } from "./operation.ts";
import type { AnyOperation } from "./operation.ts";
import { SeededRandom } from "./random.ts";
import { ServiceError } from "./service-error.ts";
import { MemoryStore } from "./store/memory-store.ts";
import type { WriteOperation } from "./store/store.ts";
import { defineTable } from "./table.ts";
import type { TableDefinition } from "./table.ts";
import { VirtualClock } from "./virtual-clock.ts";

interface CounterRow {
  readonly shard: number;
  readonly name: string;
  readonly count: number;
}

const counters = defineTable<CounterRow>({
  name: "test_counters",
  residency: "resident",
  columns: { shard: "integer", name: "text", count: "integer" },
  key: ["name"],
  indexes: { by_count: ["count"] },
});

const module = { tables: [counters] as unknown as readonly TableDefinition<never>[], migrations: [] };

const call: Call = {
  requestId: "r",
  account: "000000000000",
  region: "us-east-1",
  accessKeyId: undefined,
  baseUrl: "http://localhost",
  protocol: "json",
  path: "/",
  signal: undefined,
  header: () => undefined,
};

/** A store whose commits finish when the test says so. */
class HeldStore extends MemoryStore {
  readonly groups: (readonly WriteOperation[])[] = [];
  #release: (() => void)[] = [];
  held = false;

  override async commit(operations: readonly WriteOperation[]): Promise<void> {
    this.groups.push(operations);
    if (this.held) await new Promise<void>((resolve) => this.#release.push(resolve));
    await super.commit(operations);
  }

  release(): void {
    this.held = false;
    for (const resolve of this.#release.splice(0)) resolve();
  }
}

async function startKernel(
  store = new HeldStore(),
): Promise<{ kernel: Kernel; store: HeldStore; clock: VirtualClock; fatal: unknown[] }> {
  const clock = new VirtualClock(1_000_000);
  const fatal: unknown[] = [];
  const kernel = new Kernel({ store, clock, random: new SeededRandom(1), onFatal: (error) => fatal.push(error) });
  kernel.timers.handle("test", (tx, timer) => {
    tx.put(counters, { shard: 0, name: timer.id, count: tx.now });
  });
  await kernel.start([module]);
  return { kernel, store, clock, fatal };
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

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
