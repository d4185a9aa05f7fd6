/** One message from a request into a queue: the rules SendMessage and SendMessageBatch share. */
import { hash } from "node:crypto";
import type { MessageAttributeValue, SendMessageCommandInput } from "@aws-sdk/client-sqs";
import type { Call } from "../../kernel/call.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import type { Acceptance } from "./deduplication.ts";
import { errors } from "./errors.ts";
import { checkFifoIds, deduplicationOf, sequenceNumber } from "./fifo-ids.ts";
import { limits } from "./limits.ts";
import {
  attributesBytes,
  attributesMd5,
  givenBytes,
  hasInvalidCharacters,
  nameOfInvalidCharacter,
  storeAttributes,
  trimNumbers,
} from "./message-attributes.ts";
import { settingsOf } from "./queue-settings.ts";
import type { QueueSettings } from "./queue-settings.ts";
import type { Queues } from "./queues.ts";
import type { MessageRow, QueueRow, StoredAttribute } from "./tables.ts";

export type OutgoingMessage = Omit<SendMessageCommandInput, "QueueUrl">;

export interface SentMessage {
  MessageId: string;
  MD5OfMessageBody: string;
  MD5OfMessageAttributes?: string;
  MD5OfMessageSystemAttributes?: string;
  SequenceNumber?: string;
}

type Attributes = Readonly<Record<string, StoredAttribute>> | null;

/** Bytes that count towards the limit of a batch, of a message not checked yet. */
export function messageBytes(message: OutgoingMessage): number {
  return Buffer.byteLength(message.MessageBody ?? "") + givenBytes(message.MessageAttributes);
}

/** What the sends of one request share. */
export interface Sending {
  readonly queues: Queues;
  readonly tx: Transaction;
  readonly queue: QueueRow;
  readonly call: Call;
  /** Words the refusal of a message over the queue's limit; single sends and batches differ. */
  readonly tooLong: (max: number) => string;
}

/** The sends of one request, each with the function that `run` is given. */
export function sendWith<Result>(
  sending: Sending,
  run: (send: (message: OutgoingMessage) => SentMessage) => Result,
): Result {
  let acceptance: Acceptance | undefined;
  const result = run((message) =>
    send(sending, message, (sequence) => (acceptance ??= newAcceptance(sending, sequence))),
  );
  if (acceptance !== undefined) sending.queues.state(sending.queue).deduplication.save(sending.tx, acceptance);
  return result;
}

function newAcceptance({ tx, queue }: Sending, sequence: number): Acceptance {
  return { shard: queue.shard, queueId: queue.id, sequence, acceptedAt: tx.now, keys: [], messageIds: [] };
}

/**
 * A message a FIFO queue has accepted in the last five minutes is acknowledged again and not sent.
 * @param acceptanceOf gives what the queue accepts with this request, which begins with this sequence when it is the first
 */
function send(
  { queues, tx, queue, call, tooLong }: Sending,
  message: OutgoingMessage,
  acceptanceOf: (sequence: number) => Acceptance,
): SentMessage {
  const settings = settingsOf(queue);
  const body = message.MessageBody;
  if (body === undefined || body === "") throw errors.missingParameter("MessageBody");
  if (hasInvalidCharacters(body)) throw errors.invalidMessageContents(nameOfInvalidCharacter(body));
  const delayMs = checkDelay(message.DelaySeconds, settings);
  checkFifoIds(message, settings);
  const attributes = storeAttributes(message.MessageAttributes);
  const bytes = Buffer.byteLength(body) + attributesBytes(attributes);
  if (bytes > settings.messageBytesMax) throw errors.invalidParameter(tooLong(settings.messageBytesMax));
  const system = systemAttributes(message.MessageSystemAttributes);
  const state = queues.state(queue);
  const bodyMd5 = hash("md5", body);
  const deduplication = settings.isFifo ? deduplicationOf(queue, message, body) : undefined;
  const accepted = deduplication === undefined ? undefined : state.deduplication.find(deduplication.key, tx.now);
  if (accepted !== undefined) {
    state.statistics.deduplicated += 1;
    return answer(accepted.messageId, bodyMd5, attributes, system, accepted.sequence);
  }
  const row: MessageRow = {
    shard: queue.shard,
    queueId: queue.id,
    sequence: state.nextSequence(tx, queue),
    messageId: queues.kernel.random.uuid(),
    body,
    bodyMd5,
    attributes: trimNumbers(attributes),
    traceHeader: system?.["AWSTraceHeader"]?.StringValue ?? call.header("x-amzn-trace-id") ?? null,
    groupId: message.MessageGroupId ?? null,
    deduplicationId: deduplication?.id ?? null,
    senderId: call.account,
    sentAt: tx.now,
    availableAt: tx.now + delayMs,
    deadLetterSourceArn: null,
    earlierReceives: null,
    earlierFirstReceivedAt: null,
    keyId: null,
  };
  queues.messages(tx, queue).append(tx, row);
  if (deduplication !== undefined) {
    state.deduplication.accept(tx, acceptanceOf(row.sequence), deduplication.key, row);
  }
  state.statistics.sent += 1;
  state.statistics.sentBytes += bytes;
  return answer(row.messageId, bodyMd5, attributes, system, settings.isFifo ? row.sequence : undefined);
}

function answer(
  messageId: string,
  bodyMd5: string,
  attributes: Attributes,
  system: Attributes,
  sequence: number | undefined,
): SentMessage {
  return {
    MessageId: messageId,
    MD5OfMessageBody: bodyMd5,
    ...(attributes !== null && { MD5OfMessageAttributes: attributesMd5(attributes) }),
    ...(system !== null && { MD5OfMessageSystemAttributes: attributesMd5(system) }),
    ...(sequence !== undefined && { SequenceNumber: sequenceNumber(sequence) }),
  };
}

/** Zero means the queue's delay on a FIFO queue, and none on a standard one. */
function checkDelay(seconds: number | undefined, { isFifo, delayMs }: QueueSettings): number {
  if (seconds === undefined) return delayMs;
  if (isFifo && seconds > 0) {
    const reason = "The request include parameter that is not valid for this queue type.";
    throw errors.invalidValue(seconds, "DelaySeconds", reason);
  }
  if (seconds < 0 || seconds > limits.delaySecondsMax)
    throw errors.invalidValue(seconds, "DelaySeconds", "DelaySeconds must be >= 0 and <= 900.");
  return isFifo ? delayMs : seconds * 1000;
}

function systemAttributes(given: Readonly<Record<string, MessageAttributeValue>> | undefined): Attributes {
  const attributes = storeAttributes(given);
  if (attributes === null) return null;
  for (const [name, { StringValue, DataType }] of Object.entries(attributes)) {
    if (name !== "AWSTraceHeader") {
      throw errors.invalidParameter(`Message system attribute name '${name}' is invalid.`);
    }
    if (StringValue === undefined || DataType !== "String") {
      throw errors.invalidParameter(`Message system attribute '${name}' must be of type 'String'.`);
    }
  }
  return attributes;
}
