/**
 * The deduplication ids a FIFO queue has accepted in the last five minutes. They are rows too: a restart, or the message's
 * deletion, forgets none. What was accepted with one request is one row, written once and deleted as a whole when its time
 * is over; memory and table hold five minutes of sends and no more.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
 */
import type { Transaction } from "../../kernel/transaction.ts";
import { limits } from "./limits.ts";
import { acceptedTable } from "./tables.ts";
import type { AcceptedRow } from "./tables.ts";

/** What one request makes a queue accept, while it is being decided. */
export interface Acceptance extends AcceptedRow {
  readonly keys: string[];
  readonly messageIds: string[];
}

export interface Accepted {
  readonly messageId: string;
  readonly sequence: number;
}

const intervalMs = limits.deduplicationSeconds * 1000;
/** Rows forgotten with each that is written: more than one, so that what is over does not pile up. */
const forgottenAtOnceMax = 4;

export class Deduplication {
  /** By deduplication key, the row it was accepted with. */
  readonly #byKey = new Map<string, AcceptedRow>();
  /** What is in the table, by sequence, in the order of acceptance. */
  readonly #rows = new Map<number, AcceptedRow>();

  /** What was accepted under this key in the last five minutes. */
  find(key: string, now: number): Accepted | undefined {
    const row = this.#byKey.get(key);
    if (row === undefined || now >= row.acceptedAt + intervalMs) return undefined;
    const index = row.keys.indexOf(key);
    return { messageId: row.messageIds[index] ?? "", sequence: row.sequence + index };
  }

  /** Known from now on; `save` has to follow in the same decision. */
  accept(tx: Transaction, row: Acceptance, key: string, { messageId, sequence }: Accepted): void {
    if (sequence !== row.sequence + row.keys.length)
      throw new Error(`sequence ${sequence} does not follow those accepted with ${row.sequence}`);
    const before = this.#byKey.get(key);
    row.keys.push(key);
    row.messageIds.push(messageId);
    this.#byKey.set(key, row);
    tx.onUndo(() => {
      if (before === undefined) this.#byKey.delete(key);
      else this.#byKey.set(key, before);
    });
  }

  /** Writes what one request has made the queue accept. */
  save(tx: Transaction, row: AcceptedRow): void {
    this.#forget(tx);
    this.#rows.set(row.sequence, row);
    tx.insert(acceptedTable, row);
    tx.onUndo(() => this.#rows.delete(row.sequence));
  }

  /** Puts in a row from before a restart; rows come in the order of acceptance. */
  restore(row: AcceptedRow): void {
    this.#rows.set(row.sequence, row);
    for (const key of row.keys) this.#byKey.set(key, row);
  }

  /** Forgets everything; the caller deletes the rows of the whole queue. */
  clear(tx: Transaction): void {
    const rows = [...this.#rows.values()];
    this.#byKey.clear();
    this.#rows.clear();
    tx.onUndo(() => {
      for (const row of rows) this.restore(row);
    });
  }

  #forget(tx: Transaction): void {
    let forgotten = 0;
    for (const row of this.#rows.values()) {
      if (forgotten >= forgottenAtOnceMax || tx.now < row.acceptedAt + intervalMs) return;
      forgotten += 1;
      this.#rows.delete(row.sequence);
      tx.delete(acceptedTable, row.queueId, row.sequence);
      // What was accepted anew meanwhile is known by a later row.
      const known = row.keys.filter((key) => this.#byKey.get(key) === row);
      for (const key of known) this.#byKey.delete(key);
      tx.onUndo(() => {
        // Behind its time: it does no harm that it comes back at the end.
        this.#rows.set(row.sequence, row);
        for (const key of known) this.#byKey.set(key, row);
      });
    }
  }
}
