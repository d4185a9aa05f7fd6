/** The tables of SQS. Bodies are written once; what receives change stands in rows of their own. */
import { defineTable } from "../../kernel/table.ts";

export interface QueueRow {
  readonly shard: number;
  readonly arn: string;
  readonly id: number;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  /** The settable attributes that were set, as AWS's strings. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>> | null;
  /** The target of its redrive policy, so that whoever is a target can find those it is a target of. */
  readonly redriveTargetArn: string | null;
  /** Where deduplication ids are told apart; AWS takes it at creation and later changes of the attribute do nothing. */
  readonly deduplicationScope: "queue" | "messageGroup";
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly purgedAt: number | null;
}

export const queuesTable = defineTable<QueueRow>({
  name: "sqs_queues",
  residency: "resident",
  columns: {
    shard: "integer",
    arn: "text",
    id: "integer",
    account: "text",
    region: "text",
    name: "text",
    attributes: "json",
    tags: "json",
    redriveTargetArn: "text",
    deduplicationScope: "text",
    createdAt: "integer",
    modifiedAt: "integer",
    purgedAt: "integer",
  },
  key: ["arn"],
  indexes: {
    by_name: ["account", "region", "name"],
    by_redrive_target: ["redriveTargetArn", "account", "region", "name"],
  },
});

/** Names that may not be used again yet. */
export interface DeletedQueueRow {
  readonly shard: number;
  readonly arn: string;
  readonly deletedAt: number;
}

export const deletedQueuesTable = defineTable<DeletedQueueRow>({
  name: "sqs_deleted_queues",
  residency: "resident",
  columns: { shard: "integer", arn: "text", deletedAt: "integer" },
  key: ["arn"],
});

export interface StoredAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  /** Base64. */
  readonly BinaryValue?: string;
}

/** A message as it is in memory with its content. The store has it in a parcel. */
export interface MessageRow {
  readonly shard: number;
  readonly queueId: number;
  /** Place in the queue, and its identity there; never given twice. */
  readonly sequence: number;
  readonly messageId: string;
  readonly body: string;
  readonly bodyMd5: string;
  readonly attributes: Readonly<Record<string, StoredAttribute>> | null;
  readonly traceHeader: string | null;
  readonly groupId: string | null;
  readonly deduplicationId: string | null;
  readonly senderId: string;
  readonly sentAt: number;
  /** When a delay ends. FIFO queues go by `sentAt` and their delay as it is now. */
  readonly availableAt: number;
  /** For a dead letter: the queue it came from, how often it was received there and when first. */
  readonly deadLetterSourceArn: string | null;
  readonly earlierReceives: number | null;
  readonly earlierFirstReceivedAt: number | null;
}

/** Messages with consecutive sequences that came into a queue at once (`parcel.ts`). */
export interface ParcelRow {
  readonly shard: number;
  readonly queueId: number;
  /** The sequence of its last message: what is behind a place in the queue is one range. */
  readonly last: number;
  readonly size: number;
  /** Messages that are not removed. */
  readonly remaining: number;
  /** A bit for each message that is, the first message's the lowest; of some only a slip tells for a while. */
  readonly removed: number;
  /** The data key the content is encrypted with. */
  readonly keyId: string | null;
  /** The messages as JSON; empty where `sealed` holds that encrypted, as bytes. Base64 of it, of before, where neither is so. */
  readonly content: string;
  readonly sealed: Uint8Array | null;
}

export const parcelsTable = defineTable<ParcelRow>({
  name: "sqs_parcels",
  residency: "paged",
  columns: {
    shard: "integer",
    queueId: "integer",
    last: "integer",
    size: "integer",
    remaining: "integer",
    removed: "integer",
    keyId: "text",
    content: "text",
    sealed: "blob",
  },
  key: ["queueId", "last"],
});

/** What one decision has made of messages that had been received (`slip.ts`). */
export interface SlipRow {
  readonly shard: number;
  readonly queueId: number;
  /** Later ones of a queue have greater numbers. */
  readonly number: number;
  readonly size: number;
  /** A bit for each message that it does not count for any more, the first message's the lowest. */
  readonly crossedOff: number;
  /** A bit for each that is gone, which its parcel need not tell; of a parcel that is gone itself it says nothing. */
  readonly gone: number;
  /**
   * A list as JSON. Of each message a list: sequence, that of its parcel's last message, how many are in the parcel, its id,
   * its group, when it was sent; how often it was received, when first, when last, when it becomes visible; and, where its
   * receive can be made again, the ReceiveRequestAttemptId and how many messages that gave.
   */
  readonly messages: string;
}

export const slipsTable = defineTable<SlipRow>({
  name: "sqs_slips",
  residency: "paged",
  columns: {
    shard: "integer",
    queueId: "integer",
    number: "integer",
    size: "integer",
    crossedOff: "integer",
    gone: "integer",
    messages: "text",
  },
  key: ["queueId", "number"],
});

/** Up to which sequence a queue's numbers are reserved. A restart goes on behind it, so none is given twice. */
export interface SequenceRow {
  readonly shard: number;
  readonly queueId: number;
  readonly reservedTo: number;
}

export const sequencesTable = defineTable<SequenceRow>({
  name: "sqs_sequences",
  residency: "resident",
  columns: { shard: "integer", queueId: "integer", reservedTo: "integer" },
  key: ["queueId"],
});

/** A key that message bodies of one shard are encrypted with. */
export interface DataKeyRow {
  readonly shard: number;
  readonly id: string;
  /** The KMS key it belongs to, as queues name it; empty for SQS's own. */
  readonly keyName: string;
  /** Base64. */
  readonly secret: string;
  readonly createdAt: number;
}

export const dataKeysTable = defineTable<DataKeyRow>({
  name: "sqs_shard_keys",
  residency: "resident",
  columns: { shard: "integer", id: "text", keyName: "text", secret: "text", createdAt: "integer" },
  key: ["shard", "id"],
  indexes: { by_name: ["shard", "keyName", "createdAt"] },
});

/** What a FIFO queue has accepted with one request, for as long as it is deduplicated. */
export interface AcceptedRow {
  readonly shard: number;
  readonly queueId: number;
  /** That of the first of the messages; the others follow it without a gap. */
  readonly sequence: number;
  readonly acceptedAt: number;
  /** By message, its deduplication id, behind the group's name where a group is the scope; a list as JSON. */
  readonly keys: string;
  /** The same of their ids. */
  readonly messageIds: string;
}

export const acceptedTable = defineTable<AcceptedRow>({
  name: "sqs_accepted",
  residency: "paged",
  columns: {
    shard: "integer",
    queueId: "integer",
    sequence: "integer",
    acceptedAt: "integer",
    keys: "text",
    messageIds: "text",
  },
  key: ["queueId", "sequence"],
});

/** A message move task; ended ones are kept to be listed, the newest of each queue. */
export interface MoveTaskRow {
  readonly shard: number;
  readonly id: string;
  readonly sourceArn: string;
  /** Null when every message goes back to the queue it came from. */
  readonly destinationArn: string | null;
  readonly messagesPerSecond: number | null;
  readonly status: "RUNNING" | "COMPLETED" | "CANCELLING" | "CANCELLED" | "FAILED";
  readonly startedAt: number;
  readonly moved: number;
  /** Counted when the task was started. */
  readonly toMove: number;
  readonly failureReason: string | null;
}

export const moveTasksTable = defineTable<MoveTaskRow>({
  name: "sqs_move_tasks",
  residency: "resident",
  columns: {
    shard: "integer",
    id: "text",
    sourceArn: "text",
    destinationArn: "text",
    messagesPerSecond: "integer",
    status: "text",
    startedAt: "integer",
    moved: "integer",
    toMove: "integer",
    failureReason: "text",
  },
  key: ["id"],
  indexes: { by_source: ["sourceArn", "startedAt"] },
});
