/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
import type { BatchResultErrorEntry, SendMessageBatchCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { checkBatch, runBatch } from "../batch.ts";
import { errors } from "../errors.ts";
import { checkBatchIds } from "../fifo-ids.ts";
import { limits } from "../limits.ts";
import { settingsOf } from "../queue-settings.ts";
import type { Queues } from "../queues.ts";
import { messageBytes, sendWith } from "../sending.ts";
import type { SentMessage } from "../sending.ts";
import { queueOfUrl } from "../targets.ts";

interface Output {
  Successful?: (SentMessage & { Id: string | undefined })[];
  Failed?: BatchResultErrorEntry[];
}

export function sendMessageBatch(queues: Queues): Operation<SendMessageBatchCommandInput, Output> {
  return {
    target: queueOfUrl,
    decide(tx, { QueueUrl, Entries }, { call }) {
      const queue = queues.byUrl(tx, call, QueueUrl, "SendMessage");
      const entries = checkBatch(Entries, "SendMessageBatchRequestEntry");
      checkBatchIds(entries, settingsOf(queue));
      const bytes = entries.reduce((sum, entry) => sum + messageBytes(entry), 0);
      if (bytes > limits.batchBytesMax) throw errors.batchRequestTooLong(limits.batchBytesMax, bytes);
      const result = sendWith({ queues, tx, queue, call, tooLong }, (send) =>
        runBatch(entries, (entry) => ({ Id: entry.Id, ...send(entry) })),
      );
      queues.changed(tx, queue, result.Successful?.length ?? 0);
      return result;
    },
  };
}

function tooLong(max: number): string {
  return `One or more parameters cannot be validated. Reason: Message must be shorter than ${max} bytes.`;
}
