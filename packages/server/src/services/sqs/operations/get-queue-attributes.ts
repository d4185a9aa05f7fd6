/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html */
import type { GetQueueAttributesCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { checkAttributeName, shownAttributes } from "../queue-attributes.ts";
import type { Queues } from "../queues.ts";
import { queueOfUrl } from "../targets.ts";

export function getQueueAttributes(
  queues: Queues,
): Operation<GetQueueAttributesCommandInput, { Attributes?: Record<string, string> }> {
  return {
    target: queueOfUrl,
    decide(tx, { QueueUrl, AttributeNames: names = [] }, { call }) {
      const queue = queues.byUrl(tx, call, QueueUrl, "GetQueueAttributes");
      for (const name of names) checkAttributeName(name);
      const wanted = new Set<string>(names);
      const all = Object.entries(shownAttributes(queue, queues.messages(tx, queue).counts(tx.now)));
      const shown = wanted.has("All") ? all : all.filter(([name]) => wanted.has(name));
      return shown.length === 0 ? {} : { Attributes: Object.fromEntries(shown) };
    },
  };
}
