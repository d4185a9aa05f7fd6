/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html */
import type { DeleteMessageCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { deleteByHandle } from "../deleting.ts";
import type { Queues } from "../queues.ts";

export function deleteMessage(queues: Queues): Operation<DeleteMessageCommandInput, object> {
  return {
    decide(tx, { QueueUrl, ReceiptHandle }, { call }) {
      deleteByHandle(queues, tx, queues.byUrl(tx, call, QueueUrl, "DeleteMessage"), ReceiptHandle);
      return {};
    },
  };
}
