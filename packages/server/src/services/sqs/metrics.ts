/**
 * What `/metrics` says of every queue. CloudWatch's name for each stands beside it.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
import type { Metric } from "../../delivery/service.ts";
import type { QueueState } from "./queue-state.ts";
import type { Queues } from "./queues.ts";

type Value = (state: QueueState, now: number) => number | undefined;

const series: readonly (readonly [name: string, type: Metric["type"], help: string, value: Value])[] = [
  [
    "messages_visible",
    "gauge",
    "Messages that can be received (ApproximateNumberOfMessagesVisible).",
    ({ messages }, now) => messages.counts(now).visible,
  ],
  [
    "messages_in_flight",
    "gauge",
    "Messages received and not yet deleted (ApproximateNumberOfMessagesNotVisible).",
    ({ messages }) => messages.inFlightCount,
  ],
  [
    "messages_delayed",
    "gauge",
    "Messages whose delay is not over (ApproximateNumberOfMessagesDelayed).",
    ({ messages }, now) => messages.counts(now).delayed,
  ],
  [
    "oldest_message_age_seconds",
    "gauge",
    "Age of the oldest message (ApproximateAgeOfOldestMessage).",
    ({ messages }, now) => ageSeconds(messages.oldest()?.sentAt, now),
  ],
  [
    "groups_in_flight",
    "gauge",
    "Groups with messages in flight, FIFO (ApproximateNumberOfGroupsWithInflightMessages).",
    ({ order }) => ("groupsInFlight" in order ? order.groupsInFlight : undefined),
  ],
  [
    "noisy_groups",
    "gauge",
    "Noisy tenants, standard queues (ApproximateNumberOfNoisyGroups).",
    ({ order }) => ("noisyTenants" in order ? order.noisyTenants : undefined),
  ],
  [
    "messages_sent_total",
    "counter",
    "Messages sent since the server started (NumberOfMessagesSent).",
    ({ statistics }) => statistics.sent,
  ],
  [
    "message_bytes_sent_total",
    "counter",
    "Size of these messages (SentMessageSize).",
    ({ statistics }) => statistics.sentBytes,
  ],
  [
    "messages_received_total",
    "counter",
    "Messages received since the server started (NumberOfMessagesReceived).",
    ({ statistics }) => statistics.received,
  ],
  [
    "messages_deleted_total",
    "counter",
    "Messages deleted since the server started (NumberOfMessagesDeleted).",
    ({ statistics }) => statistics.deleted,
  ],
  [
    "empty_receives_total",
    "counter",
    "Receives that gave nothing since the server started (NumberOfEmptyReceives).",
    ({ statistics }) => statistics.emptyReceives,
  ],
  [
    "messages_deduplicated_total",
    "counter",
    "Sends a FIFO queue had accepted before (NumberOfDeduplicatedSentMessages).",
    ({ statistics }) => statistics.deduplicated,
  ],
  [
    "messages_dead_lettered_total",
    "counter",
    "Messages moved to a dead-letter queue since the server started.",
    ({ statistics }) => statistics.deadLettered,
  ],
];

export function queueMetrics(queues: Queues, now: number): Metric[] {
  const all = [...queues.all()];
  return series.map(([name, type, help, value]) => ({
    name: `tutti_sqs_${name}`,
    help,
    type,
    samples: all.flatMap(({ row, state }) => {
      const sample = value(state, now);
      const labels = { queue: row.name, account: row.account, region: row.region };
      return sample === undefined ? [] : [{ labels, value: sample }];
    }),
  }));
}

function ageSeconds(sentAt: number | undefined, now: number): number {
  return sentAt === undefined ? 0 : Math.max(0, now - sentAt) / 1000;
}
