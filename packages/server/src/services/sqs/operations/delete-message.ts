/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html */
import type { DeleteMessageCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { lookUpBacklog } from "../backlog-lookup.ts";
import type { BacklogLookup } from "../backlog-lookup.ts";
import { deleteByHandle } from "../deleting.ts";
import type { Queues } from "../queues.ts";
import { queueOfUrl } from "../targets.ts";

export function deleteMessage(queues: Queues): Operation<DeleteMessageCommandInput, object, BacklogLookup | undefined> {
  return {
    target: queueOfUrl,
    load: (reader, { QueueUrl, ReceiptHandle }, call) => lookUpBacklog(queues, reader, call, QueueUrl, [ReceiptHandle]),
    decide(tx, { QueueUrl, ReceiptHandle }, { call, loaded }) {
      using lookup = loaded;
      deleteByHandle(queues, tx, queues.byUrl(tx, call, QueueUrl, "DeleteMessage"), ReceiptHandle, lookup);
      return {};
    },
  };
}
