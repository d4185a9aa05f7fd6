/**
 * Group commit. What transactions changed is appended to the open group; a group is one store transaction with one sync,
 * and the next is flushed as soon as the previous one is done: the busier the server, the larger the group.
 *
 * Under load a turn of the event loop decides dozens of requests, and no answer of the store is heard before it is over. So
 * a group that has become large goes out in the middle of a turn, behind others that are on their way where the store takes
 * several: it writes while the rest of the turn is decided, and neither waits for the other. Groups become durable in order.
 * Where the store can say so in the middle of a turn, it is heard.
 *
 * A group that holds only deferred writes (a receive's visibility deadline) does not ask to be flushed; it goes out with
 * the next group that does, or after `deferredFlushMs`. A failed commit is fatal: memory would be ahead of the disk. From
 * then on no group becomes durable, so whoever waits for one waits until the process ends; where it does not end, because
 * only a lease was lost, `giveUp` tells them.
 */
import type { Alarm, Clock } from "./clock.ts";
import type { CommitFence, Store, WriteOperation } from "./store/store.ts";
import { LeaseLost } from "./ownership.ts";
import type { Lease } from "./ownership.ts";

const deferredFlushMs = 50;
/** Row changes a group has at least, and at most, when it goes out in the middle of a turn. */
const largeGroup = { least: 16, most: 128 };
/** How much of the load before still counts after each commit. */
const loadDecay = 0.98;

/** Resolves when its group is durable. Groups are numbered from 1. */
export interface CommitGroup {
  readonly sequence: number;
  readonly operations: WriteOperation[];
  readonly afterCommit: (() => void)[];
  /** True when someone waits for this group, so that it must be flushed now. */
  urgent: boolean;
  readonly durable: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function newGroup(sequence: number): CommitGroup {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  promise.catch(() => undefined);
  return { sequence, operations: [], afterCommit: [], urgent: false, durable: promise, resolve, reject };
}

export interface CommitStatistics {
  commits: number;
  operations: number;
  largestGroup: number;
  /** Spent by the store on commits, in milliseconds. */
  commitMs: number;
}

export class CommitPipeline {
  readonly statistics: CommitStatistics = { commits: 0, operations: 0, largestGroup: 0, commitMs: 0 };
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #onFatal: (error: unknown) => void;
  readonly #lease: Lease | undefined;
  #open = newGroup(1);
  /** Handed to the store and not durable yet, oldest first. */
  readonly #flushing: CommitGroup[] = [];
  /** Row changes that were waiting or on their way at once, lately at most. */
  #load = 0;
  #scheduled = false;
  #deferredAlarm: Alarm | undefined;
  #failed = false;

  /**
   * @param onFatal told once, when the first commit fails
   * @param lease what every group has to prove in the store before it is applied
   */
  constructor(store: Store, clock: Clock, onFatal: (error: unknown) => void, lease?: Lease) {
    this.#store = store;
    this.#clock = clock;
    this.#onFatal = onFatal;
    this.#lease = lease;
  }

  /** The group the running transaction writes to. */
  get open(): CommitGroup {
    return this.#open;
  }

  /** Row changes that wait for the commit under way. */
  get queuedOperations(): number {
    return this.#open.operations.length;
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** Nothing is committed and nobody is answered any more. What comes after the first failure is only its consequence. */
  fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#deferredAlarm?.cancel();
    this.#onFatal(error);
  }

  /** After a failure: whoever waits, or will wait, for something to become durable learns that nobody knows whether it is. */
  giveUp(): void {
    for (const group of this.#flushing)
      group.reject(new LeaseLost("the lease was lost before the commit was known to be durable", true));
    this.#open.reject(new LeaseLost("the lease was lost before the commit was begun"));
  }

  /** True when nothing is waiting to be written or being written. */
  get idle(): boolean {
    return this.#flushing.length === 0 && this.#isEmpty();
  }

  /** Called after a transaction has appended to the open group. */
  written(urgent: boolean): void {
    // In a long turn the answers of a group that is durable by now go out between two decisions, and its clients ask again.
    if (this.#flushing.length > 0) this.#store.hearNow?.();
    if (urgent) {
      this.#open.urgent = true;
      if (this.#isLarge()) void this.#commit();
      else this.#schedule();
    } else if (this.#deferredAlarm === undefined) {
      this.#deferredAlarm = this.#clock.at(this.#clock.now() + deferredFlushMs, () => {
        if (!this.#failed) this.#flushNow();
      });
    }
  }

  /**
   * The group that everything decided so far and waited for is durable with; undefined when that is so already.
   * What only deferred writes changed does not count.
   */
  pending(): CommitGroup | undefined {
    return this.#open.urgent ? this.#open : this.#flushing.at(-1);
  }

  /** Resolves when everything decided so far is durable. */
  async flush(): Promise<void> {
    this.#flushNow();
    const group = this.pending();
    if (group !== undefined) await group.durable;
  }

  #flushNow(): void {
    if (!this.#isEmpty()) this.written(true);
  }

  #isEmpty(): boolean {
    return this.#open.operations.length === 0 && this.#open.afterCommit.length === 0;
  }

  /** Half of the load is enough for one half to be written while the other is decided. */
  #isLarge(): boolean {
    const { commitsAtOnce = 1 } = this.#store;
    if (this.#failed || this.#flushing.length >= commitsAtOnce) return false;
    return this.#open.operations.length >= Math.min(Math.max(this.#load / 2, largeGroup.least), largeGroup.most);
  }

  #schedule(): void {
    if (this.#scheduled || this.#flushing.length > 0 || this.#failed) return;
    this.#scheduled = true;
    this.#clock.soon(() => {
      this.#scheduled = false;
      if (this.#flushing.length === 0 && this.#open.urgent && !this.#failed) void this.#commit();
    });
  }

  #operationsWaiting(): number {
    return this.#flushing.reduce((sum, { operations }) => sum + operations.length, this.#open.operations.length);
  }

  #fenceOf({ sequence }: CommitGroup): CommitFence | undefined {
    if (this.#lease === undefined) return undefined;
    const { nodeId, incarnation } = this.#lease;
    return { nodeId, incarnation, sequence };
  }

  async #commit(): Promise<void> {
    const group = this.#open;
    this.#open = newGroup(group.sequence + 1);
    this.#flushing.push(group);
    this.#deferredAlarm?.cancel();
    this.#deferredAlarm = undefined;
    const begunAt = this.#clock.monotonic();
    try {
      if (group.operations.length > 0) await this.#store.commit(group.operations, this.#fenceOf(group));
    } catch (error) {
      return this.fail(error);
    }
    if (this.#failed) return;
    this.statistics.commits += 1;
    this.statistics.commitMs += this.#clock.monotonic() - begunAt;
    this.statistics.operations += group.operations.length;
    this.statistics.largestGroup = Math.max(this.statistics.largestGroup, group.operations.length);
    this.#load = Math.max(this.#load * loadDecay, this.#operationsWaiting());
    this.#flushing.shift();
    group.resolve();
    try {
      for (const action of group.afterCommit) action();
    } catch (error) {
      return this.fail(error);
    }
    // Not at once: what arrives while the answers are written joins the group, and a larger group costs less a row.
    if (this.#open.urgent) this.#schedule();
  }
}
