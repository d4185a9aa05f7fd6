/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html */
import type { DeleteMessageCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { deleteByHandle } from "../deleting.ts";
import type { Queues } from "../queues.ts";
import { queueOfUrl } from "../targets.ts";

export function deleteMessage(queues: Queues): Operation<DeleteMessageCommandInput, object> {
  return {
    target: queueOfUrl,
    decide(tx, { QueueUrl, ReceiptHandle }, { call }) {
      deleteByHandle(queues, tx, queues.byUrl(tx, call, QueueUrl, "DeleteMessage"), ReceiptHandle);
      return {};
    },
  };
}
