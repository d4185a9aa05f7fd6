/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html */
import type { BatchResultErrorEntry, DeleteMessageBatchCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { checkBatch, runBatch } from "../batch.ts";
import { deleteByHandle } from "../deleting.ts";
import type { Queues } from "../queues.ts";
import { queueOfUrl } from "../targets.ts";

interface Output {
  Successful?: { Id: string | undefined }[];
  Failed?: BatchResultErrorEntry[];
}

export function deleteMessageBatch(queues: Queues): Operation<DeleteMessageBatchCommandInput, Output> {
  return {
    target: queueOfUrl,
    decide(tx, { QueueUrl, Entries }, { call }) {
      const queue = queues.byUrl(tx, call, QueueUrl, "DeleteMessage");
      return runBatch(checkBatch(Entries, "DeleteMessageBatchRequestEntry"), ({ Id, ReceiptHandle }) => {
        deleteByHandle(queues, tx, queue, ReceiptHandle);
        return { Id };
      });
    },
  };
}
