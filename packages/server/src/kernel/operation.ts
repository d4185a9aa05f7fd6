/**
 * An operation is one synchronous decision: input in, output out, tables changed through the transaction on the way.
 *
 * What it needs from the store (an ended execution, a page of history) is fetched by `load` before it decides. A
 * decision that has to wait (a long poll) returns `park(…)` and is made again when something happens under that key.
 */
import type { Call } from "./call.ts";
import type { StoreReader } from "./kernel.ts";
import type { Transaction } from "./transaction.ts";

export interface OperationContext<Loaded = undefined> {
  readonly call: Call;
  /** What `load` gave. What holds on to something lets go in the decision; it is `Disposable` for when none is made. */
  readonly loaded: Loaded;
  /** When the request was first decided, in milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** True when the wait is over: the decision must give an answer now. */
  readonly expired: boolean;
}

/** Methods, so that operations over different inputs can stand in one registry. */
export interface Operation<Input = unknown, Output = unknown, Loaded = undefined> {
  /** The ARN of the resource in whose shard this is decided; any node can decide it when absent or undefined. Never throws. */
  target?(input: Input, call: Call): string | undefined;
  /** The longest a decision of it may be parked, in milliseconds; it answers without waiting when absent. */
  readonly longestWaitMs?: number;
  /** Gives undefined, and not a promise, when there is nothing to wait for. */
  load?(reader: StoreReader, input: Input, call: Call): Promise<Loaded> | undefined;
  decide(tx: Transaction, input: Input, context: OperationContext<Loaded>): Output | Park;
}

/** An operation of any kind, as a registry holds it. */
export interface AnyOperation {
  target?(input: unknown, call: Call): string | undefined;
  readonly longestWaitMs?: number;
  load?(reader: StoreReader, input: unknown, call: Call): Promise<unknown> | undefined;
  decide(tx: Transaction, input: unknown, context: OperationContext<unknown>): unknown;
}

export class Park {
  readonly key: string;
  readonly deadline: number;

  constructor(key: string, deadline: number) {
    this.key = key;
    this.deadline = deadline;
  }
}

/** Waits under `key` until woken, at most until `deadline` (milliseconds since the epoch). */
export function park(key: string, deadline: number): Park {
  return new Park(key, deadline);
}

/** Lets go of what `load` gave for a decision that is not made. */
export function disposeLoaded(loaded: unknown): void {
  if (typeof loaded === "object" && loaded !== null && Symbol.dispose in loaded)
    (loaded as Disposable)[Symbol.dispose]();
}
