/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_RemovePermission.html */
import type { RemovePermissionCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { withoutPermission } from "../permissions.ts";
import type { Queues } from "../queues.ts";
import { queuesTable } from "../tables.ts";
import { queueOfUrl } from "../targets.ts";

export function removePermission(queues: Queues): Operation<RemovePermissionCommandInput, object> {
  return {
    target: queueOfUrl,
    decide(tx, { QueueUrl, Label = "" }, { call }) {
      const queue = queues.byUrl(tx, call, QueueUrl, "RemovePermission");
      const policy = withoutPermission(queue, Label);
      const { Policy: _, ...others } = queue.attributes;
      const attributes = policy === undefined ? others : { ...others, Policy: policy };
      tx.update(queuesTable, [queue.arn], { attributes, modifiedAt: tx.now });
      return {};
    },
  };
}
