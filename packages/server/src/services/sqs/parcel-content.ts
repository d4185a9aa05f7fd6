/**
 * What the row of a parcel holds of its messages where nothing is encrypted: a JSON array of them, which a database's own JSON
 * functions can look into. What is encrypted has a form of its own (`sealed-content.ts`).
 */
import { md5OfTexts } from "./md5-lanes.ts";
import { firstOf, Parcel } from "./parcel.ts";
import type { MessageRow, ParcelRow } from "./tables.ts";

/** A message as it stands there. What the parcel says of all of them is left out, and what a message has not or can be calculated. */
interface PackedMessage {
  readonly messageId: string;
  readonly body: string;
  readonly senderId: string;
  readonly sentAt: number;
  readonly availableAt: number;
  readonly attributes?: MessageRow["attributes"];
  readonly traceHeader?: string | null;
  readonly groupId?: string | null;
  readonly deduplicationId?: string | null;
  readonly deadLetterSourceArn?: string | null;
  readonly earlierReceives?: number | null;
  readonly earlierFirstReceivedAt?: number | null;
  /** The data key the body is encrypted with: of messages from before there were parcels, which were encrypted one by one. */
  readonly keyId?: string | null;
}

type Writable<Type> = { -readonly [Name in keyof Type]: Type[Name] };

export function readableContent(rows: readonly MessageRow[]): string {
  return JSON.stringify(rows.map(packed));
}

function packed(row: MessageRow): PackedMessage {
  const { messageId, body, senderId, sentAt, availableAt } = row;
  const message: Writable<PackedMessage> = { messageId, body, senderId, sentAt, availableAt };
  // Name by name, which costs a quarter of a loop over the names.
  if (row.attributes !== null) message.attributes = row.attributes;
  if (row.traceHeader !== null) message.traceHeader = row.traceHeader;
  if (row.groupId !== null) message.groupId = row.groupId;
  if (row.deduplicationId !== null) message.deduplicationId = row.deduplicationId;
  if (row.deadLetterSourceArn !== null) message.deadLetterSourceArn = row.deadLetterSourceArn;
  if (row.earlierReceives !== null) message.earlierReceives = row.earlierReceives;
  if (row.earlierFirstReceivedAt !== null) message.earlierFirstReceivedAt = row.earlierFirstReceivedAt;
  return message;
}

/**
 * The messages of a parcel that are still there.
 * @param content JSON of all its messages
 * @param unseal makes a body readable that was encrypted by itself
 */
export function readContent(
  row: ParcelRow,
  content: string,
  unseal: (body: string, keyId: string) => string,
): MessageRow[] {
  const messages = JSON.parse(content) as readonly PackedMessage[];
  return presentMessages(row, messages.length, (index) => {
    const message = messages[index];
    if (message === undefined) return undefined;
    const { keyId = null, body, ...rest } = message;
    return { ...rest, body: keyId === null ? body : unseal(body, keyId) };
  });
}

/** A message as its parcel's content tells of it; what it has not may be absent. */
export type ToldMessage = Omit<PackedMessage, "keyId">;

/** The messages that are still there. @param told one of them, by its place */
export function presentMessages(
  { shard, queueId, last, size, removed }: ParcelRow,
  count: number,
  told: (index: number) => ToldMessage | undefined,
): MessageRow[] {
  const parcel = new Parcel(firstOf({ last, size }), size, removed);
  const found: { readonly message: ToldMessage; readonly sequence: number }[] = [];
  for (let index = 0; index < count; index += 1) {
    const sequence = parcel.first + index;
    const message = parcel.has(sequence) ? told(index) : undefined;
    if (message !== undefined) found.push({ message, sequence });
  }
  const digests = md5OfTexts(found.map(({ message }) => message.body));
  return found.map(({ message, sequence }, index) => ({
    shard,
    queueId,
    sequence,
    messageId: message.messageId,
    body: message.body,
    bodyMd5: digests[index] ?? "",
    attributes: message.attributes ?? null,
    traceHeader: message.traceHeader ?? null,
    groupId: message.groupId ?? null,
    deduplicationId: message.deduplicationId ?? null,
    senderId: message.senderId,
    sentAt: message.sentAt,
    availableAt: message.availableAt,
    deadLetterSourceArn: message.deadLetterSourceArn ?? null,
    earlierReceives: message.earlierReceives ?? null,
    earlierFirstReceivedAt: message.earlierFirstReceivedAt ?? null,
  }));
}
