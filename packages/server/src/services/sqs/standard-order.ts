/**
 * The order of a standard queue: by rank, with what fair queues put off behind the rest.
 *
 * A tenant is a MessageGroupId; a message without one is a tenant of its own and never noisy. Messages of noisy tenants
 * stand in lists of their own: they are received when nothing else is visible, from the noisy tenant with the fewest
 * messages in flight first. Which tenants are noisy is decided anew at every receive.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html
 */
import { SortedList } from "../../kernel/sorted-list.ts";
import { memoryLimits } from "./limits.ts";
import { isAtBack, rankOf } from "./queue-message.ts";
import type { DeliveryOrder, QueueMessage, Selection } from "./queue-message.ts";
import { Tenants } from "./tenants.ts";

/** Visible messages without content that a receive passes over before it gives up. */
const passedOverMax = 50;

export class StandardOrder implements DeliveryOrder {
  readonly tenants = new Tenants();
  /** Visible messages of quiet tenants and of none. */
  readonly #front = byRank();
  readonly #noisy = new Map<string, SortedList<QueueMessage>>();
  #visibleCount = 0;
  /** Of `#front`, those at the back: behind the backlog in the store too, so they do not stand in for it. */
  #backCount = 0;

  get visibleCount(): number {
    return this.#visibleCount;
  }

  /** Messages of noisy tenants. */
  get noisyTenants(): number {
    return this.#noisy.size;
  }

  get wantsMore(): boolean {
    return this.#front.size - this.#backCount < memoryLimits.windowLowMessages;
  }

  /** The groups that are noisy now. */
  noisyGroups(now: number): Iterable<string> {
    this.#judge(now);
    return this.#noisy.keys();
  }

  /** The visible message that is next of the quiet groups; those that were sent to the back do not count. */
  firstQuiet(): QueueMessage | undefined {
    const first = this.#front.first();
    return first === undefined || isAtBack(first) ? undefined : first;
  }

  isNoisy(groupId: string): boolean {
    return this.#noisy.has(groupId);
  }

  place(message: QueueMessage): void {
    this.tenants.entered(message);
    if (!message.isVisible) return;
    this.#visibleCount += 1;
    this.#add(this.#listOf(message), message);
  }

  unplace(message: QueueMessage): void {
    this.tenants.left(message);
    if (message.isVisible && this.#remove(this.#listOf(message), message)) this.#visibleCount -= 1;
  }

  change(message: QueueMessage, change: () => void): void {
    this.unplace(message);
    change();
    this.place(message);
  }

  select(max: number, now: number): Selection {
    this.#judge(now);
    const messages: QueueMessage[] = [];
    let missing: QueueMessage | undefined;
    for (const list of this.#lists()) {
      let passedOver = 0;
      for (const message of list) {
        if (messages.length >= max || passedOver >= passedOverMax) break;
        if (message.row !== undefined) messages.push(message);
        else {
          missing ??= message;
          passedOver += 1;
        }
      }
    }
    return { messages, missing };
  }

  #lists(): SortedList<QueueMessage>[] {
    if (this.#noisy.size === 0) return [this.#front];
    const noisy = [...this.#noisy].toSorted(
      ([left], [right]) => this.tenants.inFlight(left) - this.tenants.inFlight(right),
    );
    return [this.#front, ...noisy.map(([, list]) => list)];
  }

  #listOf(message: QueueMessage): SortedList<QueueMessage> {
    return (message.groupId === null ? undefined : this.#noisy.get(message.groupId)) ?? this.#front;
  }

  #add(list: SortedList<QueueMessage>, message: QueueMessage): void {
    list.add(message);
    if (list === this.#front && isAtBack(message)) this.#backCount += 1;
  }

  #remove(list: SortedList<QueueMessage>, message: QueueMessage): boolean {
    if (list.remove(message) === undefined) return false;
    if (list === this.#front && isAtBack(message)) this.#backCount -= 1;
    return true;
  }

  #judge(now: number): void {
    const noisy = this.tenants.noisy(now);
    for (const [groupId, list] of this.#noisy) {
      if (noisy.has(groupId)) continue;
      for (const message of list) this.#add(this.#front, message);
      this.#noisy.delete(groupId);
    }
    for (const groupId of noisy) {
      if (this.#noisy.has(groupId)) continue;
      const list = byRank();
      for (const message of this.tenants.visible(groupId)) {
        this.#remove(this.#front, message);
        list.add(message);
      }
      this.#noisy.set(groupId, list);
    }
  }
}

function byRank(): SortedList<QueueMessage> {
  return new SortedList((left, right) => rankOf(left) - rankOf(right) || left.sequence - right.sequence);
}
