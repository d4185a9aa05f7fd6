/**
 * The messages of one queue in memory. A message is in one of three places:
 *
 *     delayed ──delay over──▶ visible ──received──▶ in flight ──visibility over──▶ visible
 *
 * Visible messages are ordered by their sequence; hidden ones (delayed or in flight) by the time they become visible.
 * Passing time moves messages (`promote`); everything else happens in a decision and is undone with it. Rows are
 * written beside every change, so that the same picture can be built again from the tables.
 */
import { SortedList } from "../../kernel/sorted-list.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import type { MessageCounts } from "./queue-attributes.ts";
import { deliveriesTable, messagesTable } from "./tables.ts";
import type { DeliveryRow, MessageRow } from "./tables.ts";

export interface QueueMessage {
  readonly row: MessageRow;
  /** Undefined until the first receive. */
  delivery: DeliveryRow | undefined;
  /** When it becomes visible, in milliseconds since the epoch; in the past for a visible message. */
  visibleAt: number;
}

export class QueueMessages {
  readonly #all = new Map<number, QueueMessage>();
  /** Every message, oldest first. Dead letters keep the time they were first sent, so sequences do not tell the age. */
  readonly #byAge = new SortedList<QueueMessage>(
    (left, right) => left.row.sentAt - right.row.sentAt || left.row.sequence - right.row.sequence,
  );
  readonly #visible = new SortedList<QueueMessage>((left, right) => left.row.sequence - right.row.sequence);
  readonly #hidden = new SortedList<QueueMessage>(
    (left, right) => left.visibleAt - right.visibleAt || left.row.sequence - right.row.sequence,
  );
  #delayedCount = 0;
  #nextSequence = 1;

  get counts(): MessageCounts {
    return {
      visible: this.#visible.size,
      inFlight: this.#hidden.size - this.#delayedCount,
      delayed: this.#delayedCount,
    };
  }

  get nextSequence(): number {
    return this.#nextSequence;
  }

  find(sequence: number): QueueMessage | undefined {
    return this.#all.get(sequence);
  }

  oldest(): QueueMessage | undefined {
    return this.#byAge.first();
  }

  /** When the next hidden message becomes visible. */
  nextVisibleAt(): number | undefined {
    return this.#hidden.first()?.visibleAt;
  }

  /** Puts in what the tables hold, in the order of sequences. */
  restore(row: MessageRow, delivery: DeliveryRow | undefined, now: number): void {
    this.#add({ row, delivery, visibleAt: delivery?.visibleAt ?? row.availableAt }, now);
  }

  append(tx: Transaction, row: MessageRow): void {
    const message: QueueMessage = { row, delivery: undefined, visibleAt: row.availableAt };
    tx.insert(messagesTable, row);
    this.#add(message, tx.now);
    tx.onUndo(() => this.#take(message));
  }

  /** Moves to visible what time has made visible; the number moved. */
  promote(now: number): number {
    let moved = 0;
    for (
      let first = this.#hidden.first();
      first !== undefined && first.visibleAt <= now;
      first = this.#hidden.first()
    ) {
      this.#hidden.remove(first);
      if (first.delivery === undefined) this.#delayedCount -= 1;
      this.#visible.add(first);
      moved += 1;
    }
    return moved;
  }

  /** The next visible messages, oldest first; they stay where they are. */
  next(max: number): QueueMessage[] {
    const found: QueueMessage[] = [];
    for (const message of this.#visible) {
      if (found.length >= max) break;
      found.push(message);
    }
    return found;
  }

  /** Takes up to `max` visible messages, oldest first, out of sight until `now + visibilityMs`. */
  receive(tx: Transaction, max: number, visibilityMs: number): QueueMessage[] {
    const taken = this.next(max);
    for (const message of taken) {
      const before = message.delivery;
      const { shard, queueId, sequence } = message.row;
      this.#change(tx, message, tx.now + visibilityMs, {
        shard,
        queueId,
        sequence,
        receiveCount: (before?.receiveCount ?? 0) + 1,
        firstReceivedAt: before?.firstReceivedAt ?? tx.now,
        lastReceivedAt: tx.now,
        visibleAt: tx.now + visibilityMs,
      });
    }
    return taken;
  }

  isInFlight(message: QueueMessage, now: number): boolean {
    return message.delivery !== undefined && message.visibleAt > now;
  }

  /** Changes when a message in flight becomes visible again. */
  changeVisibility(tx: Transaction, message: QueueMessage, visibleAt: number): void {
    if (message.delivery !== undefined) this.#change(tx, message, visibleAt, { ...message.delivery, visibleAt });
  }

  remove(tx: Transaction, message: QueueMessage): void {
    const { queueId, sequence } = message.row;
    tx.delete(messagesTable, queueId, sequence);
    if (message.delivery !== undefined) tx.delete(deliveriesTable, queueId, sequence);
    this.#take(message);
    tx.onUndo(() => this.#add(message, tx.now));
  }

  /** Removes everything; the caller deletes the rows of the whole queue. */
  clear(tx: Transaction): void {
    const before = [...this.#all.values()];
    for (const message of before) this.#take(message);
    tx.onUndo(() => {
      for (const message of before) this.#add(message, tx.now);
    });
  }

  #change(tx: Transaction, message: QueueMessage, visibleAt: number, delivery: DeliveryRow): void {
    const before = { delivery: message.delivery, visibleAt: message.visibleAt };
    tx.put(deliveriesTable, delivery);
    this.#move(message, visibleAt, delivery, tx.now);
    tx.onUndo(() => this.#move(message, before.visibleAt, before.delivery, tx.now));
  }

  #move(message: QueueMessage, visibleAt: number, delivery: DeliveryRow | undefined, now: number): void {
    this.#unplace(message);
    message.delivery = delivery;
    message.visibleAt = visibleAt;
    this.#place(message, now);
  }

  #add(message: QueueMessage, now: number): void {
    this.#all.set(message.row.sequence, message);
    this.#byAge.add(message);
    this.#nextSequence = Math.max(this.#nextSequence, message.row.sequence + 1);
    this.#place(message, now);
  }

  #take(message: QueueMessage): void {
    this.#all.delete(message.row.sequence);
    this.#byAge.remove(message);
    this.#unplace(message);
  }

  #place(message: QueueMessage, now: number): void {
    if (message.visibleAt <= now) {
      this.#visible.add(message);
      return;
    }
    this.#hidden.add(message);
    if (message.delivery === undefined) this.#delayedCount += 1;
  }

  #unplace(message: QueueMessage): void {
    if (this.#visible.remove(message) !== undefined) return;
    if (this.#hidden.remove(message) !== undefined && message.delivery === undefined) this.#delayedCount -= 1;
  }
}
