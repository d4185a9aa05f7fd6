/** What a ReceiveMessage asks for, checked. */
import type { ReceiveMessageCommandInput } from "@aws-sdk/client-sqs";
import { errors } from "./errors.ts";
import { checkId } from "./fifo-ids.ts";
import { limits } from "./limits.ts";
import { checkAttributeName } from "./queue-attributes.ts";
import type { QueueSettings } from "./queue-settings.ts";

export interface Wanted {
  readonly max: number;
  readonly waitMs: number;
  readonly visibilityMs: number;
}

/** @throws InvalidParameterValue, InvalidAttributeName */
export function readReceiveInput(input: ReceiveMessageCommandInput, settings: QueueSettings): Wanted {
  const { max, waitSeconds, visibilitySeconds } = checkNumbers(input);
  checkNames(input, settings.isFifo);
  return {
    max,
    waitMs: waitSeconds === undefined ? settings.waitMs : waitSeconds * 1000,
    visibilityMs: visibilitySeconds === undefined ? settings.visibilityMs : visibilitySeconds * 1000,
  };
}

function checkNumbers(input: ReceiveMessageCommandInput): {
  max: number;
  waitSeconds: number | undefined;
  visibilitySeconds: number | undefined;
} {
  const max = input.MaxNumberOfMessages ?? 1;
  if (max < 1 || max > limits.receiveMessagesMax)
    throw errors.invalidValue(max, "MaxNumberOfMessages", "Must be between 1 and 10, if provided.");
  const waitSeconds = input.WaitTimeSeconds;
  if (waitSeconds !== undefined && (waitSeconds < 0 || waitSeconds > limits.waitSecondsMax)) {
    throw errors.invalidValue(waitSeconds, "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided.");
  }
  const visibilitySeconds = input.VisibilityTimeout;
  if (
    visibilitySeconds !== undefined &&
    (visibilitySeconds < 0 || visibilitySeconds > limits.visibilityTotalSecondsMax)
  ) {
    throw errors.invalidValue(visibilitySeconds, "VisibilityTimeout", "Must be >= 0 and <= 43200, if provided.");
  }
  return { max, waitSeconds, visibilitySeconds };
}

const systemAttributeNames: ReadonlySet<string> = new Set([
  "All",
  "AWSTraceHeader",
  "ApproximateFirstReceiveTimestamp",
  "ApproximateReceiveCount",
  "DeadLetterQueueSourceArn",
  "MessageDeduplicationId",
  "MessageGroupId",
  "SenderId",
  "SentTimestamp",
  "SequenceNumber",
]);

/** The older list of names may also hold those of queue attributes; no message has them. */
function checkNames(
  {
    AttributeNames = [],
    MessageSystemAttributeNames = [],
    ReceiveRequestAttemptId: attemptId,
  }: ReceiveMessageCommandInput,
  isFifo: boolean,
): void {
  for (const name of MessageSystemAttributeNames)
    if (!systemAttributeNames.has(name)) throw errors.invalidAttributeName(name);
  for (const name of AttributeNames) if (!systemAttributeNames.has(name)) checkAttributeName(name);
  checkId(attemptId, "ReceiveRequestAttemptId");
  if (attemptId !== undefined && !isFifo) {
    throw errors.invalidValue(
      attemptId,
      "ReceiveRequestAttemptId",
      "The request includes a parameter that is not valid for this queue type.",
    );
  }
}
