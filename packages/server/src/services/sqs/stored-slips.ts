/**
 * What the store has of one queue's messages that have been received, in slips. What one decision does to them is written once, at
 * its end; a receive that a crash may forget is written later, unless the message is gone by then.
 */
import type { Transaction } from "../../kernel/transaction.ts";
import type { Delivery, QueueMessage } from "./queue-message.ts";
import { SequenceMap } from "./sequence-map.ts";
import { DecisionChanges } from "./decision-changes.ts";
import { packSlip, Slip, slipMessagesMax } from "./slip.ts";
import type { GoneNote } from "./slip.ts";
import { slipsTable } from "./tables.ts";
import type { QueueRow, SlipRow } from "./tables.ts";

interface OpenSlip {
  readonly slip: Slip;
  readonly noted: { readonly message: QueueMessage; readonly delivery: Delivery }[];
}

/** What the decision under way does. */
interface Changes {
  readonly opened: OpenSlip[];
  /** How many messages it has crossed off each; zero for those of which it has only settled notes. */
  readonly crossedOff: Map<Slip, number>;
}

export class StoredSlips {
  readonly #queue: Pick<QueueRow, "shard" | "id">;
  /** Received, and the store does not know it yet. */
  #unsaved = new SequenceMap<QueueMessage>();
  readonly #changes: DecisionChanges<Changes>;
  #lastNumber = 0;

  /** @param before called before this announces what it does at the end of a decision */
  constructor(queue: Pick<QueueRow, "shard" | "id">, before: (tx: Transaction) => void) {
    this.#queue = queue;
    this.#changes = new DecisionChanges<Changes>(
      (tx) => {
        before(tx);
        return { opened: [], crossedOff: new Map() };
      },
      (tx, changes) => this.#write(tx, changes),
    );
  }

  get hasUnsaved(): boolean {
    return this.#unsaved.size > 0;
  }

  /** The message's delivery, whatever it will be then, is to be written by `saveUnsaved`. */
  saveLater(message: QueueMessage): void {
    this.#unsaved.set(message.sequence, message);
  }

  saveUnsaved(tx: Transaction): void {
    const unsaved = this.#unsaved;
    this.#unsaved = new SequenceMap();
    for (const message of unsaved.values())
      if (message.delivery !== undefined) this.save(tx, message, message.delivery);
    tx.onUndo(() => (this.#unsaved = unsaved));
  }

  /** Writes what has become of a message. */
  save(tx: Transaction, message: QueueMessage, delivery: Delivery): void {
    const { slip: before, slipPlace: placeBefore } = message;
    const isLate = this.#unsaved.delete(message.sequence);
    if (before !== undefined) this.#crossOff(tx, before, placeBefore, false);
    const { slip, noted } = this.#open(tx);
    message.slip = slip;
    message.slipPlace = noted.length;
    noted.push({ message, delivery });
    slip.size = noted.length;
    tx.onUndo(() => {
      noted.pop();
      slip.size = noted.length;
      message.slip = before;
      message.slipPlace = placeBefore;
      if (isLate) this.#unsaved.set(message.sequence, message);
    });
  }

  /**
   * The message is gone, or as if it had never been received.
   * @returns where it stands that it is gone, if anywhere
   */
  remove(tx: Transaction, message: QueueMessage, isGone: boolean): GoneNote | undefined {
    const { slip, slipPlace: place } = message;
    const isLate = this.#unsaved.delete(message.sequence);
    if (isLate) tx.onUndo(() => this.#unsaved.set(message.sequence, message));
    if (slip === undefined) return undefined;
    this.#crossOff(tx, slip, place, isGone);
    message.slip = undefined;
    tx.onUndo(() => (message.slip = slip));
    return isGone ? { slip, place } : undefined;
  }

  /** Nobody needs these notes any more. What is stored of them says nothing that is not so, and may stay. */
  settle(tx: Transaction, notes: readonly GoneNote[]): void {
    const { crossedOff } = this.#changes.of(tx);
    for (const { slip, place } of notes) {
      slip.settle(place);
      if (!crossedOff.has(slip)) crossedOff.set(slip, 0);
    }
    tx.onUndo(() => {
      for (const { slip, place } of notes) slip.unsettle(place);
    });
  }

  /** The caller deletes the rows of the whole queue: what this decision did before does not count. */
  discard(tx: Transaction): void {
    const unsaved = this.#unsaved;
    this.#changes.discard(tx);
    this.#unsaved = new SequenceMap();
    tx.onUndo(() => (this.#unsaved = unsaved));
  }

  /** A slip as it was read. New ones are numbered behind it. */
  restore({ number, size, crossedOff, gone }: SlipRow): Slip {
    this.#lastNumber = Math.max(this.#lastNumber, number);
    return new Slip(number, size, crossedOff, gone);
  }

  #crossOff(tx: Transaction, slip: Slip, place: number, isGone: boolean): void {
    const { crossedOff } = this.#changes.of(tx);
    slip.crossOff(place, isGone);
    crossedOff.set(slip, (crossedOff.get(slip) ?? 0) + 1);
    tx.onUndo(() => {
      slip.putBack(place);
      crossedOff.set(slip, (crossedOff.get(slip) ?? 0) - 1);
    });
  }

  #open(tx: Transaction): OpenSlip {
    const { opened } = this.#changes.of(tx);
    const latest = opened.at(-1);
    if (latest !== undefined && latest.noted.length < slipMessagesMax) return latest;
    this.#lastNumber += 1;
    const open = { slip: new Slip(this.#lastNumber, 0, 0, 0), noted: [] };
    opened.push(open);
    return open;
  }

  #write(tx: Transaction, { opened, crossedOff }: Changes): void {
    const { shard, id: queueId } = this.#queue;
    for (const { slip, noted } of opened) {
      crossedOff.delete(slip);
      if (slip.isDone) continue;
      const { number, size, gone } = slip;
      const messages = packSlip(noted);
      tx.insert(slipsTable, { shard, queueId, number, size, crossedOff: slip.crossedOff, gone, messages });
    }
    for (const [slip, count] of crossedOff) {
      if (slip.isDone) tx.delete(slipsTable, queueId, slip.number);
      else if (count > 0)
        tx.update(slipsTable, [queueId, slip.number], { crossedOff: slip.crossedOff, gone: slip.gone });
    }
  }
}
