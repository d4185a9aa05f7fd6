/** One message from a request into a queue: the rules SendMessage and SendMessageBatch share. */
import { hash } from "node:crypto";
import type { MessageAttributeValue, SendMessageCommandInput } from "@aws-sdk/client-sqs";
import type { Call } from "../../kernel/call.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import { errors } from "./errors.ts";
import {
  attributesBytes,
  attributesMd5,
  givenBytes,
  hasInvalidCharacters,
  storeAttributes,
} from "./message-attributes.ts";
import { numberAttribute } from "./queue-attributes.ts";
import type { Queues } from "./queues.ts";
import type { MessageRow, QueueRow } from "./tables.ts";

export type OutgoingMessage = Omit<SendMessageCommandInput, "QueueUrl">;

export interface SentMessage {
  MessageId: string;
  MD5OfMessageBody: string;
  MD5OfMessageAttributes?: string;
  MD5OfMessageSystemAttributes?: string;
}

/** Bytes that count towards the limit of a batch, of a message not checked yet. */
export function messageBytes(message: OutgoingMessage): number {
  return Buffer.byteLength(message.MessageBody ?? "") + givenBytes(message.MessageAttributes);
}

/** @param tooLong words the refusal of a message over the queue's limit; single sends and batches differ */
export function send(
  queues: Queues,
  tx: Transaction,
  queue: QueueRow,
  message: OutgoingMessage,
  call: Call,
  tooLong: (max: number) => string,
): SentMessage {
  const body = message.MessageBody;
  if (body === undefined || body === "") throw errors.missingParameter("MessageBody");
  if (hasInvalidCharacters(body)) throw errors.invalidMessageContents();
  const delaySeconds = message.DelaySeconds ?? numberAttribute(queue, "DelaySeconds");
  if (delaySeconds < 0 || delaySeconds > 900) {
    throw errors.invalidValue(delaySeconds, "DelaySeconds", "DelaySeconds must be >= 0 and <= 900.");
  }
  if (message.MessageDeduplicationId !== undefined) {
    throw errors.invalidValue(
      message.MessageDeduplicationId,
      "MessageDeduplicationId",
      "The request includes a parameter that is not valid for this queue type.",
    );
  }
  const attributes = storeAttributes(message.MessageAttributes);
  const bytesMax = numberAttribute(queue, "MaximumMessageSize");
  if (Buffer.byteLength(body) + attributesBytes(attributes) > bytesMax)
    throw errors.invalidParameter(tooLong(bytesMax));
  const system = systemAttributes(message.MessageSystemAttributes);
  const messages = queues.messages(tx, queue);
  const row: MessageRow = {
    shard: queue.shard,
    queueId: queue.id,
    sequence: messages.nextSequence,
    messageId: queues.kernel.random.uuid(),
    body,
    bodyMd5: hash("md5", body),
    attributes,
    traceHeader: system?.["AWSTraceHeader"]?.StringValue ?? call.header("x-amzn-trace-id") ?? null,
    groupId: checkGroupId(message.MessageGroupId),
    senderId: call.account,
    sentAt: tx.now,
    availableAt: tx.now + delaySeconds * 1000,
    deadLetterSourceArn: null,
    earlierReceives: null,
  };
  messages.append(tx, row);
  return {
    MessageId: row.messageId,
    MD5OfMessageBody: row.bodyMd5,
    ...(attributes !== null && { MD5OfMessageAttributes: attributesMd5(attributes) }),
    ...(system !== null && { MD5OfMessageSystemAttributes: attributesMd5(system) }),
  };
}

function systemAttributes(given: Readonly<Record<string, MessageAttributeValue>> | undefined) {
  const attributes = storeAttributes(given);
  for (const [name, { StringValue, DataType }] of Object.entries(attributes ?? {})) {
    if (name !== "AWSTraceHeader") {
      throw errors.invalidParameter(`Message system attribute name '${name}' is invalid.`);
    }
    if (StringValue === undefined || DataType !== "String") {
      throw errors.invalidParameter(`Message system attribute '${name}' must be of type 'String'.`);
    }
  }
  return attributes;
}

function checkGroupId(groupId: string | undefined): string | null {
  if (groupId === undefined) return null;
  if (!/^[A-Za-z0-9!-/:-@[-`{-~]{1,128}$/.test(groupId)) {
    throw errors.invalidValue(
      groupId,
      "MessageGroupId",
      "MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.",
    );
  }
  return groupId;
}
