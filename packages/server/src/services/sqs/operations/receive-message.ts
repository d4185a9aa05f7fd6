/**
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 *
 * A receive takes what is visible at once, or parks until something is. It needs no sync of its own: a receive that a
 * crash forgets makes its messages visible early, which at-least-once delivery allows.
 */
import type { Message, ReceiveMessageCommandInput } from "@aws-sdk/client-sqs";
import { park } from "../../../kernel/operation.ts";
import type { Operation } from "../../../kernel/operation.ts";
import { errors } from "../errors.ts";
import { limits } from "../limits.ts";
import { attributesMd5, selectAttributes } from "../message-attributes.ts";
import { checkAttributeName, numberAttribute } from "../queue-attributes.ts";
import type { QueueMessage } from "../queue-messages.ts";
import type { Queues } from "../queues.ts";
import { formatReceiptHandle } from "../receipt-handle.ts";
import { moveExhausted } from "../redrive.ts";
import type { StoredAttribute } from "../tables.ts";

export function receiveMessage(queues: Queues): Operation<ReceiveMessageCommandInput, { Messages?: Message[] }> {
  return {
    decide(tx, input, { call, arrivedAt, expired }) {
      const queue = queues.byUrl(tx, call, input.QueueUrl);
      const { max, waitSeconds, visibilitySeconds } = checkNumbers(input);
      checkNames(input);
      const waitMs = (waitSeconds ?? numberAttribute(queue, "ReceiveMessageWaitTimeSeconds")) * 1000;
      const messages = queues.messages(tx, queue);
      const room = limits.inFlightMax - messages.counts.inFlight;
      if (room <= 0 && waitMs === 0) throw errors.overLimitInFlight();
      const visibilityMs = (visibilitySeconds ?? numberAttribute(queue, "VisibilityTimeout")) * 1000;
      const hasMoved = room > 0 && moveExhausted(queues, tx, queue, Math.min(max, room));
      const taken = room <= 0 ? [] : messages.receive(tx, Math.min(max, room), visibilityMs);
      if (taken.length === 0) {
        if (!expired && tx.now < arrivedAt + waitMs) return park(queue.arn, arrivedAt + waitMs);
        queues.statistics(queue).emptyReceives += 1;
        return {};
      }
      if (!hasMoved) tx.deferDurability();
      queues.statistics(queue).received += taken.length;
      // With a timeout of zero the messages are there for the next receiver at once.
      queues.changed(tx, queue, visibilityMs === 0 ? taken.length : 0);
      return { Messages: taken.map((message) => show(queues, message, input)) };
    },
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
function checkNames({
  AttributeNames = [],
  MessageSystemAttributeNames = [],
  ReceiveRequestAttemptId: attemptId,
}: ReceiveMessageCommandInput): void {
  for (const name of MessageSystemAttributeNames)
    if (!systemAttributeNames.has(name)) throw errors.invalidAttributeName(name);
  for (const name of AttributeNames) if (!systemAttributeNames.has(name)) checkAttributeName(name);
  if (attemptId !== undefined) {
    throw errors.invalidValue(
      attemptId,
      "ReceiveRequestAttemptId",
      "The request includes a parameter that is not valid for this queue type.",
    );
  }
}

function show(queues: Queues, { row, delivery }: QueueMessage, input: ReceiveMessageCommandInput): Message {
  const wanted = new Set<string>([...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])]);
  const system: Record<string, string | null> = {
    SenderId: row.senderId,
    SentTimestamp: String(row.sentAt),
    ApproximateReceiveCount: String((row.earlierReceives ?? 0) + (delivery?.receiveCount ?? 1)),
    ApproximateFirstReceiveTimestamp: String(delivery?.firstReceivedAt ?? row.sentAt),
    AWSTraceHeader: row.traceHeader,
    MessageGroupId: row.groupId,
    DeadLetterQueueSourceArn: row.deadLetterSourceArn,
  };
  const shown = Object.entries(system).filter(
    (entry): entry is [string, string] => entry[1] !== null && (wanted.has("All") || wanted.has(entry[0])),
  );
  const attributes = selectAttributes(row.attributes, input.MessageAttributeNames ?? []);
  return {
    MessageId: row.messageId,
    ReceiptHandle: formatReceiptHandle(row, queues.kernel.random.uuid()),
    MD5OfBody: row.bodyMd5,
    Body: row.body,
    ...(shown.length > 0 && { Attributes: Object.fromEntries(shown) }),
    ...(attributes !== undefined && {
      MD5OfMessageAttributes: attributesMd5(attributes),
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [name, showAttribute(value)]),
      ),
    }),
  };
}

function showAttribute({ DataType, StringValue, BinaryValue }: StoredAttribute) {
  return StringValue === undefined
    ? { DataType, BinaryValue: Buffer.from(BinaryValue ?? "", "base64") }
    : { DataType, StringValue };
}
