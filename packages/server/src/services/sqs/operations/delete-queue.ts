/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html */
import type { DeleteQueueCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { limits } from "../limits.ts";
import type { MoveTasks } from "../move-tasks.ts";
import type { Queues } from "../queues.ts";
import { deletedQueuesTable, queuesTable, sequencesTable } from "../tables.ts";
import { queueOfUrl } from "../targets.ts";

export function deleteQueue(queues: Queues, tasks: MoveTasks): Operation<DeleteQueueCommandInput, object> {
  return {
    target: queueOfUrl,
    decide(tx, { QueueUrl }, { call }) {
      const queue = queues.byUrl(tx, call, QueueUrl, "DeleteQueue");
      tx.delete(queuesTable, queue.arn);
      if (tx.get(sequencesTable, queue.id) !== undefined) tx.delete(sequencesTable, queue.id);
      // Names free again are forgotten here, so that the table holds a minute's deletions and no more. They stand in the order
      // of deletion; those from before a restart do not, and have all their turn within a minute.
      const freeBefore = tx.now - limits.nameBlockedAfterDeleteSeconds * 1000;
      for (const { arn, deletedAt } of queues.kernel.resident(deletedQueuesTable).values()) {
        if (deletedAt > freeBefore) break;
        tx.delete(deletedQueuesTable, arn);
      }
      tx.put(deletedQueuesTable, { shard: queue.shard, arn: queue.arn, deletedAt: tx.now });
      tasks.forget(tx, queue.arn);
      queues.forget(tx, queue);
      return {};
    },
  };
}
