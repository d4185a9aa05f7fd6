/** Amazon SQS: standard queues. The operations stand one per file in `operations/`. */
import type { Service } from "../../delivery/service.ts";
import type { Metric } from "../../delivery/service.ts";
import type { Kernel, StoreReader } from "../../kernel/kernel.ts";
import type { TableDefinition } from "../../kernel/table.ts";
import { changeMessageVisibilityBatch } from "./operations/change-message-visibility-batch.ts";
import { changeMessageVisibility } from "./operations/change-message-visibility.ts";
import { createQueue } from "./operations/create-queue.ts";
import { deleteMessageBatch } from "./operations/delete-message-batch.ts";
import { deleteMessage } from "./operations/delete-message.ts";
import { deleteQueue } from "./operations/delete-queue.ts";
import { getQueueAttributes } from "./operations/get-queue-attributes.ts";
import { getQueueUrl } from "./operations/get-queue-url.ts";
import { listQueues } from "./operations/list-queues.ts";
import { listDeadLetterSourceQueues } from "./operations/list-dead-letter-source-queues.ts";
import { listQueueTags } from "./operations/list-queue-tags.ts";
import { purgeQueue } from "./operations/purge-queue.ts";
import { receiveMessage } from "./operations/receive-message.ts";
import { sendMessageBatch } from "./operations/send-message-batch.ts";
import { sendMessage } from "./operations/send-message.ts";
import { setQueueAttributes } from "./operations/set-queue-attributes.ts";
import { tagQueue } from "./operations/tag-queue.ts";
import { untagQueue } from "./operations/untag-queue.ts";
import { Queues } from "./queues.ts";
import { deletedQueuesTable, deliveriesTable, messagesTable, queuesTable, sqsMigrations } from "./tables.ts";

/** Rows read from the store at a time when the server starts. */
const loadPageRows = 10_000;

export function createSqsService(kernel: Kernel): Service {
  const queues = new Queues(kernel);
  return {
    name: "sqs",
    tables: [
      queuesTable,
      deletedQueuesTable,
      messagesTable,
      deliveriesTable,
    ] as unknown as readonly TableDefinition<never>[],
    migrations: sqsMigrations,
    load: (reader) => loadMessages(kernel, queues, reader),
    stop: () => queues.stop(),
    operations: {
      ChangeMessageVisibility: changeMessageVisibility(queues),
      ChangeMessageVisibilityBatch: changeMessageVisibilityBatch(queues),
      CreateQueue: createQueue(queues),
      DeleteMessage: deleteMessage(queues),
      DeleteMessageBatch: deleteMessageBatch(queues),
      DeleteQueue: deleteQueue(queues),
      GetQueueAttributes: getQueueAttributes(queues),
      GetQueueUrl: getQueueUrl(queues),
      ListDeadLetterSourceQueues: listDeadLetterSourceQueues(queues),
      ListQueueTags: listQueueTags(queues),
      ListQueues: listQueues(),
      PurgeQueue: purgeQueue(queues),
      ReceiveMessage: receiveMessage(queues),
      SendMessage: sendMessage(queues),
      SendMessageBatch: sendMessageBatch(queues),
      SetQueueAttributes: setQueueAttributes(queues),
      TagQueue: tagQueue(queues),
      UntagQueue: untagQueue(queues),
    },
    metrics: () => metrics(queues),
  };
}

async function loadMessages(kernel: Kernel, queues: Queues, reader: StoreReader): Promise<void> {
  for (const queue of kernel.resident(queuesTable).values()) {
    const deliveries = new Map((await readAll(reader, deliveriesTable, queue.id)).map((row) => [row.sequence, row]));
    queues.restore(queue, await readAll(reader, messagesTable, queue.id), deliveries);
  }
}

async function readAll<Row extends { readonly sequence: number }>(
  reader: StoreReader,
  table: TableDefinition<Row>,
  queueId: number,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const after = rows.at(-1)?.sequence ?? 0;
    const page = await reader.range({ table, equals: [queueId], after: [after], limit: loadPageRows });
    rows.push(...page);
    if (page.length < loadPageRows) return rows;
  }
}

function metrics(queues: Queues): Metric[] {
  const all = [...queues.all()];
  const metric = (
    name: string,
    help: string,
    type: Metric["type"],
    value: (queue: (typeof all)[number]) => number,
  ): Metric => ({
    name: `tutti_sqs_${name}`,
    help,
    type,
    samples: all.map((queue) => ({
      labels: { queue: queue.row.name, account: queue.row.account, region: queue.row.region },
      value: value(queue),
    })),
  });
  return [
    metric("messages_visible", "Messages that can be received.", "gauge", ({ messages }) => messages.counts.visible),
    metric(
      "messages_in_flight",
      "Messages received and not yet deleted.",
      "gauge",
      ({ messages }) => messages.counts.inFlight,
    ),
    metric("messages_delayed", "Messages whose delay is not over.", "gauge", ({ messages }) => messages.counts.delayed),
    metric(
      "messages_sent_total",
      "Messages sent since the server started.",
      "counter",
      ({ statistics }) => statistics.sent,
    ),
    metric(
      "messages_received_total",
      "Messages received since the server started.",
      "counter",
      ({ statistics }) => statistics.received,
    ),
    metric(
      "messages_deleted_total",
      "Messages deleted since the server started.",
      "counter",
      ({ statistics }) => statistics.deleted,
    ),
    metric(
      "empty_receives_total",
      "Receives that gave nothing since the server started.",
      "counter",
      ({ statistics }) => statistics.emptyReceives,
    ),
  ];
}
