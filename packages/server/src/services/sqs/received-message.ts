/** A message as ReceiveMessage shows it: content, and the attributes that were asked for. */
import type { Message, MessageAttributeValue, ReceiveMessageCommandInput } from "@aws-sdk/client-sqs";
import { sequenceNumber } from "./fifo-ids.ts";
import { attributesMd5, selectAttributes } from "./message-attributes.ts";
import type { Delivery } from "./queue-message.ts";
import type { MessageRow, StoredAttribute } from "./tables.ts";

/** What a request wants to see of each message besides its content. */
export interface ShownAttributes {
  /** Names of system attributes, `All` among them; undefined when there are none. */
  readonly system: ReadonlySet<string> | undefined;
  readonly message: readonly string[];
}

/** System attributes go by either of the two names their list has. */
export function shownAttributes({
  AttributeNames = [],
  MessageSystemAttributeNames = [],
  MessageAttributeNames = [],
}: ReceiveMessageCommandInput): ShownAttributes {
  const isNone = AttributeNames.length === 0 && MessageSystemAttributeNames.length === 0;
  const system = isNone ? undefined : new Set<string>([...AttributeNames, ...MessageSystemAttributeNames]);
  return { system, message: MessageAttributeNames };
}

/** Members in the order of the model. @param receiptHandle the handle of this receive */
export function showMessage(
  row: MessageRow,
  delivery: Delivery,
  receiptHandle: string,
  { system, message: names }: ShownAttributes,
): Message {
  const shown: Message = {};
  if (system !== undefined) {
    const wanted = systemAttributes(row, delivery).filter(([name]) => system.has("All") || system.has(name));
    if (wanted.length > 0) shown.Attributes = Object.fromEntries(wanted);
  }
  shown.Body = row.body;
  shown.MD5OfBody = row.bodyMd5;
  const attributes = selectAttributes(row.attributes, names);
  if (attributes !== undefined) {
    shown.MD5OfMessageAttributes = attributesMd5(attributes);
    shown.MessageAttributes = Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, showAttribute(value)]),
    );
  }
  shown.MessageId = row.messageId;
  shown.ReceiptHandle = receiptHandle;
  return shown;
}

/** Every system attribute the message has; of one that was never received, without those of its receives. */
export function systemAttributes(row: MessageRow, delivery: Delivery | undefined): [string, string][] {
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
