/**
 * The deduplication ids a FIFO queue has accepted in the last five minutes, in the order of acceptance. They are rows
 * too: a restart, or the message's deletion, forgets none. Memory and table hold five minutes of sends and no more.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
 */
import type { Transaction } from "../../kernel/transaction.ts";
import { limits } from "./limits.ts";
import { deduplicationsTable } from "./tables.ts";
import type { DeduplicationRow } from "./tables.ts";

export interface Accepted {
  readonly messageId: string;
  readonly sequence: number;
  readonly acceptedAt: number;
}

const intervalMs = limits.deduplicationSeconds * 1000;
/** Forgotten with each acceptance: more than one, so that what is over does not pile up. */
const forgottenAtOnceMax = 4;

export class Deduplication {
  readonly #accepted = new Map<string, Accepted>();

  get size(): number {
    return this.#accepted.size;
  }

  /** What was accepted under this key in the last five minutes. */
  find(key: string, now: number): Accepted | undefined {
    const accepted = this.#accepted.get(key);
    return accepted !== undefined && now < accepted.acceptedAt + intervalMs ? accepted : undefined;
  }

  accept(tx: Transaction, row: DeduplicationRow): void {
    this.#forget(tx, row.queueId);
    const { deduplicationKey: key, messageId, sequence, acceptedAt } = row;
    const before = this.#accepted.get(key);
    // Put in anew, so that it stands at the end.
    this.#accepted.delete(key);
    this.#accepted.set(key, { messageId, sequence, acceptedAt });
    tx.put(deduplicationsTable, row);
    tx.onUndo(() => {
      this.#accepted.delete(key);
      if (before !== undefined) this.#accepted.set(key, before);
    });
  }

  /** Puts in a row from before a restart; rows come in the order of acceptance. */
  restore({ deduplicationKey, messageId, sequence, acceptedAt }: DeduplicationRow): void {
    this.#accepted.set(deduplicationKey, { messageId, sequence, acceptedAt });
  }

  /** Forgets everything; the caller deletes the rows of the whole queue. */
  clear(tx: Transaction): void {
    const before = [...this.#accepted];
    this.#accepted.clear();
    tx.onUndo(() => {
      for (const [key, accepted] of before) this.#accepted.set(key, accepted);
    });
  }

  #forget(tx: Transaction, queueId: number): void {
    let forgotten = 0;
    for (const [key, accepted] of this.#accepted) {
      if (forgotten >= forgottenAtOnceMax || tx.now < accepted.acceptedAt + intervalMs) return;
      forgotten += 1;
      this.#accepted.delete(key);
      tx.delete(deduplicationsTable, queueId, key);
      // Behind its time: it does no harm that it comes back at the end.
      tx.onUndo(() => this.#accepted.set(key, accepted));
    }
  }
}
