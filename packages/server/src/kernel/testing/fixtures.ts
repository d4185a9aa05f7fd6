/** What the kernel's own tests need: a small table, a request from nobody, a store that holds its commits back. */
import type { Call } from "../call.ts";
import { Kernel } from "../kernel.ts";
import { SeededRandom } from "../random.ts";
import { MemoryStore } from "../store/memory-store.ts";
import type { CommitFence, WriteOperation } from "../store/store.ts";
import { defineTable } from "../table.ts";
import type { TableDefinition } from "../table.ts";
import { VirtualClock } from "../virtual-clock.ts";

export interface CounterRow {
  readonly shard: number;
  readonly name: string;
  readonly count: number;
}

export const counters = defineTable<CounterRow>({
  name: "test_counters",
  residency: "resident",
  columns: { shard: "integer", name: "text", count: "integer" },
  key: ["name"],
  indexes: { by_count: ["count"] },
});

export function counter(name: string, count = 1): CounterRow {
  return { shard: 0, name, count };
}

export const call: Call = {
  requestId: "r",
  account: "000000000000",
  region: "us-east-1",
  accessKeyId: undefined,
  baseUrl: "http://localhost",
  protocol: "json",
  path: "/",
  sourceAddress: undefined,
  signal: undefined,
  header: () => undefined,
};

/** A store whose commits finish, or fail, when the test says so. */
export class HeldStore extends MemoryStore {
  /** What was given to `commit`, in order. */
  readonly groups: (readonly WriteOperation[])[] = [];
  /** As a store that takes several groups says. */
  commitsAtOnce?: number;
  hearNow?: () => void;
  held = false;
  closed = 0;
  readonly #waiting: { resolve(): void; reject(error: Error): void }[] = [];

  override async commit(operations: readonly WriteOperation[], fence?: CommitFence): Promise<void> {
    this.groups.push(operations);
    if (this.held) await new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    await super.commit(operations, fence);
  }

  override async close(): Promise<void> {
    this.closed += 1;
  }

  release(): void {
    this.held = false;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  /** The oldest commit under way is done. */
  releaseOne(): void {
    this.#waiting.shift()?.resolve();
  }

  /** The commits under way fail. */
  fail(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

export interface StartedKernel {
  readonly kernel: Kernel;
  readonly store: HeldStore;
  readonly clock: VirtualClock;
  /** What `onFatal` was told. */
  readonly fatal: unknown[];
}

export interface KernelChoices {
  /** Runs before the kernel starts: registers handlers. */
  readonly prepare?: (kernel: Kernel) => void;
  /** Runs when the kernel's one module is stopped. */
  readonly stop?: () => void;
  readonly shardCount?: number;
}

/** A kernel with one module. Timers of kind "test" put a counter that is named after them and counts the time. */
export async function startKernel(
  store = new HeldStore(),
  { prepare, stop, shardCount }: KernelChoices = {},
): Promise<StartedKernel> {
  const clock = new VirtualClock(1_000_000);
  const fatal: unknown[] = [];
  const kernel = new Kernel({
    store,
    clock,
    random: new SeededRandom(1),
    onFatal: (error) => fatal.push(error),
    ...(shardCount === undefined ? {} : { shardCount }),
  });
  kernel.timers.handle("test", (tx, timer) => tx.put(counters, counter(timer.id, tx.now)));
  prepare?.(kernel);
  const tables = [counters] as unknown as readonly TableDefinition<never>[];
  await kernel.start([{ tables, migrations: [], ...(stop === undefined ? {} : { stop }) }]);
  return { kernel, store, clock, fatal };
}

/** Lets everything that is ready run: promises, and one turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

export async function turns(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await turn();
}
