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
import type { QueueState } from "./queue-state.ts";
import type { Queues } from "./queues.ts";
import type { MessageRow, QueueRow, StoredAttribute } from "./tables.ts";

export type OutgoingMessage = Omit<SendMessageCommandInput, "QueueUrl">;

/** Members in the order of the model. */
export interface SentMessage {
  /** Of an entry of a batch. */
  Id?: string;
  MD5OfMessageAttributes?: string;
  MD5OfMessageBody?: string;
  MD5OfMessageSystemAttributes?: string;
  MessageId?: string;
  SequenceNumber?: string;
}

/** Refusals that AWS words otherwise for an entry of a batch than for a message that is sent alone. */
export interface SendWording {
  tooLong(bytesMax: number): Error;
  notForQueue(value: string | number, parameter: string, reason: string): Error;
}

type Attributes = Readonly<Record<string, StoredAttribute>> | null;

/** Bytes that count towards the limit of a batch, of a message not checked yet. */
export function messageBytes({ MessageBody = "", MessageAttributes }: OutgoingMessage, call: Call): number {
  return bodyBytes(MessageBody, call) + givenBytes(MessageAttributes);
}

function bodyBytes(body: string, { hasPlainTexts = false }: Call): number {
  return hasPlainTexts ? body.length : Buffer.byteLength(body);
}

/** The sends of one request. What they share is looked up once; `end` follows the last one. */
export class Sending {
  readonly #queues: Queues;
  readonly #tx: Transaction;
  readonly #queue: QueueRow;
  readonly #call: Call;
  readonly #wording: SendWording;
  readonly #settings: QueueSettings;
  readonly #state: QueueState;
  readonly #traceHeader: string | null;
  /** What is put into the queue at the end. */
  readonly #rows: MessageRow[] = [];
  /** What a FIFO queue accepts with this request. */
  #acceptance: Acceptance | undefined;

  constructor(queues: Queues, tx: Transaction, queue: QueueRow, call: Call, wording: SendWording) {
    this.#queues = queues;
    this.#tx = tx;
    this.#queue = queue;
    this.#call = call;
    this.#wording = wording;
    this.#settings = settingsOf(queue);
    this.#state = queues.state(queue);
    this.#traceHeader = call.header("x-amzn-trace-id") ?? null;
  }

  /**
   * A message a FIFO queue has accepted in the last five minutes is acknowledged again and not sent.
   * @param id of the entry, in a batch
   * @param md5 of the body, where that is known
   * @throws InvalidParameterValue, InvalidMessageContents, MissingParameter
   */
  send(message: OutgoingMessage, id?: string, md5?: string): SentMessage {
    const settings = this.#settings;
    const { statistics, deduplication: accepted } = this.#state;
    const body = message.MessageBody;
    if (body === undefined || body === "") throw errors.missingParameter("MessageBody");
    if (this.#call.hasPlainTexts !== true && hasInvalidCharacters(body))
      throw errors.invalidMessageContents(nameOfInvalidCharacter(body));
    const delayMs = checkDelay(message.DelaySeconds, settings, this.#wording);
    checkFifoIds(message, settings, this.#wording.notForQueue);
    const attributes = storeAttributes(message.MessageAttributes);
    const bytes = bodyBytes(body, this.#call) + attributesBytes(attributes);
    if (bytes > settings.messageBytesMax) throw this.#wording.tooLong(settings.messageBytesMax);
    const system = systemAttributes(message.MessageSystemAttributes);
    const bodyMd5 = md5 ?? hash("md5", body);
    const deduplication = settings.isFifo ? deduplicationOf(this.#queue, message, body) : undefined;
    const before = deduplication === undefined ? undefined : accepted.find(deduplication.key, this.#tx.now);
    if (before !== undefined) {
      statistics.deduplicated += 1;
      return answer(id, before.messageId, bodyMd5, attributes, system, before.sequence);
    }
    const row = this.#newRow(message, body, bodyMd5, delayMs, attributes, system, deduplication?.id ?? null);
    this.#rows.push(row);
    if (deduplication !== undefined) {
      this.#acceptance ??= accepted.begin(this.#tx, this.#queue, row.sequence);
      accepted.accept(this.#tx, this.#acceptance, deduplication.key, row);
    }
    statistics.sent += 1;
    statistics.sentBytes += bytes;
    return answer(id, row.messageId, bodyMd5, attributes, system, settings.isFifo ? row.sequence : undefined);
  }

  end(): void {
    if (this.#rows.length > 0) this.#queues.messages(this.#tx, this.#queue).append(this.#tx, this.#rows);
    if (this.#acceptance !== undefined) this.#state.deduplication.save(this.#tx, this.#acceptance);
  }

  #newRow(
    message: OutgoingMessage,
    body: string,
    bodyMd5: string,
    delayMs: number,
    attributes: Attributes,
    system: Attributes,
    deduplicationId: string | null,
  ): MessageRow {
    const { shard, id: queueId } = this.#queue;
    const { now } = this.#tx;
    // Calls within the literal would have V8 make the row before its values, and note each that it puts in.
    const sequence = this.#state.nextSequence(this.#tx, this.#queue);
    const messageId = this.#queues.kernel.random.uuid();
    const kept = trimNumbers(attributes);
    return {
      shard,
      queueId,
      sequence,
      messageId,
      body,
      bodyMd5,
      attributes: kept,
      traceHeader: system?.["AWSTraceHeader"]?.StringValue ?? this.#traceHeader,
      groupId: message.MessageGroupId ?? null,
      deduplicationId,
      senderId: this.#call.account,
      sentAt: now,
      availableAt: now + delayMs,
      deadLetterSourceArn: null,
      earlierReceives: null,
      earlierFirstReceivedAt: null,
    };
  }
}

function answer(
  id: string | undefined,
  messageId: string,
  bodyMd5: string,
  attributes: Attributes,
  system: Attributes,
  sequence: number | undefined,
): SentMessage {
  const sent: SentMessage = {};
  if (id !== undefined) sent.Id = id;
  if (attributes !== null) sent.MD5OfMessageAttributes = attributesMd5(attributes);
  sent.MD5OfMessageBody = bodyMd5;
  if (system !== null) sent.MD5OfMessageSystemAttributes = attributesMd5(system);
  sent.MessageId = messageId;
  if (sequence !== undefined) sent.SequenceNumber = sequenceNumber(sequence);
  return sent;
}

/** Zero means the queue's delay on a FIFO queue, and none on a standard one. */
function checkDelay(seconds: number | undefined, { isFifo, delayMs }: QueueSettings, wording: SendWording): number {
  if (seconds === undefined) return delayMs;
  if (isFifo && seconds > 0) {
    const reason = "The request include parameter that is not valid for this queue type";
    throw wording.notForQueue(seconds, "DelaySeconds", reason);
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
