/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html */
import type { ListQueuesCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { queuePage } from "../queue-page.ts";

interface Output {
  QueueUrls?: string[];
  NextToken?: string;
}

export function listQueues(): Operation<ListQueuesCommandInput, Output> {
  return {
    decide(tx, input, { call }) {
      const prefix = input.QueueNamePrefix ?? "";
      const { urls, nextToken } = queuePage(tx, call, input, ({ name }) => name.startsWith(prefix));
      if (urls.length === 0) return {};
      return { QueueUrls: urls, ...(nextToken !== undefined && { NextToken: nextToken }) };
    },
  };
}
