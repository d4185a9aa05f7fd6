/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_UntagQueue.html */
import type { UntagQueueCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { errors } from "../errors.ts";
import type { Queues } from "../queues.ts";
import { queuesTable } from "../tables.ts";
import { checkTagKey } from "../tags.ts";
import { queueOfUrl } from "../targets.ts";

/** Keys that no tag has are no mistake. */
export function untagQueue(queues: Queues): Operation<UntagQueueCommandInput, object> {
  return {
    target: queueOfUrl,
    decide(tx, { QueueUrl, TagKeys = [] }, { call }) {
      const { arn, tags } = queues.byUrl(tx, call, QueueUrl, "UntagQueue");
      if (TagKeys.length === 0) throw errors.tagKeyLength();
      for (const key of TagKeys) checkTagKey(key);
      const gone = new Set(TagKeys);
      const kept = Object.entries(tags ?? {}).filter(([key]) => !gone.has(key));
      tx.update(queuesTable, [arn], { tags: Object.fromEntries(kept) });
      return {};
    },
  };
}
