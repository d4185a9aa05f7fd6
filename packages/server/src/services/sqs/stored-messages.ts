/**
 * What the store has of one queue's messages, in parcels. Messages that one decision appends become one parcel, and what a
 * decision removes is crossed off once, both at its end.
 *
 * A row read from the store may be older than what is known here. So a parcel that somebody reads, or of which a message is in
 * memory, is known by one object, which every later row gives way to.
 */
import type { Transaction } from "../../kernel/transaction.ts";
import { firstOf, Parcel, parcelCharactersMax, parcelMessagesMax } from "./parcel.ts";
import { parcelsTable } from "./tables.ts";
import type { MessageRow, ParcelRow } from "./tables.ts";

/** A parcel's content as the store is to hold it. */
export type Sealed = Pick<ParcelRow, "content" | "keyId" | "sealed">;

interface OpenParcel {
  readonly parcel: Parcel;
  readonly rows: MessageRow[];
  characters: number;
}

/** What the decision under way does. */
interface Changes {
  readonly tx: Transaction;
  readonly opened: OpenParcel[];
  /** How many messages it has removed from each. */
  removed: Map<Parcel, number> | undefined;
  readonly queueId: number;
  /** All messages were removed at once, with their rows. */
  areVoid: boolean;
}

export class StoredMessages {
  readonly #seal: (tx: Transaction, shard: number, rows: readonly MessageRow[]) => Sealed;
  /** By their first sequence. */
  readonly #known = new Map<number, Parcel>();
  /** Those among them that nobody holds, which are known until no read is under way. */
  readonly #unheld = new Set<Parcel>();
  #reads = 0;
  #changes: Changes | undefined;

  constructor(seal: (tx: Transaction, shard: number, rows: readonly MessageRow[]) => Sealed) {
    this.#seal = seal;
  }

  /** Writes a new message; gives the parcel it is in. */
  append(tx: Transaction, row: MessageRow): Parcel {
    const open = this.#openFor(tx, row);
    open.rows.push(row);
    open.characters += row.body.length;
    open.parcel.size = open.rows.length;
    tx.onUndo(() => {
      open.rows.pop();
      open.parcel.size = open.rows.length;
    });
    return open.parcel;
  }

  /** Removes a message; nothing happens when it is gone already. */
  remove(tx: Transaction, queueId: number, parcel: Parcel, sequence: number): void {
    if (!parcel.has(sequence)) return;
    const removed = (this.#changesOf(tx, queueId).removed ??= new Map());
    parcel.remove(sequence);
    removed.set(parcel, (removed.get(parcel) ?? 0) + 1);
    tx.onUndo(() => {
      parcel.putBack(sequence);
      removed.set(parcel, (removed.get(parcel) ?? 0) - 1);
    });
  }

  /** The caller deletes the rows of the whole queue: what this decision did before does not count. */
  discard(tx: Transaction): void {
    const changes = this.#changes;
    if (changes?.tx !== tx || changes.areVoid) return;
    changes.areVoid = true;
    this.#changes = undefined;
    tx.onUndo(() => {
      changes.areVoid = false;
      this.#changes = changes;
    });
  }

  /** The object of the parcel that a row of the store tells of. */
  parcelOf({ last, size, removed }: Pick<ParcelRow, "last" | "size" | "removed">): Parcel {
    const first = firstOf({ last, size });
    return this.#known.get(first) ?? new Parcel(first, size, removed);
  }

  /** A message of the parcel is in memory, or somebody is about to remove one. `release` is the reverse. */
  hold(parcel: Parcel): void {
    parcel.held += 1;
    if (parcel.held > 1) return;
    this.#known.set(parcel.first, parcel);
    this.#unheld.delete(parcel);
  }

  release(parcel: Parcel): void {
    parcel.held -= 1;
    if (parcel.held > 0) return;
    if (this.#reads > 0) this.#unheld.add(parcel);
    else this.#forget(parcel);
  }

  /** Rows are about to be read; `endRead` follows when they have been looked at. */
  beginRead(): void {
    this.#reads += 1;
  }

  endRead(): void {
    this.#reads -= 1;
    if (this.#reads > 0) return;
    for (const parcel of this.#unheld) this.#forget(parcel);
    this.#unheld.clear();
  }

  #forget(parcel: Parcel): void {
    if (this.#known.get(parcel.first) === parcel) this.#known.delete(parcel.first);
  }

  #changesOf(tx: Transaction, queueId: number): Changes {
    const known = this.#changes;
    if (known?.tx === tx) return known;
    const changes: Changes = { tx, opened: [], removed: undefined, queueId, areVoid: false };
    this.#changes = changes;
    tx.beforeEnd(() => this.#write(changes));
    tx.onUndo(() => {
      if (this.#changes === changes) this.#changes = undefined;
    });
    return changes;
  }

  #openFor(tx: Transaction, { queueId, sequence }: MessageRow): OpenParcel {
    const { opened } = this.#changesOf(tx, queueId);
    const latest = opened.at(-1);
    const isOpen =
      latest !== undefined &&
      latest.rows.length < parcelMessagesMax &&
      latest.characters < parcelCharactersMax &&
      latest.parcel.last + 1 === sequence;
    if (isOpen) return latest;
    const open = { parcel: new Parcel(sequence, 0, 0), rows: [], characters: 0 };
    opened.push(open);
    return open;
  }

  #write({ tx, opened, removed, queueId, areVoid }: Changes): void {
    this.#changes = undefined;
    if (areVoid) return;
    for (const { parcel, rows } of opened) this.#insert(tx, parcel, rows);
    for (const [parcel, count] of removed ?? []) {
      if (count === 0) continue;
      const { last, remaining } = parcel;
      if (remaining === 0) tx.delete(parcelsTable, queueId, last);
      else tx.update(parcelsTable, [queueId, last], { removed: parcel.removed, remaining });
    }
  }

  #insert(tx: Transaction, parcel: Parcel, rows: readonly MessageRow[]): void {
    const [row] = rows;
    if (row === undefined) return;
    const { shard, queueId } = row;
    const { last, size, removed, remaining } = parcel;
    tx.insert(parcelsTable, { shard, queueId, last, size, removed, remaining, ...this.#seal(tx, shard, rows) });
  }
}
