/**
 * What the metrics of a queue say of its messages' age, and of those of quiet groups: all but the groups that are noisy now. All others are of quiet groups,
 * those without a group as well. Nothing here goes through the messages, but for a limited number to find the oldest.
 *
 * Approximate is what is in the backlog: messages from before a restart count as visible ones of quiet groups
 * (`group-counts.ts`), delayed ones as delayed and of quiet groups.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
import type { MessageCounts } from "./queue-attributes.ts";
import { memoryLimits } from "./limits.ts";
import { isAtBack } from "./queue-message.ts";
import type { QueueMessage } from "./queue-message.ts";
import type { QueueMessages } from "./queue-messages.ts";
import type { QueueState } from "./queue-state.ts";
import { StandardOrder } from "./standard-order.ts";

/** Undefined for FIFO queues. */
export function noisyGroupsCount({ order }: QueueState, now: number): number | undefined {
  return order instanceof StandardOrder ? [...order.noisyGroups(now)].length : undefined;
}

/** Messages of quiet groups by state; undefined for FIFO queues. */
export function quietCounts({ messages, order }: QueueState, now: number): MessageCounts | undefined {
  if (!(order instanceof StandardOrder)) return undefined;
  const counts = { ...messages.counts(now) };
  for (const groupId of order.noisyGroups(now)) {
    const { tenants } = order;
    counts.visible -= tenants.visible(groupId).size + messages.backlog.groups.of(groupId);
    counts.inFlight -= tenants.inFlight(groupId);
    counts.delayed -= tenants.delayed(groupId);
  }
  return { ...counts, visible: Math.max(0, counts.visible) };
}

/** When the oldest message came in; on a standard queue without those that were sent to the back. */
export function firstEntry({ messages, order }: QueueState): number | undefined {
  if (!(order instanceof StandardOrder)) return firstEntryOf(messages, () => true);
  return firstEntryOf(messages, (message) => !isAtBack(message)) ?? order.firstQuiet()?.enteredAt;
}

/** When the oldest message of a quiet group came in; undefined when there is none, or for FIFO queues. */
export function firstQuietEntry({ messages, order }: QueueState, now: number): number | undefined {
  if (!(order instanceof StandardOrder)) return undefined;
  const noisy = new Set(order.noisyGroups(now));
  const isQuiet = ({ groupId }: { readonly groupId: string | null }): boolean =>
    groupId === null || !noisy.has(groupId);
  return firstEntryOf(messages, (message) => isQuiet(message) && !isAtBack(message)) ?? order.firstQuiet()?.enteredAt;
}

/** When the one that came in first did, of the messages in memory that count; it looks through a limited number. */
function firstEntryOf({ byAge }: QueueMessages, counts: (message: QueueMessage) => boolean): number | undefined {
  let first: number | undefined;
  let looked = 0;
  for (const message of byAge) {
    // None comes in before it is sent.
    if (looked >= memoryLimits.oldestLookMessages || (first !== undefined && message.sentAt >= first)) break;
    looked += 1;
    if (counts(message)) first = Math.min(first ?? message.enteredAt, message.enteredAt);
  }
  return first;
}
