/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html */
import type { GetQueueUrlCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { checkAccess } from "../access.ts";
import type { Queues } from "../queues.ts";
import { queueOfName } from "../targets.ts";

export function getQueueUrl(queues: Queues): Operation<GetQueueUrlCommandInput, { QueueUrl: string }> {
  return {
    target: queueOfName,
    decide(tx, { QueueName: name = "", QueueOwnerAWSAccountId }, { call }) {
      const queue = queues.byName(tx, call, name, QueueOwnerAWSAccountId ?? call.account);
      checkAccess(queue, call, "GetQueueUrl", tx.now);
      return { QueueUrl: `${call.baseUrl}/${queue.account}/${queue.name}` };
    },
  };
}
