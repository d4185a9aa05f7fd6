/**
 * What one decision has put into a queue, at most ten messages with consecutive sequences, is one row of the store: a parcel.
 * A batch of ten costs the store little more than one message then. A message that is deleted is crossed off its parcel,
 * and the parcel goes with its last.
 */
import type { MessageRow, ParcelRow, StoredAttribute } from "./tables.ts";

/** Messages of a batch; a bit for each has to fit into an integer. */
export const parcelMessagesMax = 10;
/** Characters of bodies after which a parcel takes no further message: a page of parcels is held in memory. */
export const parcelCharactersMax = 256 * 1024;

/** Of one parcel there is one object, for as long as a message of it is in memory. */
export class Parcel {
  readonly first: number;
  size: number;
  /** A bit for each message that is gone. */
  removed: number;
  /** Messages in memory. */
  held = 0;

  constructor(first: number, size: number, removed: number) {
    this.first = first;
    this.size = size;
    this.removed = removed;
  }

  get last(): number {
    return this.first + this.size - 1;
  }

  get remaining(): number {
    let count = this.size;
    for (let bits = this.removed; bits !== 0; bits &= bits - 1) count -= 1;
    return count;
  }

  has(sequence: number): boolean {
    return sequence >= this.first && sequence <= this.last && (this.removed & this.#bit(sequence)) === 0;
  }

  /** Crosses a message off; `putBack` is the reverse. */
  remove(sequence: number): void {
    this.removed |= this.#bit(sequence);
  }

  putBack(sequence: number): void {
    this.removed &= ~this.#bit(sequence);
  }

  #bit(sequence: number): number {
    return 1 << (sequence - this.first);
  }
}

export function firstOf({ last, size }: Pick<ParcelRow, "last" | "size">): number {
  return last - size + 1;
}

/** Readable as it is where no key is named. */
export type SealedText = Pick<ParcelRow, "shard" | "keyId" | "content">;

/** A message as it stands in a parcel. What the parcel says of all of them is left out, and so is what it has not. */
interface PackedMessage {
  readonly messageId: string;
  readonly body: string;
  readonly bodyMd5: string;
  readonly senderId: string;
  readonly sentAt: number;
  readonly availableAt: number;
  readonly attributes?: Readonly<Record<string, StoredAttribute>>;
  readonly traceHeader?: string;
  readonly groupId?: string;
  readonly deduplicationId?: string;
  readonly deadLetterSourceArn?: string;
  readonly earlierReceives?: number;
  readonly earlierFirstReceivedAt?: number;
  /** The data key the body is encrypted with: of messages from before there were parcels, which are encrypted as a whole. */
  readonly keyId?: string | null;
}

/** The content of a parcel with these messages. */
export function pack(rows: readonly MessageRow[]): string {
  return JSON.stringify(rows.map(packed));
}

type Writable<Type> = { -readonly [Name in keyof Type]: Type[Name] };

function packed(row: MessageRow): PackedMessage {
  const { messageId, body, bodyMd5, senderId, sentAt, availableAt } = row;
  const message: Writable<PackedMessage> = { messageId, body, bodyMd5, senderId, sentAt, availableAt };
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

/** The messages of a parcel that are still there. @param unseal makes what a parcel or a message holds readable */
export function unpack(row: ParcelRow, unseal: (sealed: SealedText) => string): MessageRow[] {
  const { shard, queueId, last, size, removed } = row;
  const parcel = new Parcel(firstOf({ last, size }), size, removed);
  const messages = JSON.parse(unseal(row)) as readonly PackedMessage[];
  return messages.flatMap((message, index) => {
    const sequence = parcel.first + index;
    if (!parcel.has(sequence)) return [];
    const body = unseal({ shard, keyId: message.keyId ?? null, content: message.body });
    return [unpacked(message, body, shard, queueId, sequence)];
  });
}

function unpacked(message: PackedMessage, body: string, shard: number, queueId: number, sequence: number): MessageRow {
  return {
    shard,
    queueId,
    sequence,
    messageId: message.messageId,
    body,
    bodyMd5: message.bodyMd5,
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
  };
}
