/**
 * The deduplication ids a FIFO queue has accepted in the last five minutes. They are rows too: a restart, or the message's
 * deletion, forgets none. What was accepted with one request is one row, written once and deleted as a whole when its time
 * is over; memory and table hold five minutes of sends and no more.
 *
 * In memory a row is what is stored of it, a few texts, since hundreds of thousands of them live for minutes. Rows are
 * numbered in the order of acceptance; a hash of each id leads to the numbers of the rows that may have it.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
 */
import type { Transaction } from "../../kernel/transaction.ts";
import { hashOf, HashedNumbers } from "./hashed-numbers.ts";
import { limits } from "./limits.ts";
import { acceptedTable } from "./tables.ts";
import type { AcceptedRow, QueueRow } from "./tables.ts";

/** What one request makes a queue accept, while it is being decided. */
export interface Acceptance extends Omit<AcceptedRow, "keys" | "messageIds"> {
  readonly number: number;
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
/** Rows that are forgotten before the list of them is cut. */
const cutRowsMin = 1_000;

/** Rows by number, in the order of acceptance. */
class AcceptedRows {
  /** The first has the number `#base`. */
  readonly #rows: (AcceptedRow | Acceptance | undefined)[] = [];
  #base = 1;
  /** The number of the first that is not forgotten. */
  least = 1;
  readonly numbers = new HashedNumbers();

  get next(): number {
    return this.#base + this.#rows.length;
  }

  get(number: number): AcceptedRow | Acceptance | undefined {
    return number < this.least ? undefined : this.#rows[number - this.#base];
  }

  push(row: AcceptedRow | Acceptance): void {
    this.#rows.push(row);
  }

  pop(): void {
    this.#rows.pop();
  }

  replace(number: number, row: AcceptedRow): void {
    this.#rows[number - this.#base] = row;
  }

  /** Gives up the memory of those that are forgotten, which nothing can bring back by now. */
  cut(): void {
    const forgotten = this.least - this.#base;
    if (forgotten < cutRowsMin || 2 * forgotten < this.#rows.length) return;
    this.#rows.splice(0, forgotten);
    this.#base = this.least;
    this.numbers.forgetBelow(this.least);
  }
}

export class Deduplication {
  readonly #seed: number;
  #rows = new AcceptedRows();
  /** The key that was looked for last, which most often is the one that is accepted next. */
  #lookedFor: { readonly key: string; readonly hash: number } | undefined;

  /** @param seed of the hashes, another one in each queue */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /** What was accepted under this key in the last five minutes. */
  find(key: string, now: number): Accepted | undefined {
    const rows = this.#rows;
    const hash = hashOf(key, this.#seed);
    this.#lookedFor = { key, hash };
    return rows.numbers.find(hash, (number) => {
      const row = rows.get(number);
      return row === undefined || now >= row.acceptedAt + intervalMs ? undefined : acceptedWith(row, key);
    });
  }

  /** What a request begins to make the queue accept, from this sequence on; `save` has to follow in the same decision. */
  begin(tx: Transaction, { shard, id: queueId }: Pick<QueueRow, "shard" | "id">, sequence: number): Acceptance {
    const rows = this.#rows;
    const acceptedAt = tx.now;
    const acceptance = { number: rows.next, shard, queueId, sequence, acceptedAt, keys: [], messageIds: [] };
    rows.push(acceptance);
    tx.onUndo(() => rows.pop());
    return acceptance;
  }

  /** Known from now on. */
  accept(tx: Transaction, acceptance: Acceptance, key: string, { messageId, sequence }: Accepted): void {
    const { keys, messageIds } = acceptance;
    if (sequence !== acceptance.sequence + keys.length)
      throw new Error(`sequence ${sequence} does not follow those accepted with ${acceptance.sequence}`);
    keys.push(key);
    messageIds.push(messageId);
    // Undone, the number stays behind, and whoever is led to it sees that the row has no such key.
    const known = this.#lookedFor;
    const hash = known?.key === key ? known.hash : hashOf(key, this.#seed);
    this.#rows.numbers.add(hash, acceptance.number);
    tx.onUndo(() => {
      keys.pop();
      messageIds.pop();
    });
  }

  /** Writes what one request has made the queue accept. */
  save(tx: Transaction, acceptance: Acceptance): void {
    this.#forget(tx);
    const { number, shard, queueId, sequence, acceptedAt } = acceptance;
    const keys = JSON.stringify(acceptance.keys);
    const row = { shard, queueId, sequence, acceptedAt, keys, messageIds: JSON.stringify(acceptance.messageIds) };
    this.#rows.replace(number, row);
    tx.insert(acceptedTable, row);
  }

  /** Puts in a row from before a restart; rows come in the order of acceptance. */
  restore(row: AcceptedRow): void {
    const number = this.#rows.next;
    this.#rows.push(row);
    for (const key of listOf(row.keys)) this.#rows.numbers.add(hashOf(key, this.#seed), number);
  }

  /** Forgets everything; the caller deletes the rows of the whole queue. */
  clear(tx: Transaction): void {
    const before = this.#rows;
    this.#rows = new AcceptedRows();
    tx.onUndo(() => (this.#rows = before));
  }

  #forget(tx: Transaction): void {
    const rows = this.#rows;
    const { least } = rows;
    for (let row = rows.get(least); row !== undefined; row = rows.get(rows.least)) {
      if (rows.least - least >= forgottenAtOnceMax || tx.now < row.acceptedAt + intervalMs) break;
      rows.least += 1;
      tx.delete(acceptedTable, row.queueId, row.sequence);
    }
    if (rows.least === least) return;
    tx.afterCommit(() => rows.cut());
    tx.onUndo(() => (rows.least = least));
  }
}

function acceptedWith(row: AcceptedRow | Acceptance, key: string): Accepted | undefined {
  const index = listOf(row.keys).indexOf(key);
  const messageId = listOf(row.messageIds)[index];
  return messageId === undefined ? undefined : { messageId, sequence: row.sequence + index };
}

function listOf(texts: string | readonly string[]): readonly string[] {
  return typeof texts === "string" ? (JSON.parse(texts) as readonly string[]) : texts;
}
