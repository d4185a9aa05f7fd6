/**
 * The kernel: decide, commit, act. It holds the resident tables, runs decisions one at a time, and lets nothing leave
 * before it is durable. It knows no AWS service.
 *
 * A request's way: `execute` loads what the operation asks for, runs its decision in a transaction, and gives the output
 * once everything decided up to then is on disk, so that no answer ever shows what a crash could take back.
 */
import type { Call } from "./call.ts";
import type { Clock } from "./clock.ts";
import { CommitPipeline } from "./commit-pipeline.ts";
import { metaMigrations, metaTable } from "./meta.ts";
import { Park } from "./operation.ts";
import type { AnyOperation } from "./operation.ts";
import { Outbox, outboxMigrations, outboxTable } from "./outbox.ts";
import { ownsEverything, ShardNotOwned } from "./ownership.ts";
import type { Ownership } from "./ownership.ts";
import type { RandomSource } from "./random.ts";
import { ResidentTable } from "./resident-table.ts";
import { shardCountDefault, ShardMap } from "./shards.ts";
import { checkedMigrations } from "./store/migration.ts";
import type { Migration } from "./store/migration.ts";
import type { RangeQuery, Store } from "./store/store.ts";
import type { SqlValue, TableDefinition } from "./table.ts";
import { timerMigrations, Timers, timersTable } from "./timers.ts";
import { Transaction } from "./transaction.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { Waiters } from "./waiters.ts";

export interface KernelOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** A commit failed or a timer's decision threw: memory cannot be trusted, the process must stop. */
  readonly onFatal: (error: unknown) => void;
  /** See `Waiters`; true when requests come from a network. */
  readonly clientsInRealTime?: boolean;
  /** For a new installation only. */
  readonly shardCount?: number;
  /** Every shard when absent. */
  readonly ownership?: Ownership;
}

/** Reads what lives in the store. Every read sees all that was decided before it. */
export interface StoreReader {
  range<Row>(query: RangeQuery<Row>): Promise<Row[]>;
  /** How many rows have these values in the first columns of their key. */
  count<Row>(table: TableDefinition<Row>, equals: readonly SqlValue[]): Promise<number>;
}

/** What a service brings to the kernel. */
export interface Module {
  readonly tables: readonly TableDefinition<never>[];
  readonly migrations: readonly Migration[];
  /** Reads from the store what the module keeps in memory besides its resident tables; runs once these are loaded. */
  load?(reader: StoreReader): Promise<void>;
  /** Rebuilds what is derived from the tables; runs after `load`, before anything is decided. */
  start?(): void;
  /** Lets go of what keeps the process up (alarms, listeners); runs before the store closes, and may still write to it. */
  stop?(): void;
}

export class Kernel {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly store: Store;
  readonly timers: Timers;
  readonly outbox: Outbox;
  readonly waiters: Waiters;
  readonly pipeline: CommitPipeline;
  readonly ownership: Ownership;
  readonly #onFatal: (error: unknown) => void;
  readonly #tables = new Map<string, ResidentTable<object>>();
  readonly #newShardCount: number;
  #modules: readonly Module[] = [];
  #shards: ShardMap | undefined;
  #deciding = false;
  #readsUnderWay = 0;
  #stopping: Promise<void> | undefined;
  #stopped = false;

  constructor(options: KernelOptions) {
    this.clock = options.clock;
    this.random = options.random;
    this.store = options.store;
    this.ownership = options.ownership ?? ownsEverything;
    this.#onFatal = options.onFatal;
    this.#newShardCount = options.shardCount ?? shardCountDefault;
    this.pipeline = new CommitPipeline(options.store, options.clock, (error) => this.#fail(error));
    const transact = (decide: (tx: Transaction) => void): void => this.#transactOrFail(decide);
    this.timers = new Timers(options.clock, transact);
    this.outbox = new Outbox(options.clock, transact);
    this.waiters = new Waiters(options.clock, options.clientsInRealTime ?? false);
  }

  /** Known once the kernel has started. */
  get shards(): ShardMap {
    if (this.#shards === undefined) throw new Error("the kernel has not started");
    return this.#shards;
  }

  /** Migrates, loads the resident tables, rebuilds what is derived from them, and lets the timers run. */
  async start(modules: readonly Module[]): Promise<void> {
    this.#modules = modules;
    const own = [...metaMigrations, ...timerMigrations, ...outboxMigrations];
    const tables = [
      metaTable,
      timersTable,
      outboxTable,
      ...modules.flatMap((module) => module.tables),
    ] as TableDefinition<object>[];
    const resident = tables.filter(({ residency }) => residency === "resident");
    const migrations = checkedMigrations([...own, ...modules.flatMap((module) => module.migrations)]);
    await this.store.migrate(migrations, resident);
    for (const definition of resident) {
      const table = new ResidentTable<object>(definition);
      table.load(await this.store.load(definition));
      this.#tables.set(definition.name, table);
    }
    this.#startInstallation();
    for (const module of modules) await module.load?.(this.reader);
    for (const module of modules) module.start?.();
    this.timers.start(this.resident(timersTable).values(), () => firstOf(this.resident(timersTable).scan("due", [])));
    this.outbox.start(() => this.resident(outboxTable).scan("next", []));
    await this.pipeline.flush();
  }

  /**
   * Stops timers, lets waiting requests go, and writes out what is open; the process can end by itself afterwards. Does
   * so once, however often it is called, and also when the start or a commit has failed.
   */
  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<void> {
    this.timers.stop();
    this.outbox.stop();
    for (const module of this.#modules) module.stop?.();
    this.waiters.expireAll();
    // A request whose wait has ended decides in a later turn than this one.
    do {
      await this.#turn();
      if (!this.pipeline.failed) await this.pipeline.flush();
    } while (!this.pipeline.idle && !this.pipeline.failed);
    this.#stopped = true;
    await this.store.close();
  }

  resident<Row extends object>(definition: TableDefinition<Row>): ResidentTable<Row> {
    const table = this.#tables.get(definition.name);
    if (table === undefined) throw new Error(`table ${definition.name} is not resident here`);
    return table as unknown as ResidentTable<Row>;
  }

  /**
   * Runs one decision. What it returns may be shown to someone only when `this.pipeline.pending()` is durable.
   * @throws what the decision throws, with every change undone
   */
  transact<Result>(decide: (tx: Transaction) => Result): Result {
    if (this.pipeline.failed) throw new Error("the store has failed; the server is stopping");
    if (this.#stopped) throw new Error("the kernel has stopped");
    if (this.#deciding) throw new Error("a decision is already running: use its transaction");
    this.#deciding = true;
    const tx = new Transaction(this, this.pipeline.open, this.clock.now());
    try {
      const result = decide(tx);
      const outcome = tx.outcome();
      if (outcome !== "nothing") this.pipeline.written(outcome === "urgent");
      return result;
    } catch (error) {
      tx.rollback();
      throw error;
    } finally {
      this.#deciding = false;
    }
  }

  /**
   * Carries one request through an operation; resolves when the answer may leave.
   * @throws ShardNotOwned when another node decides it, also when the shard is lost while the request waits
   */
  async execute(operation: AnyOperation, input: unknown, call: Call): Promise<unknown> {
    const target = operation.target?.(input, call);
    const shard = target === undefined ? undefined : this.shards.of(target);
    const loaded = operation.load === undefined ? undefined : await operation.load(this.reader, input, call);
    const arrivedAt = this.clock.now();
    let expired = false;
    for (;;) {
      if (shard !== undefined && !this.ownership.owns(shard)) throw new ShardNotOwned(shard);
      const context = { call, loaded, arrivedAt, expired };
      const output = this.transact((tx) => operation.decide(tx, input, context));
      if (!(output instanceof Park)) {
        await this.pipeline.pending()?.durable;
        return output;
      }
      // Parked in the same turn as the decision, so that no wake-up falls between the two.
      const reason = await this.waiters.park(output.key, output.deadline, call.signal);
      expired = reason !== "woken";
      if (reason === "gone") return undefined;
    }
  }

  readonly reader: StoreReader = {
    range: (query) => this.#read(() => this.store.range(query)),
    count: (table, equals) => this.#read(() => this.store.count(table, equals)),
  };

  /**
   * Resolves when nothing is being decided, written, read or tried: what a virtual clock waits for between two deadlines.
   * @throws when a commit has failed
   */
  async settle(): Promise<void> {
    for (let quietTurns = 0; quietTurns < 2;) {
      await this.#turn();
      if (this.pipeline.failed) throw new Error("the store has failed; the server is stopping");
      quietTurns = this.#isQuiet() ? quietTurns + 1 : 0;
      if (!this.pipeline.idle) await this.pipeline.flush();
    }
  }

  /** Moves a virtual clock forward, firing every deadline on the way; durable before it resolves. */
  async advanceClock(milliseconds: number): Promise<void> {
    if (!(this.clock instanceof VirtualClock)) throw new Error("the clock is real: start with --clock virtual");
    await this.clock.advanceTo(this.clock.now() + milliseconds, () => this.settle());
    this.transact((tx) => tx.put(metaTable, { shard: 0, name: "virtual-now", value: String(tx.now) }));
    await this.settle();
  }

  #startInstallation(): void {
    const meta = this.resident(metaTable);
    const virtualNow = meta.get("virtual-now");
    if (this.clock instanceof VirtualClock && virtualNow !== undefined) this.clock.startAt(Number(virtualNow.value));
    const stored = meta.get("shard-count");
    this.#shards = new ShardMap(stored === undefined ? this.#newShardCount : Number(stored.value));
    if (stored !== undefined) return;
    this.transact((tx) => tx.insert(metaTable, { shard: 0, name: "shard-count", value: String(this.#newShardCount) }));
  }

  #isQuiet(): boolean {
    return this.pipeline.idle && this.outbox.runningCount === 0 && this.#readsUnderWay === 0;
  }

  async #read<Result>(read: () => Promise<Result>): Promise<Result> {
    this.#readsUnderWay += 1;
    try {
      await this.pipeline.flush();
      return await read();
    } finally {
      this.#readsUnderWay -= 1;
    }
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.clock.soon(resolve));
  }

  #transactOrFail(decide: (tx: Transaction) => void): void {
    if (this.pipeline.failed || this.#stopped) return;
    try {
      this.transact(decide);
    } catch (error) {
      this.pipeline.fail(error);
    }
  }

  /** Timers and effects would go on failing, at once and for ever, until the process ends. */
  #fail(error: unknown): void {
    this.timers.stop();
    this.outbox.stop();
    this.#onFatal(error);
  }
}

function firstOf<Item>(items: Iterable<Item>): Item | undefined {
  for (const item of items) return item;
  return undefined;
}
