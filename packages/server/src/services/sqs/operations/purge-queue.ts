/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html */
import type { PurgeQueueCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { errors } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Queues } from "../queues.ts";
import { queuesTable } from "../tables.ts";
import { queueOfUrl } from "../targets.ts";

/** Also forgets what a FIFO queue would deduplicate. Takes effect at once, where AWS takes up to a minute. */
export function purgeQueue(queues: Queues): Operation<PurgeQueueCommandInput, object> {
  return {
    target: queueOfUrl,
    decide(tx, { QueueUrl }, { call }) {
      const queue = queues.byUrl(tx, call, QueueUrl, "PurgeQueue");
      if (queue.purgedAt !== null && tx.now < queue.purgedAt + limits.purgeIntervalSeconds * 1000)
        throw errors.purgeInProgress(queue.name);
      queues.clear(tx, queue);
      tx.update(queuesTable, [queue.arn], { purgedAt: tx.now });
      return {};
    },
  };
}
