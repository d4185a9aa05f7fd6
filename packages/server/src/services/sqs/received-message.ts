/** A message as ReceiveMessage shows it: content, and the attributes that were asked for. */
import type { Message, ReceiveMessageCommandInput } from "@aws-sdk/client-sqs";
import { sequenceNumber } from "./fifo-ids.ts";
import { attributesMd5, selectAttributes } from "./message-attributes.ts";
import type { DeliveryRow, MessageRow, StoredAttribute } from "./tables.ts";

/** @param receiptHandle the handle of this receive */
export function showMessage(
  row: MessageRow,
  delivery: DeliveryRow,
  receiptHandle: string,
  input: ReceiveMessageCommandInput,
): Message {
  const isFifo = row.deduplicationId !== null;
  const wanted = new Set<string>([...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])]);
  const system: Record<string, string | null> = {
    SenderId: row.senderId,
    SentTimestamp: String(row.sentAt),
    ApproximateReceiveCount: String((row.earlierReceives ?? 0) + delivery.receiveCount),
    ApproximateFirstReceiveTimestamp: String(row.earlierFirstReceivedAt ?? delivery.firstReceivedAt),
    AWSTraceHeader: row.traceHeader,
    MessageGroupId: row.groupId,
    MessageDeduplicationId: row.deduplicationId,
    SequenceNumber: isFifo ? sequenceNumber(row.sequence) : null,
    DeadLetterQueueSourceArn: row.deadLetterSourceArn,
  };
  const shown = Object.entries(system).filter(
    (entry): entry is [string, string] => entry[1] !== null && (wanted.has("All") || wanted.has(entry[0])),
  );
  const attributes = selectAttributes(row.attributes, input.MessageAttributeNames ?? []);
  return {
    MessageId: row.messageId,
    ReceiptHandle: receiptHandle,
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
