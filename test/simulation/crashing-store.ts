/**
 * A store whose process may die at any commit: before the group is applied, or after it and before anyone is told. What a
 * dead process still asks of it never comes true.
 */
import type { SeededRandom } from "../../packages/server/src/kernel/random.ts";
import type { MemoryStore } from "../../packages/server/src/kernel/store/memory-store.ts";
import type { CommitFence, RangeQuery, Store, WriteOperation } from "../../packages/server/src/kernel/store/store.ts";
import type { SqlValue, TableDefinition } from "../../packages/server/src/kernel/table.ts";

export class ProcessDied extends Error {
  constructor() {
    super("the simulated process has died");
  }
}

export interface CrashOptions {
  /** What outlives the process. */
  readonly disk: MemoryStore;
  readonly random: SeededRandom;
  /** Share of commits at which the process dies. */
  readonly crashShare: number;
}

export class CrashingStore implements Store {
  readonly description = "simulated disk";
  readonly durable = true;
  readonly #options: CrashOptions;
  readonly #death = Promise.withResolvers<never>();
  #isDead = false;

  constructor(options: CrashOptions) {
    this.#options = options;
    this.#death.promise.catch(() => undefined);
  }

  /** Rejects with `ProcessDied` when the process dies, with the reason when it is broken. */
  get death(): Promise<never> {
    return this.#death.promise;
  }

  /** The server found itself broken: whoever waits for it learns why. */
  fail(error: unknown): void {
    this.#isDead = true;
    this.#death.reject(error);
  }

  async migrate(migrations: Parameters<Store["migrate"]>[0]): Promise<void> {
    await this.#options.disk.migrate(migrations);
  }

  async commit(operations: readonly WriteOperation[], fence?: CommitFence): Promise<void> {
    const { disk, random, crashShare } = this.#options;
    if (this.#isDead) return this.#never();
    const dies = random.random() < crashShare;
    const isApplied = !dies || random.random() < 0.5;
    if (isApplied) await disk.commit(operations, fence);
    if (!dies) return undefined;
    this.#isDead = true;
    this.#death.reject(new ProcessDied());
    return this.#never();
  }

  load<Row>(table: TableDefinition<Row>, shards?: readonly number[]): Promise<Row[]> {
    return this.#isDead ? this.#never() : this.#options.disk.load(table, shards);
  }

  range<Row>(query: RangeQuery<Row>): Promise<Row[]> {
    return this.#isDead ? this.#never() : this.#options.disk.range(query);
  }

  count<Row>(table: TableDefinition<Row>, equals: readonly SqlValue[]): Promise<number> {
    return this.#isDead ? this.#never() : this.#options.disk.count(table, equals);
  }

  sum<Row>(table: TableDefinition<Row>, equals: readonly SqlValue[], column: string): Promise<number> {
    return this.#isDead ? this.#never() : this.#options.disk.sum(table, equals, column);
  }

  async close(): Promise<void> {}

  #never<Result>(): Promise<Result> {
    return new Promise(() => undefined);
  }
}
