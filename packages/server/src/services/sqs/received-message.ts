/** A message as ReceiveMessage shows it: content, and the attributes that were asked for. */
import type { Message, MessageAttributeValue, ReceiveMessageCommandInput } from "@aws-sdk/client-sqs";
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
  const shown = selectSystemAttributes(row, delivery, input);
  const attributes = selectAttributes(row.attributes, input.MessageAttributeNames ?? []);
  return {
    MessageId: row.messageId,
    ReceiptHandle: receiptHandle,
    MD5OfBody: row.bodyMd5,
    Body: row.body,
    ...(shown !== undefined && { Attributes: shown }),
    ...(attributes !== undefined && {
      MD5OfMessageAttributes: attributesMd5(attributes),
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [name, showAttribute(value)]),
      ),
    }),
  };
}

/** Those that were asked for, by either of the two names the list has; undefined when there are none. */
function selectSystemAttributes(
  row: MessageRow,
  delivery: DeliveryRow,
  { AttributeNames = [], MessageSystemAttributeNames = [] }: ReceiveMessageCommandInput,
): Record<string, string> | undefined {
  if (AttributeNames.length === 0 && MessageSystemAttributeNames.length === 0) return undefined;
  const wanted = new Set<string>([...AttributeNames, ...MessageSystemAttributeNames]);
  const shown = systemAttributes(row, delivery).filter(([name]) => wanted.has("All") || wanted.has(name));
  return shown.length === 0 ? undefined : Object.fromEntries(shown);
}

/** Every system attribute the message has; of one that was never received, without those of its receives. */
export function systemAttributes(row: MessageRow, delivery: DeliveryRow | undefined): [string, string][] {
  const firstReceivedAt = row.earlierFirstReceivedAt ?? delivery?.firstReceivedAt;
  const all: Record<string, string | null> = {
    SenderId: row.senderId,
    SentTimestamp: String(row.sentAt),
    ApproximateReceiveCount: String((row.earlierReceives ?? 0) + (delivery?.receiveCount ?? 0)),
    ApproximateFirstReceiveTimestamp: firstReceivedAt === undefined ? null : String(firstReceivedAt),
    AWSTraceHeader: row.traceHeader,
    MessageGroupId: row.groupId,
    MessageDeduplicationId: row.deduplicationId,
    SequenceNumber: row.deduplicationId === null ? null : sequenceNumber(row.sequence),
    DeadLetterQueueSourceArn: row.deadLetterSourceArn,
  };
  return Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null);
}

function showAttribute({ DataType, StringValue, BinaryValue }: StoredAttribute): MessageAttributeValue {
  return StringValue === undefined
    ? { DataType, BinaryValue: Buffer.from(BinaryValue ?? "", "base64") }
    : { DataType, StringValue };
}
