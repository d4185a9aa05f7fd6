/**
 * What the store has of one queue's messages, in parcels. Messages that one decision appends become one parcel, and what a
 * decision removes is crossed off once, both at its end. A parcel is a long row, though: while messages of it are in
 * memory, which most often are removed soon, those that are gone stay noted on their slips instead, and the parcel is only deleted.
 *
 * A row read from the store may be older than what is known here. So a parcel that somebody reads, or of which a message is in
 * memory, is known by one object, which every later row gives way to.
 */
import type { Transaction } from "../../kernel/transaction.ts";
import { DecisionChanges } from "./decision-changes.ts";
import { firstOf, Parcel, parcelCharactersMax, parcelMessagesMax } from "./parcel.ts";
import { parcelsTable } from "./tables.ts";
import type { GoneNote } from "./slip.ts";
import type { MessageRow, ParcelRow } from "./tables.ts";

/** A parcel's content as the store is to hold it. */
export type Sealed = Pick<ParcelRow, "content" | "keyId" | "sealed">;

interface OpenParcel {
  readonly parcel: Parcel;
  readonly rows: MessageRow[];
  characters: number;
}

/** How many messages a decision has removed from a parcel, and how many of them without a note. */
interface Removed {
  count: number;
  withoutNote: number;
}

/** What the decision under way does. */
interface Changes {
  readonly opened: OpenParcel[];
  readonly removed: Map<Parcel, Removed>;
}

export class StoredMessages {
  readonly #queueId: number;
  readonly #seal: (tx: Transaction, shard: number, rows: readonly MessageRow[]) => Sealed;
  readonly #settle: (tx: Transaction, notes: readonly GoneNote[]) => void;
  /** By their first sequence. */
  #known = new Map<number, Parcel>();
  /** Those among them that nobody holds, which are known until no read is under way. */
  readonly #unheld = new Set<Parcel>();
  #reads = 0;
  readonly #changes = new DecisionChanges<Changes>(
    () => ({ opened: [], removed: new Map() }),
    (tx, changes) => this.#write(tx, changes),
  );

  /** @param settle told of notes that nobody needs any more */
  constructor(
    queueId: number,
    seal: (tx: Transaction, shard: number, rows: readonly MessageRow[]) => Sealed,
    settle: (tx: Transaction, notes: readonly GoneNote[]) => void,
  ) {
    this.#queueId = queueId;
    this.#seal = seal;
    this.#settle = settle;
  }

  /** Announces that something may have to be written at the end of this decision. */
  begin(tx: Transaction): void {
    this.#changes.of(tx);
  }

  /** Writes new messages; gives the parcel that each is in. */
  append(tx: Transaction, rows: readonly MessageRow[]): readonly { readonly parcel: Parcel }[] {
    const { opened } = this.#changes.of(tx);
    const places: OpenParcel[] = [];
    let open = opened.at(-1);
    for (const row of rows) {
      if (open === undefined || !hasRoom(open, row)) {
        open = { parcel: new Parcel(row.sequence, 0, 0), rows: [], characters: 0 };
        opened.push(open);
      }
      open.rows.push(row);
      open.characters += row.body.length;
      open.parcel.size += 1;
      places.push(open);
    }
    tx.onUndo(() => {
      for (const place of places) {
        place.rows.pop();
        place.parcel.size -= 1;
      }
    });
    return places;
  }

  /** Removes a message; nothing happens when it is gone already. @param note that it is, where a slip has one */
  remove(tx: Transaction, parcel: Parcel, sequence: number, note?: GoneNote): void {
    if (!parcel.has(sequence)) return;
    const { removed } = this.#changes.of(tx);
    let from = removed.get(parcel);
    if (from === undefined) removed.set(parcel, (from = { count: 0, withoutNote: 0 }));
    const changed = from;
    const unnoted = note === undefined ? 1 : 0;
    parcel.remove(sequence);
    changed.count += 1;
    changed.withoutNote += unnoted;
    if (note !== undefined) parcel.notes.push(note);
    tx.onUndo(() => {
      parcel.putBack(sequence);
      changed.count -= 1;
      changed.withoutNote -= unnoted;
      if (note !== undefined) parcel.notes.pop();
    });
  }

  /** The caller deletes the rows of the whole queue: what this decision did before does not count. */
  discard(tx: Transaction): void {
    const known = this.#known;
    this.#changes.discard(tx);
    this.#known = new Map();
    tx.onUndo(() => (this.#known = known));
  }

  /** The object of the parcel that a row of the store tells of. */
  parcelOf({ last, size, removed }: Pick<ParcelRow, "last" | "size" | "removed">): Parcel {
    const first = firstOf({ last, size });
    return this.#known.get(first) ?? new Parcel(first, size, removed);
  }

  /** Whether rows of this parcel give way to what is known here. */
  isKnown({ last, size }: Pick<ParcelRow, "last" | "size">): boolean {
    return this.#known.has(firstOf({ last, size }));
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
    this.#forgetIfUnheld(parcel);
  }

  /**
   * A note from before a restart; `settleUnheld` follows when all is read.
   * @returns whether the row of the parcel did not tell
   */
  restoreNote(parcel: Parcel, sequence: number, note: GoneNote): boolean {
    const isNews = parcel.has(sequence);
    parcel.remove(sequence);
    parcel.notes.push(note);
    this.#known.set(parcel.first, parcel);
    return isNews;
  }

  /** Parcels of which nothing is in memory tell themselves what of them is gone. */
  settleUnheld(tx: Transaction): void {
    for (const parcel of this.#known.values())
      if (parcel.held === 0 && parcel.notes.length > 0) this.#update(tx, parcel);
  }

  /** It is known as long as a message of it is in memory, or something is to be known of it that its row does not tell. */
  #forgetIfUnheld(parcel: Parcel): void {
    if (parcel.held > 0 || parcel.notes.length > 0) return;
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

  #write(tx: Transaction, { opened, removed }: Changes): void {
    for (const { parcel, rows } of opened) this.#insert(tx, parcel, rows);
    for (const [parcel, { count, withoutNote }] of removed) {
      if (count === 0) continue;
      if (parcel.remaining === 0) {
        tx.delete(parcelsTable, this.#queueId, parcel.last);
        this.#forgetNotes(tx, parcel);
      } else if (withoutNote > 0 || parcel.held === 0) this.#update(tx, parcel);
    }
  }

  #update(tx: Transaction, parcel: Parcel): void {
    const { last, removed, remaining } = parcel;
    tx.update(parcelsTable, [this.#queueId, last], { removed, remaining });
    this.#forgetNotes(tx, parcel);
  }

  #forgetNotes(tx: Transaction, parcel: Parcel): void {
    const { notes } = parcel;
    if (notes.length === 0) return;
    this.#settle(tx, notes);
    parcel.notes = [];
    this.#forgetIfUnheld(parcel);
    tx.onUndo(() => {
      parcel.notes = notes;
      this.#known.set(parcel.first, parcel);
    });
  }

  #insert(tx: Transaction, parcel: Parcel, rows: readonly MessageRow[]): void {
    const [row] = rows;
    if (row === undefined) return;
    const { shard, queueId } = row;
    const { last, size, removed, remaining } = parcel;
    tx.insert(parcelsTable, { shard, queueId, last, size, removed, remaining, ...this.#seal(tx, shard, rows) });
  }
}

/** Whether a message can go into a parcel that this decision has opened. */
function hasRoom({ parcel, rows, characters }: OpenParcel, { sequence }: MessageRow): boolean {
  return rows.length < parcelMessagesMax && characters < parcelCharactersMax && parcel.last + 1 === sequence;
}
