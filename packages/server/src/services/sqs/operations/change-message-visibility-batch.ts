/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html */
import type { BatchResultErrorEntry, ChangeMessageVisibilityBatchCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { checkBatch, runBatch } from "../batch.ts";
import { changeByHandle } from "../changing-visibility.ts";
import type { Queues } from "../queues.ts";
import { queueOfUrl } from "../targets.ts";

interface Output {
  Successful?: { Id: string | undefined }[];
  Failed?: BatchResultErrorEntry[];
}

export function changeMessageVisibilityBatch(
  queues: Queues,
): Operation<ChangeMessageVisibilityBatchCommandInput, Output> {
  return {
    target: queueOfUrl,
    decide(tx, { QueueUrl, Entries }, { call }) {
      const queue = queues.byUrl(tx, call, QueueUrl, "ChangeMessageVisibility");
      return runBatch(
        checkBatch(Entries, "ChangeMessageVisibilityBatchRequestEntry"),
        ({ Id, ReceiptHandle, VisibilityTimeout }) => {
          changeByHandle(queues, tx, queue, ReceiptHandle, VisibilityTimeout);
          return { Id };
        },
      );
    },
  };
}
