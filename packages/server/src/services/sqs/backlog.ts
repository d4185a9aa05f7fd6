import { GroupCounts } from "./group-counts.ts";

/**
 * The part of a queue that is in the store only: messages behind a place in the queue that no receive has touched. How
 * many there are is known; which they are is read page by page when those before them have been received.
 *
 * While it is not empty every new message goes there, so that the order is kept; the only messages behind `after` that
 * are in memory are those that had been received already, and those of quiet tenants beside a noisy one's backlog.
 */
export class Backlog {
  /** Up to this sequence every message of the queue is in memory. */
  after = 0;
  readonly groups = new GroupCounts();
  #count = 0;
  /** Messages whose delay is not over, by the second it ends in. Not known of messages from before a restart. */
  readonly #delayed = new Map<number, number>();
  /** Added while a page is being read. */
  #addedSinceRead = 0;

  get size(): number {
    return this.#count;
  }

  /** Messages whose delay is not over. */
  delayedCount(now: number): number {
    let count = 0;
    for (const [second, messages] of this.#delayed) {
      if (second * 1000 <= now) this.#delayed.delete(second);
      else count += messages;
    }
    return Math.min(count, this.#count);
  }

  /** A message was sent that stays in the store. */
  add(availableAt: number, groupId: string | null, now: number): void {
    this.#count += 1;
    this.groups.add(groupId, 1);
    this.#addedSinceRead += 1;
    if (availableAt > now) this.#delay(availableAt, 1);
  }

  /** The reverse of `add`. */
  takeBack(availableAt: number, groupId: string | null): void {
    this.#count -= 1;
    this.groups.add(groupId, -1);
    this.#addedSinceRead -= 1;
    this.#delay(availableAt, -1);
  }

  beginRead(): void {
    this.#addedSinceRead = 0;
  }

  /** A message of the backlog is in memory now. */
  admitted(availableAt: number, groupId: string | null): void {
    this.groups.add(groupId, -1);
    this.#count = Math.max(0, this.#count - 1);
    this.#delay(availableAt, -1);
  }

  /**
   * The store has been read to its end.
   * @param readOfAdded how many of the messages added since the read began were among those read
   */
  readToEnd(readOfAdded: number): void {
    this.#count = Math.max(0, this.#addedSinceRead - readOfAdded);
    if (this.#count === 0) this.groups.clear();
  }

  reset(after: number, count: number): void {
    this.after = after;
    this.#count = count;
    this.#delayed.clear();
    this.groups.clear();
  }

  #delay(availableAt: number, step: number): void {
    const second = Math.ceil(availableAt / 1000);
    const count = (this.#delayed.get(second) ?? 0) + step;
    if (count > 0) this.#delayed.set(second, count);
    else this.#delayed.delete(second);
  }
}
