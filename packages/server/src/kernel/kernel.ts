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
import { metaTable, shardCountName, unfinishedMove } from "./meta.ts";
import { disposeLoaded, Park } from "./operation.ts";
import type { AnyOperation } from "./operation.ts";
import { Outbox, outboxTable } from "./outbox.ts";
import { HeldShards, LeaseLost, ownsEverything, ShardNotOwned } from "./ownership.ts";
import type { Lease, Ownership } from "./ownership.ts";
import type { RandomSource } from "./random.ts";
import { ResidentTable } from "./resident-table.ts";
import { schemaOf } from "./schema.ts";
import { shardCountDefault, ShardMap } from "./shards.ts";
import type { Migration } from "./store/migration.ts";
import { StaleOwnerError, StoreUnavailableError } from "./store/store-errors.ts";
import { StoreFault } from "./store/store-errors.ts";
import type { RangeQuery, Store } from "./store/store.ts";
import type { SqlValue, TableDefinition } from "./table.ts";
import { Timers, timersTable } from "./timers.ts";
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
  /** For a new installation only; one with leases is made by whoever gives them. */
  readonly shardCount?: number;
  /** The shards to begin with, and never more; every shard when absent. */
  readonly ownership?: Ownership;
  /** Where shards are leased: the kernel begins with none, and `adopt` and `release` say which it has. */
  readonly lease?: Lease;
  /**
   * The lease is gone. The kernel decides nothing any more and has let go of everything but the store, which another
   * kernel may use. Without a lease every failure is fatal.
   */
  readonly onLeaseLost?: (error: unknown) => void;
}

/** Reads what lives in the store. Every read sees all that was decided before it. */
export interface StoreReader {
  range<Row>(query: RangeQuery<Row>): Promise<Row[]>;
  /** How many rows have these values in the first columns of their key. */
  count<Row>(table: TableDefinition<Row>, equals: readonly SqlValue[]): Promise<number>;
  /** What this column's numbers add up to in the rows that have these values in the first columns of their key. */
  sum<Row>(table: TableDefinition<Row>, equals: readonly SqlValue[], column: string): Promise<number>;
}

/** What a service brings to the kernel. */
export interface Module {
  readonly tables: readonly TableDefinition<never>[];
  readonly migrations: readonly Migration[];
  /**
   * The ARN in whose shard a row belongs, of a table of its own or a row of its own in one of the kernel's; undefined for what
   * has never belonged elsewhere than it does.
   */
  ownerOf?(table: string, row: object): string | undefined;
  /** Reads from the store what the module keeps in memory of these shards besides its resident tables, which are there. */
  load?(reader: StoreReader, shards: ReadonlySet<number>): Promise<void>;
  /** Rebuilds what is derived from the tables; runs after `load`, before anything is decided for these shards. */
  start?(shards: ReadonlySet<number>): void;
  /**
   * Lets go of what it has in memory of these shards, alarms among them. Their rows are still there and may be written for
   * the last time; nothing is decided for them any more.
   */
  drop?(shards: ReadonlySet<number>): void;
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
  /** Whether a shard is loaded, open and held: what decisions here may be about. */
  readonly ownership: HeldShards;
  readonly #lease: Lease | undefined;
  readonly #allowed: Ownership;
  readonly #onLeaseLost: ((error: unknown) => void) | undefined;
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
    this.#allowed = options.ownership ?? ownsEverything;
    this.ownership = new HeldShards(this.#allowed);
    this.#lease = options.lease;
    this.#onLeaseLost = options.onLeaseLost;
    this.#onFatal = options.onFatal;
    this.#newShardCount = options.shardCount ?? shardCountDefault;
    this.pipeline = new CommitPipeline(options.store, options.clock, (error) => this.#fail(error), options.lease);
    const transact = (decide: (tx: Transaction) => void): void => this.transactOrFail(decide);
    this.timers = new Timers(options.clock, transact);
    this.outbox = new Outbox(options.clock, transact);
    this.waiters = new Waiters(options.clock, options.clientsInRealTime ?? false);
  }

  /** Known once the kernel has started. */
  get shards(): ShardMap {
    if (this.#shards === undefined) throw new Error("the kernel has not started");
    return this.#shards;
  }

  /** Migrates, lets the timers run, and adopts every shard that is this kernel's from the beginning. */
  async start(modules: readonly Module[]): Promise<void> {
    this.#modules = modules;
    const { tables, migrations } = schemaOf(modules);
    const resident = tables.filter(({ residency }) => residency === "resident");
    await this.store.migrate(migrations, resident);
    for (const definition of resident) this.#tables.set(definition.name, new ResidentTable<object>(definition));
    // What an installation knows of itself belongs to no shard: every node has it.
    this.resident(metaTable).load(await this.store.load(metaTable));
    this.#startInstallation();
    this.timers.start(() => firstOf(this.resident(timersTable).scan("due", [])));
    this.outbox.start(() => this.resident(outboxTable).scan("next", []));
    if (this.#lease === undefined) await this.adopt(this.#allowedShards());
    await this.pipeline.flush();
  }

  #allowedShards(): number[] {
    return Array.from({ length: this.shards.count }, (_, shard) => shard).filter((shard) => this.#allowed.owns(shard));
  }

  /** Loads shards that nobody else decides for, rebuilds what is derived from their rows, and begins to decide for them. */
  async adopt(shards: readonly number[]): Promise<void> {
    if (shards.length === 0) return;
    const adopted = new Set(shards);
    const isEverything = adopted.size === this.shards.count;
    this.ownership.set(adopted, "loading");
    // Timers and effects come last: they would go off before the rest is there.
    const last: (() => void)[] = [];
    for (const table of this.#tables.values()) {
      if (table.definition.name === metaTable.name) continue;
      const rows = await this.store.load(table.definition, isEverything ? undefined : shards);
      const isLast = table.definition.name === timersTable.name || table.definition.name === outboxTable.name;
      if (isLast) last.push(() => table.load(rows));
      else table.load(rows);
    }
    for (const module of this.#modules) await module.load?.(this.reader, adopted);
    if (this.pipeline.failed) throw this.#failure();
    for (const module of this.#modules) module.start?.(adopted);
    for (const load of last) load();
    this.ownership.set(adopted, "open");
    this.timers.adopt(this.resident(timersTable).values());
    this.outbox.adopt();
  }

  /**
   * Decides nothing more for these shards; resolves when everything decided is durable and they can be another's. Requests
   * that wait in them leave with `ShardNotOwned`.
   */
  async release(shards: readonly number[]): Promise<void> {
    const released = new Set(shards);
    this.ownership.set(released, "closing");
    for (const module of this.#modules) module.drop?.(released);
    for (const table of this.#tables.values()) if (table.definition.name !== metaTable.name) table.dropShards(released);
    this.ownership.set(released, undefined);
    this.waiters.wakeShards(released);
    await this.pipeline.flush();
  }

  /** Somebody has learnt that the lease is gone: what a failed commit would say, without waiting for one. */
  loseLease(reason: string): void {
    this.pipeline.fail(new LeaseLost(reason));
  }

  mayWrite(shard: number): boolean {
    return this.ownership.mayWrite(shard);
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
    if (this.#lease?.holds() === false) this.pipeline.fail(new LeaseLost("the lease was not renewed in time"));
    if (this.pipeline.failed) throw this.#failure();
    if (this.#stopped) throw new Error("the kernel has stopped");
    if (this.#deciding) throw new Error("a decision is already running: use its transaction");
    this.#deciding = true;
    const tx = new Transaction(this, this.pipeline.open, this.clock.now());
    try {
      const result = decide(tx);
      tx.end();
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
   * Runs a decision that nobody asked for and nobody is answered: an alarm's. Never throws: one that fails stops the
   * process, one that comes when the lease has ended is not made.
   */
  transactOrFail(decide: (tx: Transaction) => void): void {
    if (this.pipeline.failed || this.#stopped) return;
    try {
      this.transact(decide);
    } catch (error) {
      this.pipeline.fail(error);
    }
  }

  /**
   * Carries one request through an operation; resolves when the answer may leave.
   * @throws ShardNotOwned when another node decides it, also when the shard is lost while the request waits
   */
  async execute(operation: AnyOperation, input: unknown, call: Call): Promise<unknown> {
    const target = operation.target?.(input, call);
    const shard = target === undefined ? undefined : this.shards.of(target);
    if (shard !== undefined && !this.ownership.owns(shard)) throw new ShardNotOwned(shard);
    const loading = operation.load?.(this.reader, input, call);
    const loaded = loading === undefined ? undefined : await loading;
    const arrivedAt = this.clock.now();
    let expired = false;
    for (;;) {
      if (shard !== undefined && !this.ownership.owns(shard)) {
        disposeLoaded(loaded);
        throw new ShardNotOwned(shard);
      }
      const context = { call, loaded, arrivedAt, expired };
      const output = this.transact((tx) => operation.decide(tx, input, context));
      if (!(output instanceof Park)) {
        await this.pipeline.pending()?.durable;
        return output;
      }
      // Parked in the same turn as the decision, so that no wake-up falls between the two.
      const reason = await this.waiters.park(output.key, output.deadline, call.signal, shard);
      expired = reason !== "woken";
      if (reason === "gone") return undefined;
    }
  }

  readonly reader: StoreReader = {
    range: (query) => this.#read(() => this.store.range(query)),
    count: (table, equals) => this.#read(() => this.store.count(table, equals)),
    sum: (table, equals, column) => this.#read(() => this.store.sum(table, equals, column)),
  };

  /**
   * Resolves when nothing is being decided, written, read or tried: what a virtual clock waits for between two deadlines.
   * @throws when a commit has failed
   */
  async settle(): Promise<void> {
    for (let quietTurns = 0; quietTurns < 2;) {
      await this.#turn();
      if (this.pipeline.failed) throw this.#failure();
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
    if (meta.get(unfinishedMove) !== undefined)
      throw new StoreFault(
        "TUTTI-0107",
        `${this.store.description} holds an installation that was moved there only in part.`,
      );
    const virtualNow = meta.get("virtual-now");
    if (this.clock instanceof VirtualClock && virtualNow !== undefined) this.clock.startAt(Number(virtualNow.value));
    const stored = meta.get(shardCountName);
    if (stored === undefined && this.#lease !== undefined) throw new Error("nobody has made this installation yet");
    this.#shards = new ShardMap(stored === undefined ? this.#newShardCount : Number(stored.value));
    if (stored !== undefined) return;
    this.ownership.set([0], "loading");
    this.transact((tx) => tx.insert(metaTable, { shard: 0, name: shardCountName, value: String(this.#newShardCount) }));
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

  #failure(): Error {
    return this.#lease === undefined
      ? new Error("the store has failed; the server is stopping")
      : new LeaseLost("this node has lost its lease");
  }

  /** Timers and effects would go on failing, at once and for ever, until the process ends. */
  #fail(error: unknown): void {
    this.timers.stop();
    this.outbox.stop();
    if (this.#onLeaseLost === undefined || !isLeaseLoss(error)) return this.#onFatal(error);
    for (const module of this.#modules) module.stop?.();
    this.pipeline.giveUp();
    this.waiters.expireAll();
    this.#onLeaseLost(error);
  }
}

/** A failure that is over when the node has joined again; any other says that memory or disk cannot be trusted. */
function isLeaseLoss(error: unknown): boolean {
  return error instanceof LeaseLost || error instanceof StaleOwnerError || error instanceof StoreUnavailableError;
}

function firstOf<Item>(items: Iterable<Item>): Item | undefined {
  for (const item of items) return item;
  return undefined;
}
