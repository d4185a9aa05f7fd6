/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html */
import type { ListQueuesCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { readQueuePage } from "../stored-queues.ts";
import type { QueuePage } from "../stored-queues.ts";

interface Output {
  QueueUrls?: string[];
  NextToken?: string;
}

export function listQueues(): Operation<ListQueuesCommandInput, Output, QueuePage> {
  return {
    load: (reader, input, call) => readQueuePage(reader, call, input, { prefix: input.QueueNamePrefix ?? "" }),
    decide(_tx, _input, { loaded: { urls, nextToken } }) {
      if (urls.length === 0) return {};
      return { QueueUrls: urls, ...(nextToken !== undefined && { NextToken: nextToken }) };
    },
  };
}
