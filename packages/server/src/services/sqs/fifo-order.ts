/**
 * The order of a FIFO queue: message groups, each strictly by sequence.
 *
 * A group is free when its first message is visible; then its messages up to the first invisible one can be received.
 * So while any message of a group is in flight, what follows it waits, and what stands before it goes first. A receive
 * takes as much as it can from the group whose turn it is, then goes on to the next.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
import { SortedList } from "../../kernel/sorted-list.ts";
import { memoryLimits } from "./limits.ts";
import type { DeliveryOrder, QueueMessage, Selection } from "./queue-message.ts";

interface Group {
  readonly messages: SortedList<QueueMessage>;
  inFlight: number;
  /** Sequence of the first message while the group is free; then it stands in the list of free groups under it. */
  freeAt: number | undefined;
}

export class FifoOrder implements DeliveryOrder {
  readonly #groups = new Map<string, Group>();
  readonly #free = new SortedList<Group>((left, right) => (left.freeAt ?? 0) - (right.freeAt ?? 0));
  #visibleCount = 0;
  #groupsInFlight = 0;

  get visibleCount(): number {
    return this.#visibleCount;
  }

  /** Groups with messages in flight. */
  get groupsInFlight(): number {
    return this.#groupsInFlight;
  }

  get wantsMore(): boolean {
    return this.#visibleCount < memoryLimits.windowLowMessages || this.#free.size === 0;
  }

  isFree(groupId: string | null): boolean {
    return this.#groups.get(groupId ?? "")?.freeAt !== undefined;
  }

  place(message: QueueMessage): void {
    const name = message.groupId ?? "";
    let group = this.#groups.get(name);
    if (group === undefined) {
      group = { messages: bySequence(), inFlight: 0, freeAt: undefined };
      this.#groups.set(name, group);
    }
    group.messages.add(message);
    this.#count(group, message, 1);
    this.#update(group);
  }

  unplace(message: QueueMessage): void {
    const name = message.groupId ?? "";
    const group = this.#groups.get(name);
    if (group?.messages.remove(message) === undefined) return;
    this.#count(group, message, -1);
    this.#update(group);
    if (group.messages.size === 0) this.#groups.delete(name);
  }

  /** Its place in its group stays the same, whatever becomes of it. */
  change(message: QueueMessage, change: () => void): void {
    const group = this.#groups.get(message.groupId ?? "");
    if (group === undefined) return change();
    this.#count(group, message, -1);
    change();
    this.#count(group, message, 1);
    this.#update(group);
  }

  select(max: number): Selection {
    const messages: QueueMessage[] = [];
    let missing: QueueMessage | undefined;
    for (const group of this.#free) {
      for (const message of group.messages) {
        if (!message.isVisible || messages.length >= max) break;
        if (message.row === undefined) {
          missing ??= message;
          break;
        }
        messages.push(message);
      }
      if (messages.length >= max) break;
    }
    return { messages, missing };
  }

  #count(group: Group, message: QueueMessage, step: 1 | -1): void {
    if (message.isVisible) this.#visibleCount += step;
    else if (message.delivery !== undefined) {
      const before = group.inFlight;
      group.inFlight += step;
      if ((before === 0) !== (group.inFlight === 0)) this.#groupsInFlight += step;
    }
  }

  #update(group: Group): void {
    const first = group.messages.first();
    const freeAt = first?.isVisible === true ? first.sequence : undefined;
    if (freeAt === group.freeAt) return;
    if (group.freeAt !== undefined) this.#free.remove(group);
    group.freeAt = freeAt;
    if (freeAt !== undefined) this.#free.add(group);
  }
}

function bySequence(): SortedList<QueueMessage> {
  return new SortedList((left, right) => left.sequence - right.sequence);
}
