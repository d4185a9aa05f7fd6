/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html */
import type { BatchResultErrorEntry, DeleteMessageBatchCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { lookUpBacklog } from "../backlog-lookup.ts";
import type { BacklogLookup } from "../backlog-lookup.ts";
import { checkBatch, runBatch } from "../batch.ts";
import { deleteByHandle } from "../deleting.ts";
import { limits } from "../limits.ts";
import type { Queues } from "../queues.ts";
import { queueOfUrl } from "../targets.ts";

interface Output {
  Successful?: { Id: string | undefined }[];
  Failed?: BatchResultErrorEntry[];
}

export function deleteMessageBatch(
  queues: Queues,
): Operation<DeleteMessageBatchCommandInput, Output, BacklogLookup | undefined> {
  return {
    target: queueOfUrl,
    load: (reader, { QueueUrl, Entries = [] }, call) =>
      lookUpBacklog(
        queues,
        reader,
        call,
        QueueUrl,
        Entries.slice(0, limits.batchEntriesMax).map(({ ReceiptHandle }) => ReceiptHandle),
      ),
    decide(tx, { QueueUrl, Entries }, { call, loaded }) {
      using lookup = loaded;
      const queue = queues.byUrl(tx, call, QueueUrl, "DeleteMessage");
      return runBatch(checkBatch(Entries, "DeleteMessageBatchRequestEntry"), ({ Id, ReceiptHandle }) => {
        deleteByHandle(queues, tx, queue, ReceiptHandle, lookup);
        return { Id };
      });
    },
  };
}
