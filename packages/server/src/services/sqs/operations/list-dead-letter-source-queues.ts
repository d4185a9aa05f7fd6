/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListDeadLetterSourceQueues.html */
import type { ListDeadLetterSourceQueuesCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { queuePage } from "../queue-page.ts";
import type { Queues } from "../queues.ts";
import { settingsOf } from "../queue-settings.ts";

interface Output {
  queueUrls: string[];
  NextToken?: string;
}

export function listDeadLetterSourceQueues(queues: Queues): Operation<ListDeadLetterSourceQueuesCommandInput, Output> {
  return {
    decide(tx, input, { call }) {
      const { arn } = queues.byUrl(tx, call, input.QueueUrl, "ListDeadLetterSourceQueues");
      const { urls, nextToken } = queuePage(
        tx,
        call,
        input,
        (queue) => settingsOf(queue).redrive?.deadLetterTargetArn === arn,
      );
      return { queueUrls: urls, ...(nextToken !== undefined && { NextToken: nextToken }) };
    },
  };
}
