/**
 * A message of a queue as it is held in memory. `row` is its content; it may be absent, then it is read from the store
 * before the message is received. Everything else is always there.
 */
import type { Transaction } from "../../kernel/transaction.ts";
import { limits } from "./limits.ts";
import type { Parcel } from "./parcel.ts";
import type { Noted, Slip } from "./slip.ts";
import type { Sealed } from "./stored-messages.ts";
import type { MessageRow, ParcelRow, QueueRow } from "./tables.ts";

/** What receives have made of a message. */
export interface Delivery {
  readonly queueId: number;
  readonly sequence: number;
  readonly messageId: string;
  readonly receiveCount: number;
  readonly firstReceivedAt: number;
  readonly lastReceivedAt: number;
  readonly visibleAt: number;
  /** The ReceiveRequestAttemptId of the receive, and how many messages it gave; null once it can not be made again. */
  readonly attemptId: string | null;
  readonly attemptSize: number | null;
}

export interface QueueMessage {
  readonly sequence: number;
  readonly messageId: string;
  readonly groupId: string | null;
  readonly sentAt: number;
  /** When it came into this queue: for a dead letter the move, not the sending. */
  enteredAt: number;
  /** What it is stored in. */
  readonly parcel: Parcel;
  row: MessageRow | undefined;
  /** Undefined until the first receive. */
  delivery: Delivery | undefined;
  /** What the store has of `delivery`, or of the one before it, and where it stands there. */
  slip: Slip | undefined;
  slipPlace: number;
  /** When it becomes visible, in milliseconds since the epoch; in the past for a visible message. */
  visibleAt: number;
  /** Kept by `QueueMessages`: whether it stands among the visible ones. */
  isVisible: boolean;
}

/** Of a receive that cannot be made again. */
export const noAttempt = { attemptId: null, attemptSize: null };
export const neverReceived = { receiveCount: 0, firstReceivedAt: 0, lastReceivedAt: 0, ...noAttempt };

/** Under which id a receive can be made again, and how many messages it gave. */
export interface AttemptOf {
  readonly id: string;
  readonly size: number;
}

/** What receiving a message makes of it. */
export function deliveryOf(
  { delivery: before }: QueueMessage,
  { queueId, sequence, messageId }: MessageRow,
  now: number,
  visibilityMs: number,
  attempt: AttemptOf | undefined,
): Delivery {
  return {
    queueId,
    sequence,
    messageId,
    receiveCount: (before?.receiveCount ?? 0) + 1,
    firstReceivedAt: before?.firstReceivedAt ?? now,
    lastReceivedAt: now,
    visibleAt: now + visibilityMs,
    attemptId: attempt?.id ?? null,
    attemptSize: attempt?.size ?? null,
  };
}

/** When a message becomes visible that is on its way to a queue on another node: when that has refused it, and not by itself. */
export const movingUntil = Number.MAX_SAFE_INTEGER;

export function isMoving({ visibleAt }: QueueMessage): boolean {
  return visibleAt === movingUntil;
}

/** Dead letters keep the time of their sending and are available from their move on. */
export function enteredAt({ sentAt, availableAt, deadLetterSourceArn }: MessageRow): number {
  return deadLetterSourceArn === null ? sentAt : Math.max(sentAt, availableAt);
}

/** A message that no receive has touched. @param content absent when it stays in the store for now */
export function newMessage(
  row: MessageRow,
  content: MessageRow | undefined,
  availableAt: number,
  parcel: Parcel,
): QueueMessage {
  return {
    sequence: row.sequence,
    messageId: row.messageId,
    groupId: row.groupId,
    sentAt: row.sentAt,
    enteredAt: enteredAt(row),
    parcel,
    row: content,
    delivery: undefined,
    slip: undefined,
    slipPlace: 0,
    visibleAt: availableAt,
    isVisible: false,
  };
}

/**
 * A message that had been received before it is loaded; its content is read when it is wanted, and until then its entry is
 * taken to be its sending.
 */
export function receivedMessage(noted: Noted, slip: Slip, parcel: Parcel): QueueMessage {
  const { delivery, place, groupId, sentAt } = noted;
  const { sequence, messageId, visibleAt } = delivery;
  const message = { sequence, messageId, groupId, sentAt, enteredAt: sentAt, parcel, row: undefined };
  return { ...message, delivery, slip, slipPlace: place, visibleAt, isVisible: false };
}

/** Above every sequence. */
const back = 2 ** 52;

/**
 * Where a message of a standard queue stands among the visible ones: by its sequence, and once it has been received
 * three times without being deleted, behind all others, by its last receive.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
export function rankOf(message: QueueMessage): number {
  return isAtBack(message) ? back + (message.delivery?.lastReceivedAt ?? 0) : message.sequence;
}

/** Whether it has been received so often that it goes to the back of a standard queue. */
export function isAtBack({ delivery }: QueueMessage): boolean {
  return delivery !== undefined && delivery.receiveCount >= limits.receivesBeforeBack;
}

/** Roughly what a message's content takes in memory. */
export function contentBytes(row: MessageRow): number {
  let bytes = 400 + row.body.length;
  if (row.attributes !== null) {
    for (const [name, { StringValue, BinaryValue }] of Object.entries(row.attributes))
      bytes += 200 + name.length + (StringValue ?? BinaryValue ?? "").length;
  }
  return bytes;
}

/** Content held in memory, of all queues together. */
export interface ContentMemory {
  bytes: number;
  readonly bytesMax: number;
}

export function keepContent(memory: ContentMemory, message: QueueMessage, row: MessageRow): void {
  if (message.row !== undefined) return;
  message.row = row;
  message.enteredAt = enteredAt(row);
  memory.bytes += contentBytes(row);
}

export function dropContent(memory: ContentMemory, message: QueueMessage): void {
  if (message.row === undefined) return;
  memory.bytes -= contentBytes(message.row);
  message.row = undefined;
}

/** What a receive can take now. */
export interface Selection {
  readonly messages: readonly QueueMessage[];
  /** The first message that would be next but whose content has to be read. */
  readonly missing: QueueMessage | undefined;
}

/** Which visible message is next. Holds every message of a queue that is in memory. */
export interface DeliveryOrder {
  readonly visibleCount: number;
  /** Fewer than wanted to keep receives from waiting for the store. */
  readonly wantsMore: boolean;
  /** Takes a message in; `message.isVisible` says where. */
  place(message: QueueMessage): void;
  unplace(message: QueueMessage): void;
  /** Makes a change to a message that it holds, by which the message may come to stand elsewhere. */
  change(message: QueueMessage, change: () => void): void;
  select(max: number, now: number): Selection;
}

/** A message as it was read, and what the row it was in says of its parcel. */
export interface ReadMessage {
  readonly row: MessageRow;
  readonly parcel: Pick<ParcelRow, "last" | "size" | "removed">;
}

/** What `QueueMessages` is given. */
export interface QueueMessagesOptions {
  readonly queue: Pick<QueueRow, "shard" | "id">;
  readonly order: DeliveryOrder;
  readonly memory: ContentMemory;
  /** When a message that was never received becomes visible. */
  readonly availableAt: (row: MessageRow) => number;
  /** A parcel's content as the store is to hold it. */
  readonly seal: (tx: Transaction, shard: number, rows: readonly MessageRow[]) => Sealed;
  /** Whether a message stays in memory although there is a backlog. */
  readonly passesBacklog?: (row: MessageRow) => boolean;
}
