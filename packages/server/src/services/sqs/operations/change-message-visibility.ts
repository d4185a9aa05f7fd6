/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html */
import type { ChangeMessageVisibilityCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { changeByHandle } from "../changing-visibility.ts";
import type { Queues } from "../queues.ts";
import { queueOfUrl } from "../targets.ts";

export function changeMessageVisibility(queues: Queues): Operation<ChangeMessageVisibilityCommandInput, object> {
  return {
    target: queueOfUrl,
    decide(tx, { QueueUrl, ReceiptHandle, VisibilityTimeout }, { call }) {
      changeByHandle(
        queues,
        tx,
        queues.byUrl(tx, call, QueueUrl, "ChangeMessageVisibility"),
        ReceiptHandle,
        VisibilityTimeout,
      );
      return {};
    },
  };
}
