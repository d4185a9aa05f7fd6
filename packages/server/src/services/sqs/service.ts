/** Amazon SQS. The operations stand one per file in `operations/`. */
import type { Hops } from "../../delivery/hops.ts";
import type { Service } from "../../delivery/service.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { TableDefinition } from "../../kernel/table.ts";
import { browsedQueue, browseMessages } from "./browse.ts";
import type { SqsOptions } from "./limits.ts";
import { MessageMoves } from "./message-moves.ts";
import { queueMetrics } from "./metrics.ts";
import { MoveTasks } from "./move-tasks.ts";
import { addPermission } from "./operations/add-permission.ts";
import { cancelMessageMoveTask } from "./operations/cancel-message-move-task.ts";
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
import { listMessageMoveTasks } from "./operations/list-message-move-tasks.ts";
import { purgeQueue } from "./operations/purge-queue.ts";
import { receiveMessage } from "./operations/receive-message.ts";
import { removePermission } from "./operations/remove-permission.ts";
import { sendMessageBatch } from "./operations/send-message-batch.ts";
import { sendMessage } from "./operations/send-message.ts";
import { setQueueAttributes } from "./operations/set-queue-attributes.ts";
import { startMessageMoveTask } from "./operations/start-message-move-task.ts";
import { tagQueue } from "./operations/tag-queue.ts";
import { untagQueue } from "./operations/untag-queue.ts";
import { sqsMigrations } from "./migrations.ts";
import { Queues } from "./queues.ts";
import {
  acceptedTable,
  dataKeysTable,
  deletedQueuesTable,
  parcelsTable,
  moveTasksTable,
  queuesTable,
  sequencesTable,
  slipsTable,
} from "./tables.ts";

export function createSqsService(kernel: Kernel, hops: Hops, options: SqsOptions = {}): Service {
  const queues = new Queues(kernel, options);
  const moves = new MessageMoves(queues, hops);
  const moveTasks = new MoveTasks(queues, moves);
  return {
    name: "sqs",
    tables: [
      queuesTable,
      deletedQueuesTable,
      sequencesTable,
      dataKeysTable,
      parcelsTable,
      slipsTable,
      acceptedTable,
      moveTasksTable,
    ] as unknown as readonly TableDefinition<never>[],
    migrations: sqsMigrations,
    load: (reader, shards) => queues.load(reader, shards),
    start: (shards) => queues.start(shards),
    drop: (shards) => queues.drop(shards),
    stop: () => queues.stop(),
    internalOperations: moves.operations,
    operations: {
      AddPermission: addPermission(queues),
      CancelMessageMoveTask: cancelMessageMoveTask(queues, moveTasks),
      ChangeMessageVisibility: changeMessageVisibility(queues),
      ChangeMessageVisibilityBatch: changeMessageVisibilityBatch(queues),
      CreateQueue: createQueue(queues),
      DeleteMessage: deleteMessage(queues),
      DeleteMessageBatch: deleteMessageBatch(queues),
      DeleteQueue: deleteQueue(queues, moveTasks),
      GetQueueAttributes: getQueueAttributes(queues),
      GetQueueUrl: getQueueUrl(queues),
      ListDeadLetterSourceQueues: listDeadLetterSourceQueues(queues),
      ListMessageMoveTasks: listMessageMoveTasks(queues, moveTasks),
      ListQueueTags: listQueueTags(queues),
      ListQueues: listQueues(),
      PurgeQueue: purgeQueue(queues),
      ReceiveMessage: receiveMessage(queues, moves),
      RemovePermission: removePermission(queues),
      SendMessage: sendMessage(queues),
      SendMessageBatch: sendMessageBatch(queues),
      SetQueueAttributes: setQueueAttributes(queues),
      StartMessageMoveTask: startMessageMoveTask(queues, moveTasks),
      TagQueue: tagQueue(queues),
      UntagQueue: untagQueue(queues),
    },
    views: {
      messages: {
        target: (query) => browsedQueue(queues, query),
        show: (query) => browseMessages(queues, query),
      },
    },
    metrics: () => queueMetrics(queues, kernel.clock.now()),
  };
}
