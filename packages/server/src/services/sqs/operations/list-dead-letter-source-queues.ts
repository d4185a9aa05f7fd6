/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListDeadLetterSourceQueues.html */
import type { ListDeadLetterSourceQueuesCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { ServiceError } from "../../../kernel/service-error.ts";
import type { Queues } from "../queues.ts";
import { readQueuePage } from "../stored-queues.ts";
import type { QueuePage } from "../stored-queues.ts";
import { queueOfUrl } from "../targets.ts";

interface Output {
  queueUrls: string[];
  NextToken?: string;
}

export function listDeadLetterSourceQueues(
  queues: Queues,
): Operation<ListDeadLetterSourceQueuesCommandInput, Output, QueuePage | ServiceError> {
  return {
    target: queueOfUrl,
    // Whether the queue is there is said first.
    load: (reader, input, call) =>
      readQueuePage(reader, call, input, { redriveTargetArn: queueOfUrl(input, call) ?? "" }).catch(refusalOf),
    decide(tx, input, { call, loaded }) {
      queues.byUrl(tx, call, input.QueueUrl, "ListDeadLetterSourceQueues");
      if (loaded instanceof ServiceError) throw loaded;
      const { urls, nextToken } = loaded;
      return { queueUrls: urls, ...(nextToken !== undefined && { NextToken: nextToken }) };
    },
  };
}

function refusalOf(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  throw error;
}
