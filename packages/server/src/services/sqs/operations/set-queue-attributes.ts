/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
import type { SetQueueAttributesCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { partitionsBeside } from "../../../kernel/partitions.ts";
import { setAttributes } from "../queue-attributes.ts";
import { settingsOf } from "../queue-settings.ts";
import type { Queues } from "../queues.ts";
import { checkRedrive, readRedriveTarget, redriveTargetOf } from "../redrive.ts";
import { queuesTable } from "../tables.ts";
import type { QueueRow } from "../tables.ts";
import { queueOfUrl } from "../targets.ts";

export function setQueueAttributes(
  queues: Queues,
): Operation<SetQueueAttributesCommandInput, object, QueueRow | undefined> {
  return {
    target: queueOfUrl,
    load: (reader, { Attributes = {} }) => readRedriveTarget(reader, Attributes),
    decide(tx, { QueueUrl, Attributes = {} }, { call, loaded }) {
      const queue = queues.byUrl(tx, call, QueueUrl, "SetQueueAttributes");
      const { isFifo, delayMs } = settingsOf(queue);
      const attributes = setAttributes(Attributes, isFifo, partitionsBeside(queue.arn), queue.attributes);
      checkRedrive(queues, tx, queue.arn, isFifo, Attributes, loaded);
      const redriveTargetArn = redriveTargetOf(attributes);
      const changed =
        tx.update(queuesTable, [queue.arn], { attributes, redriveTargetArn, modifiedAt: tx.now }) ?? queue;
      // A shorter retention makes messages too old at once; on a FIFO queue a new delay counts for those there are.
      const messages = queues.messages(tx, changed);
      const newDelayMs = settingsOf(changed).delayMs;
      if (isFifo && newDelayMs !== delayMs) messages.delayAnew(tx, ({ sentAt }) => sentAt + newDelayMs);
      queues.changed(tx, changed, Number.POSITIVE_INFINITY);
      return {};
    },
  };
}
