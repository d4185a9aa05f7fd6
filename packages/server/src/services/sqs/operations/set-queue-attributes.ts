/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
import type { SetQueueAttributesCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { checkAttributes, withoutEmpty } from "../queue-attributes.ts";
import type { Queues } from "../queues.ts";
import { checkRedrive } from "../redrive.ts";
import { queuesTable } from "../tables.ts";

export function setQueueAttributes(queues: Queues): Operation<SetQueueAttributesCommandInput, object> {
  return {
    decide(tx, { QueueUrl, Attributes = {} }, { call }) {
      const queue = queues.byUrl(tx, call, QueueUrl);
      const given = checkAttributes(Attributes);
      checkRedrive(tx, queue.arn, given);
      const attributes = withoutEmpty({ ...queue.attributes, ...given });
      const changed = tx.update(queuesTable, [queue.arn], { attributes, modifiedAt: tx.now }) ?? queue;
      // A shorter retention makes messages too old at once.
      queues.messages(tx, changed);
      queues.changed(tx, changed, 0);
      return {};
    },
  };
}
