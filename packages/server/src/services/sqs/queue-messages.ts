/**
 * The messages of one queue. A message is in one of three states:
 *
 *     delayed ──delay over──▶ visible ──received──▶ in flight ──visibility over──▶ visible
 *
 * and either in memory or in the backlog (`backlog.ts`), which holds what no receive has touched, behind everything in
 * memory. Visible messages in memory are ordered (`standard-order.ts`, `fifo-order.ts`); hidden ones (delayed or in
 * flight) stand by the time they become visible. A message that has been received stays in memory until it is deleted,
 * without its content when memory is short; content comes back from the store before the message is received again.
 *
 * Passing time moves messages (`promote`), a page from the store brings them in (`admit`); all else happens in a decision and is
 * undone with it. `stored-messages.ts` and `stored-slips.ts` have what builds the same picture again.
 */
import { SortedList } from "../../kernel/sorted-list.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import { Backlog } from "./backlog.ts";
import { limits, memoryLimits } from "./limits.ts";
import type { MessageCounts } from "./queue-attributes.ts";
import {
  contentBytes,
  deliveryOf,
  dropContent,
  isMoving,
  keepContent,
  movingUntil,
  neverReceived,
  newMessage,
  noAttempt,
  receivedMessage,
} from "./queue-message.ts";
import type {
  AttemptOf,
  Delivery,
  DeliveryOrder,
  QueueMessage,
  QueueMessagesOptions,
  ReadMessage,
  Selection,
} from "./queue-message.ts";
import type { Parcel } from "./parcel.ts";
import { SequenceMap } from "./sequence-map.ts";
import type { Noted, Slip } from "./slip.ts";
import { StoredMessages } from "./stored-messages.ts";
import { StoredSlips } from "./stored-slips.ts";
import type { MessageRow } from "./tables.ts";

/** Of a page, so many contents are kept even when memory is short: a receive waits for them. */
const keptContentsMin = limits.receiveMessagesMax;

export class QueueMessages {
  readonly backlog = new Backlog();
  readonly stored: StoredMessages;
  readonly slips: StoredSlips;
  readonly #options: QueueMessagesOptions;
  readonly #order: DeliveryOrder;
  readonly #all = new SequenceMap<QueueMessage>();
  readonly #byAge = new SortedList<QueueMessage>(
    (left, right) => left.sentAt - right.sentAt || left.sequence - right.sequence,
  );
  readonly #hidden = new SortedList<QueueMessage>(
    (left, right) => left.visibleAt - right.visibleAt || left.sequence - right.sequence,
  );
  #delayedCount = 0;
  #movingCount = 0;
  /** Changes when all messages are dropped: what was being read then is not theirs. */
  #generation = 0;
  /** Removed while a page is being read, which may still hold them. */
  #removedSinceRead: Set<number> | undefined;

  constructor(options: QueueMessagesOptions) {
    this.#options = options;
    this.#order = options.order;
    const { queue, seal } = options;
    // What becomes of parcels settles notes on slips, so it is written first.
    this.stored = new StoredMessages(queue.id, seal, (tx, notes) => this.slips.settle(tx, notes));
    this.slips = new StoredSlips(queue, (tx) => this.stored.begin(tx));
  }

  get generation(): number {
    return this.#generation;
  }

  /** Messages in memory. */
  get residentCount(): number {
    return this.#all.size;
  }

  get inFlightCount(): number {
    return this.#hidden.size - this.#delayedCount;
  }

  /** Messages on their way to a queue on another node; in flight as well. */
  get movingCount(): number {
    return this.#movingCount;
  }

  counts(now: number): MessageCounts {
    const delayedInBacklog = this.backlog.delayedCount(now);
    return {
      visible: this.#order.visibleCount + this.backlog.size - delayedInBacklog,
      inFlight: this.inFlightCount,
      delayed: this.#delayedCount + delayedInBacklog,
    };
  }

  find(sequence: number): QueueMessage | undefined {
    return this.#all.get(sequence);
  }

  /** The message in memory that was sent first. */
  oldest(): QueueMessage | undefined {
    return this.#byAge.first();
  }

  /** Those in memory, the one that was sent first at the beginning. */
  get byAge(): Iterable<QueueMessage> {
    return this.#byAge;
  }

  /** When the next hidden message becomes visible. */
  nextVisibleAt(): number | undefined {
    return this.#hidden.first()?.visibleAt;
  }

  /** Puts in a message that had been received before a restart. */
  restore(noted: Noted, slip: Slip, parcel: Parcel, now: number): void {
    this.#add(receivedMessage(noted, slip, parcel), now);
  }

  /** New messages, behind all others. */
  append(tx: Transaction, rows: readonly MessageRow[]): void {
    const places = this.stored.append(tx, rows);
    const added: QueueMessage[] = [];
    const putOff: MessageRow[] = [];
    for (let index = 0; index < rows.length; index += 1) {
      const row = rows[index];
      const place = places[index];
      if (row === undefined || place === undefined) break;
      const availableAt = this.#options.availableAt(row);
      if (this.#goesToBacklog(row)) {
        this.backlog.add(availableAt, row.groupId, tx.now);
        putOff.push(row);
      } else {
        if (this.backlog.size === 0) this.backlog.after = Math.max(this.backlog.after, row.sequence);
        const message = newMessage(row, row, availableAt, place.parcel);
        this.#add(message, tx.now);
        added.push(message);
      }
    }
    const generation = this.#generation;
    tx.onUndo(() => {
      for (const message of added) this.#take(message);
      if (generation !== this.#generation) return;
      for (const row of putOff) this.backlog.takeBack(this.#options.availableAt(row), row.groupId);
    });
  }

  /** Moves to visible what time has made visible; the number moved. */
  promote(now: number, ended?: (message: QueueMessage) => void): number {
    let moved = 0;
    for (
      let first = this.#hidden.first();
      first !== undefined && first.visibleAt <= now;
      first = this.#hidden.first()
    ) {
      if (first.delivery !== undefined) ended?.(first);
      this.#move(first, first.visibleAt, first.delivery, now);
      moved += 1;
    }
    return moved;
  }

  /** The visible messages a receive would take now. */
  select(max: number, now: number): Selection {
    return this.#order.select(max, now);
  }

  /**
   * Puts a visible message out of sight until `now + visibilityMs`.
   * @param isSavedLater whether a crash may forget it: `slips.saveUnsaved` writes it, unless the message is deleted before
   * @param attempt under which the receive can be made again
   */
  receive(
    tx: Transaction,
    message: QueueMessage,
    row: MessageRow,
    visibilityMs: number,
    isSavedLater: boolean,
    attempt?: AttemptOf,
  ): Delivery {
    const delivery = deliveryOf(message, row, tx.now, visibilityMs, attempt);
    if (isSavedLater) this.slips.saveLater(message);
    else this.slips.save(tx, message, delivery);
    this.#change(tx, message, delivery.visibleAt, delivery);
    if (visibilityMs > 0 && this.#options.memory.bytes > this.#options.memory.bytesMax)
      dropContent(this.#options.memory, message);
    return delivery;
  }

  /** Gives back the memory its messages take: the queue is another node's, and a page that is being read comes too late. */
  dispose(): void {
    this.#generation += 1;
    for (const message of this.#all.values()) dropContent(this.#options.memory, message);
  }

  isInFlight(message: QueueMessage, now: number): boolean {
    return message.delivery !== undefined && message.visibleAt > now;
  }

  /** Changes when a message in flight becomes visible again. @param isSameAttempt whether its receive can still be made again */
  changeVisibility(tx: Transaction, message: QueueMessage, visibleAt: number, isSameAttempt = false): void {
    if (message.delivery === undefined) return;
    const delivery = { ...message.delivery, visibleAt, ...(!isSameAttempt && noAttempt) };
    this.slips.save(tx, message, delivery);
    this.#change(tx, message, visibleAt, delivery);
    if (visibleAt > tx.now && this.#options.memory.bytes > this.#options.memory.bytesMax)
      dropContent(this.#options.memory, message);
  }

  /** Puts a message out of sight that is on its way to another queue. */
  hide(tx: Transaction, message: QueueMessage): void {
    const { sequence, messageId } = message;
    const known = message.delivery ?? { queueId: this.#options.queue.id, sequence, messageId, ...neverReceived };
    const delivery = { ...known, visibleAt: movingUntil };
    this.slips.save(tx, message, delivery);
    this.#change(tx, message, movingUntil, delivery);
  }

  /** The reverse of `hide`: the message is back at its place. */
  reveal(tx: Transaction, message: QueueMessage): void {
    const { delivery } = message;
    if (delivery === undefined) return;
    if (delivery.receiveCount > 0) return this.changeVisibility(tx, message, tx.now);
    this.slips.remove(tx, message, false);
    this.#change(tx, message, tx.now, undefined);
  }

  remove(tx: Transaction, message: QueueMessage): void {
    this.stored.remove(tx, message.parcel, message.sequence, this.slips.remove(tx, message, true));
    this.#removedSinceRead?.add(message.sequence);
    this.#take(message);
    tx.onUndo(() => {
      this.#removedSinceRead?.delete(message.sequence);
      this.#add(message, tx.now);
    });
  }

  /** Removes a message that is in the backlog, if it still is there. The count is put right when it is read to its end. */
  removeFromBacklog(tx: Transaction, sequence: number, parcel: Parcel): void {
    this.stored.remove(tx, parcel, sequence);
    this.#removedSinceRead?.add(sequence);
    tx.onUndo(() => this.#removedSinceRead?.delete(sequence));
  }

  /** The queue's delay has changed, and counts for messages that are there already. */
  delayAnew(tx: Transaction, availableAt: (message: QueueMessage) => number): void {
    const before = [...this.#all.values()]
      .filter(({ delivery }) => delivery === undefined)
      .map((message) => [message, message.visibleAt] as const);
    for (const [message] of before) this.#move(message, availableAt(message), undefined, tx.now);
    tx.onUndo(() => {
      for (const [message, visibleAt] of before) this.#move(message, visibleAt, undefined, tx.now);
    });
  }

  /** Removes everything; the caller deletes the rows of the whole queue. */
  clear(tx: Transaction): void {
    const before = [...this.#all.values()];
    const { after, size } = this.backlog;
    this.stored.discard(tx);
    this.slips.discard(tx);
    for (const message of before) this.#take(message);
    this.backlog.reset(after, 0);
    this.#generation += 1;
    tx.onUndo(() => {
      this.#generation += 1;
      this.backlog.reset(after, size);
      for (const message of before) this.#add(message, tx.now);
    });
  }

  /** A page is about to be read; `admit` or `abandonRead` follows. */
  beginRead(): void {
    this.#removedSinceRead = new Set();
    this.backlog.beginRead();
    this.stored.beginRead();
  }

  abandonRead(): void {
    this.#removedSinceRead = undefined;
    this.stored.endRead();
  }

  /**
   * Takes in a page of messages as read, in their order: content for those in memory, messages for the rest.
   * @param from every row behind this sequence was asked for
   * @param sequenceAtStart the highest sequence given when the read began
   * @param isLast whether the read came to the end of the queue
   */
  admit(page: readonly ReadMessage[], from: number, sequenceAtStart: number, isLast: boolean, now: number): void {
    const removed = this.#removedSinceRead ?? new Set();
    this.#removedSinceRead = undefined;
    const isContiguous = from <= this.backlog.after;
    let readOfAdded = 0;
    for (const [index, { row, parcel: read }] of page.entries()) {
      if (row.sequence > sequenceAtStart) readOfAdded += 1;
      const known = this.#all.get(row.sequence);
      // The first rows are what the read was made for.
      const isKept = index < keptContentsMin || this.#options.memory.bytes <= this.#options.memory.bytesMax;
      if (known !== undefined) {
        if (isKept && known.isVisible) keepContent(this.#options.memory, known, row);
      } else if (row.sequence > this.backlog.after && isContiguous && !removed.has(row.sequence)) {
        const parcel = this.stored.parcelOf(read);
        // It was removed before the read began, which the row read did not tell.
        if (!parcel.has(row.sequence)) continue;
        const message = newMessage(row, isKept ? row : undefined, this.#options.availableAt(row), parcel);
        this.backlog.admitted(message.visibleAt, message.groupId);
        this.#add(message, now);
      }
    }
    this.stored.endRead();
    if (!isContiguous) return;
    this.backlog.after = Math.max(this.backlog.after, page.at(-1)?.row.sequence ?? 0);
    if (isLast) this.backlog.readToEnd(readOfAdded);
  }

  /** Takes in the content of a message, visible or not. */
  keepContent(row: MessageRow): void {
    const known = this.#all.get(row.sequence);
    if (known !== undefined) keepContent(this.#options.memory, known, row);
  }

  #goesToBacklog(row: MessageRow): boolean {
    if (this.backlog.size > 0) return this.#options.passesBacklog?.(row) !== true;
    const { bytes, bytesMax } = this.#options.memory;
    return this.#order.visibleCount >= memoryLimits.windowMessages || bytes > bytesMax;
  }

  #change(tx: Transaction, message: QueueMessage, visibleAt: number, delivery: Delivery | undefined): void {
    const before = { delivery: message.delivery, visibleAt: message.visibleAt };
    this.#move(message, visibleAt, delivery, tx.now);
    tx.onUndo(() => this.#move(message, before.visibleAt, before.delivery, tx.now));
  }

  #move(message: QueueMessage, visibleAt: number, delivery: Delivery | undefined, now: number): void {
    this.#unhide(message);
    this.#order.change(message, () => {
      message.delivery = delivery;
      message.visibleAt = visibleAt;
      message.isVisible = visibleAt <= now;
    });
    this.#hide(message);
  }

  #add(message: QueueMessage, now: number): void {
    this.#all.set(message.sequence, message);
    this.stored.hold(message.parcel);
    this.#byAge.add(message);
    if (message.row !== undefined) this.#options.memory.bytes += contentBytes(message.row);
    message.isVisible = message.visibleAt <= now;
    this.#order.place(message);
    this.#hide(message);
  }

  #take(message: QueueMessage): void {
    this.#all.delete(message.sequence);
    this.stored.release(message.parcel);
    this.#byAge.remove(message);
    if (message.row !== undefined) this.#options.memory.bytes -= contentBytes(message.row);
    this.#order.unplace(message);
    this.#unhide(message);
  }

  /** Among the hidden ones, unless it is visible. */
  #hide(message: QueueMessage): void {
    if (message.isVisible) return;
    this.#hidden.add(message);
    if (message.delivery === undefined) this.#delayedCount += 1;
    if (isMoving(message)) this.#movingCount += 1;
  }

  #unhide(message: QueueMessage): void {
    if (message.isVisible || this.#hidden.remove(message) === undefined) return;
    if (message.delivery === undefined) this.#delayedCount -= 1;
    if (isMoving(message)) this.#movingCount -= 1;
  }
}
