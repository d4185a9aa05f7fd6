/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html */
import type { AddPermissionCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { withPermission } from "../permissions.ts";
import type { Queues } from "../queues.ts";
import { queuesTable } from "../tables.ts";
import { queueOfUrl } from "../targets.ts";

export function addPermission(queues: Queues): Operation<AddPermissionCommandInput, object> {
  return {
    target: queueOfUrl,
    decide(tx, { QueueUrl, Label = "", AWSAccountIds = [], Actions = [] }, { call }) {
      const queue = queues.byUrl(tx, call, QueueUrl, "AddPermission");
      const policy = withPermission(queue, Label, AWSAccountIds, Actions);
      tx.update(queuesTable, [queue.arn], { attributes: { ...queue.attributes, Policy: policy }, modifiedAt: tx.now });
      return {};
    },
  };
}
