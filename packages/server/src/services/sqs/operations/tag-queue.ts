/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_TagQueue.html */
import type { TagQueueCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { errors } from "../errors.ts";
import type { Queues } from "../queues.ts";
import { queuesTable } from "../tables.ts";
import { addTags } from "../tags.ts";
import { queueOfUrl } from "../targets.ts";

export function tagQueue(queues: Queues): Operation<TagQueueCommandInput, object> {
  return {
    target: queueOfUrl,
    decide(tx, { QueueUrl, Tags = {} }, { call }) {
      const { arn, name, tags } = queues.byUrl(tx, call, QueueUrl, "TagQueue");
      if (Object.keys(Tags).length === 0) throw errors.missingParameter("Tags");
      tx.update(queuesTable, [arn], { tags: addTags(name, tags ?? {}, Tags) });
      return {};
    },
  };
}
