/**
 * What `/metrics` says of every queue, under CloudWatch's names: `ApproximateNumberOfMessagesVisible` is
 * `tutti_sqs_approximate_number_of_messages_visible`. Counters count from the start of the server.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
import type { Metric } from "../../delivery/service.ts";
import type { QueueState } from "./queue-state.ts";
import { firstEntry, firstQuietEntry, noisyGroupsCount, quietCounts } from "./quiet-groups.ts";
import type { Queues } from "./queues.ts";

type Value = (state: QueueState, now: number) => number | undefined;

const series: readonly (readonly [name: string, type: Metric["type"], help: string, value: Value])[] = [
  [
    "approximate_number_of_messages_visible",
    "gauge",
    "Messages that can be received.",
    ({ messages }, now) => messages.counts(now).visible,
  ],
  [
    "approximate_number_of_messages_not_visible",
    "gauge",
    "Messages received and not yet deleted.",
    ({ messages }) => messages.inFlightCount,
  ],
  [
    "approximate_number_of_messages_delayed",
    "gauge",
    "Messages whose delay is not over.",
    ({ messages }, now) => messages.counts(now).delayed,
  ],
  [
    "approximate_age_of_oldest_message",
    "gauge",
    "Age in seconds of the oldest message; on a standard queue, without those received three times.",
    (state, now) => ageSeconds(firstEntry(state), now),
  ],
  [
    "approximate_number_of_groups_with_inflight_messages",
    "gauge",
    "Groups with messages in flight, FIFO.",
    ({ order }) => ("groupsInFlight" in order ? order.groupsInFlight : undefined),
  ],
  ["approximate_number_of_noisy_groups", "gauge", "Groups that are noisy now, standard queues.", noisyGroupsCount],
  [
    "approximate_number_of_messages_visible_in_quiet_groups",
    "gauge",
    "Messages that can be received, without those of noisy groups; standard queues.",
    (state, now) => quietCounts(state, now)?.visible,
  ],
  [
    "approximate_number_of_messages_not_visible_in_quiet_groups",
    "gauge",
    "Messages received and not yet deleted, without those of noisy groups; standard queues.",
    (state, now) => quietCounts(state, now)?.inFlight,
  ],
  [
    "approximate_number_of_messages_delayed_in_quiet_groups",
    "gauge",
    "Messages whose delay is not over, without those of noisy groups; standard queues.",
    (state, now) => quietCounts(state, now)?.delayed,
  ],
  [
    "approximate_age_of_oldest_message_in_quiet_groups",
    "gauge",
    "Age in seconds of the oldest message that is not of a noisy group nor received three times; standard queues.",
    (state, now) => ("tenants" in state.order ? ageSeconds(firstQuietEntry(state, now), now) : undefined),
  ],
  [
    "number_of_messages_sent_total",
    "counter",
    "Messages sent since the server started.",
    ({ statistics }) => statistics.sent,
  ],
  ["sent_message_size_total", "counter", "Bytes of these messages.", ({ statistics }) => statistics.sentBytes],
  [
    "number_of_messages_received_total",
    "counter",
    "Messages received since the server started.",
    ({ statistics }) => statistics.received,
  ],
  [
    "number_of_messages_deleted_total",
    "counter",
    "Messages deleted since the server started.",
    ({ statistics }) => statistics.deleted,
  ],
  [
    "number_of_empty_receives_total",
    "counter",
    "Receives that gave nothing since the server started.",
    ({ statistics }) => statistics.emptyReceives,
  ],
  [
    "number_of_deduplicated_sent_messages_total",
    "counter",
    "Sends a FIFO queue had accepted before.",
    ({ statistics }) => statistics.deduplicated,
  ],
  [
    "number_of_dead_lettered_messages_total",
    "counter",
    "Messages moved to a dead-letter queue since the server started.",
    ({ statistics }) => statistics.deadLettered,
  ],
];

export function queueMetrics(queues: Queues, now: number): Metric[] {
  const all = [...queues.all()].map(({ row, state }) => ({
    state,
    // One object a queue: whoever writes them down does so once.
    labels: { queue: row.name, account: row.account, region: row.region },
  }));
  return series.map(([name, type, help, value]) => ({
    name: `tutti_sqs_${name}`,
    help,
    type,
    samples: all.flatMap(({ state, labels }) => {
      const sample = value(state, now);
      return sample === undefined ? [] : [{ labels, value: sample }];
    }),
  }));
}

function ageSeconds(enteredAt: number | undefined, now: number): number {
  return enteredAt === undefined ? 0 : Math.max(0, now - enteredAt) / 1000;
}
