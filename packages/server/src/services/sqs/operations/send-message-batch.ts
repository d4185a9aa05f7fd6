/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
import type { BatchResultErrorEntry, SendMessageBatchCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { checkBatch, runBatch } from "../batch.ts";
import { errors } from "../errors.ts";
import { checkBatchIds } from "../fifo-ids.ts";
import { limits } from "../limits.ts";
import { md5OfTexts } from "../md5-lanes.ts";
import { settingsOf } from "../queue-settings.ts";
import type { Queues } from "../queues.ts";
import { messageBytes, Sending } from "../sending.ts";
import type { SendWording, SentMessage } from "../sending.ts";
import { queueOfUrl } from "../targets.ts";

interface Output {
  Successful?: SentMessage[];
  Failed?: BatchResultErrorEntry[];
}

export function sendMessageBatch(queues: Queues): Operation<SendMessageBatchCommandInput, Output> {
  return {
    target: queueOfUrl,
    decide(tx, { QueueUrl, Entries }, { call }) {
      const queue = queues.byUrl(tx, call, QueueUrl, "SendMessage");
      const entries = checkBatch(Entries, "SendMessageBatchRequestEntry");
      checkBatchIds(entries, settingsOf(queue));
      let bytes = 0;
      for (const entry of entries) bytes += messageBytes(entry, call);
      if (bytes > limits.batchBytesMax) throw errors.batchRequestTooLong(limits.batchBytesMax, bytes);
      const sending = new Sending(queues, tx, queue, call, wording);
      const digests = md5OfTexts(entries.map(({ MessageBody = "" }) => MessageBody));
      const result = runBatch(entries, (entry, index) => sending.send(entry, entry.Id, digests[index]));
      sending.end();
      queues.changed(tx, queue, result.Successful?.length ?? 0);
      return result;
    },
  };
}

const wording: SendWording = {
  tooLong: (bytesMax) =>
    errors.invalidParameter(
      `One or more parameters cannot be validated. Reason: Message must be shorter than ${bytesMax} bytes.`,
    ),
  notForQueue: (_value, _parameter, reason) => errors.invalidParameter(reason),
};
