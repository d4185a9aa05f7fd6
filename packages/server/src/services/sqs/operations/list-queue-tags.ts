/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueueTags.html */
import type { ListQueueTagsCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import type { Queues } from "../queues.ts";
import { queueOfUrl } from "../targets.ts";

export function listQueueTags(
  queues: Queues,
): Operation<ListQueueTagsCommandInput, { Tags?: Readonly<Record<string, string>> }> {
  return {
    target: queueOfUrl,
    decide(tx, { QueueUrl }, { call }) {
      const tags = queues.byUrl(tx, call, QueueUrl, "ListQueueTags").tags ?? {};
      return Object.keys(tags).length === 0 ? {} : { Tags: tags };
    },
  };
}
