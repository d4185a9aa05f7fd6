/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListDeadLetterSourceQueues.html */
import type { ListDeadLetterSourceQueuesCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { queuePage } from "../queue-page.ts";
import type { Queues } from "../queues.ts";
import { redrivePolicy } from "../redrive.ts";

interface Output {
  queueUrls: string[];
  NextToken?: string;
}

export function listDeadLetterSourceQueues(queues: Queues): Operation<ListDeadLetterSourceQueuesCommandInput, Output> {
  return {
    decide(tx, input, { call }) {
      const { arn } = queues.byUrl(tx, call, input.QueueUrl);
      const isSource = (queue: Parameters<typeof redrivePolicy>[0]): boolean =>
        redrivePolicy(queue)?.deadLetterTargetArn === arn;
      const { urls, nextToken } = queuePage(tx, call, input, isSource);
      return { queueUrls: urls, ...(nextToken !== undefined && { NextToken: nextToken }) };
    },
  };
}
