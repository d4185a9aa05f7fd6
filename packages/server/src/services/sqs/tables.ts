/** The tables of SQS. Bodies are written once; what a receive changes stands in a row of its own. */
import type { Migration } from "../../kernel/store/migration.ts";
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
  /** A bit for each message that is, the first message's the lowest. */
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

/** What receiving a message has changed, with as much of the message as is held in memory without its content. */
export interface DeliveryRow {
  readonly shard: number;
  readonly queueId: number;
  readonly sequence: number;
  /** Of the parcel the message is in. */
  readonly parcelLast: number;
  readonly parcelSize: number;
  readonly messageId: string;
  readonly groupId: string | null;
  readonly sentAt: number;
  readonly receiveCount: number;
  readonly firstReceivedAt: number;
  readonly lastReceivedAt: number;
  readonly visibleAt: number;
  /** The ReceiveRequestAttemptId of the receive, and how many messages it gave; null once it can not be made again. */
  readonly attemptId: string | null;
  readonly attemptSize: number | null;
}

export const deliveriesTable = defineTable<DeliveryRow>({
  name: "sqs_deliveries",
  residency: "paged",
  columns: {
    shard: "integer",
    queueId: "integer",
    sequence: "integer",
    parcelLast: "integer",
    parcelSize: "integer",
    messageId: "text",
    groupId: "text",
    sentAt: "integer",
    receiveCount: "integer",
    firstReceivedAt: "integer",
    lastReceivedAt: "integer",
    visibleAt: "integer",
    attemptId: "text",
    attemptSize: "integer",
  },
  key: ["queueId", "sequence"],
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

/** SQL that writes a text column as JSON. Of the control characters a message may hold three. */
function jsonText(column: string): string {
  const escapes = [
    ["\\", "\\\\"],
    ['"', '\\"'],
    ["\t", "\\t"],
    ["\n", "\\n"],
    ["\r", "\\r"],
  ] as const;
  const escaped = escapes.reduce((sql, [from, to]) => `replace(${sql}, '${from}', '${to}')`, column);
  return `coalesce('"' || ${escaped} || '"', 'null')`;
}

export const sqsMigrations: readonly Migration[] = [
  {
    module: "sqs",
    number: 1,
    statements: [
      `CREATE TABLE sqs_queues (shard integer NOT NULL, arn text NOT NULL PRIMARY KEY, id bigint NOT NULL, account text NOT NULL, region text NOT NULL,
        name text NOT NULL, attributes text NOT NULL, createdAt bigint NOT NULL, modifiedAt bigint NOT NULL, purgedAt bigint)`,
      "CREATE TABLE sqs_deleted_queues (shard integer NOT NULL, arn text NOT NULL PRIMARY KEY, deletedAt bigint NOT NULL)",
      `CREATE TABLE sqs_messages (shard integer NOT NULL, queueId bigint NOT NULL, sequence bigint NOT NULL, messageId text NOT NULL, body text NOT NULL,
        bodyMd5 text NOT NULL, attributes text, traceHeader text, groupId text, senderId text NOT NULL, sentAt bigint NOT NULL, availableAt bigint NOT NULL,
        PRIMARY KEY (queueId, sequence))`,
      `CREATE TABLE sqs_deliveries (shard integer NOT NULL, queueId bigint NOT NULL, sequence bigint NOT NULL, receiveCount integer NOT NULL,
        firstReceivedAt bigint NOT NULL, lastReceivedAt bigint NOT NULL, visibleAt bigint NOT NULL, PRIMARY KEY (queueId, sequence))`,
    ],
  },
  {
    module: "sqs",
    number: 2,
    statements: [
      "ALTER TABLE sqs_queues ADD COLUMN tags text",
      "ALTER TABLE sqs_messages ADD COLUMN deadLetterSourceArn text",
      "ALTER TABLE sqs_messages ADD COLUMN earlierReceives integer",
    ],
  },
  {
    module: "sqs",
    number: 3,
    statements: [
      "ALTER TABLE sqs_queues ADD COLUMN deduplicationScope text NOT NULL DEFAULT 'queue'",
      "ALTER TABLE sqs_messages ADD COLUMN deduplicationId text",
      "ALTER TABLE sqs_messages ADD COLUMN earlierFirstReceivedAt bigint",
      "ALTER TABLE sqs_messages ADD COLUMN keyId text",
      // What was in flight before is visible again.
      "DROP TABLE sqs_deliveries",
      `CREATE TABLE sqs_deliveries (shard integer NOT NULL, queueId bigint NOT NULL, sequence bigint NOT NULL, messageId text NOT NULL, groupId text,
        sentAt bigint NOT NULL, receiveCount integer NOT NULL, firstReceivedAt bigint NOT NULL, lastReceivedAt bigint NOT NULL,
        visibleAt bigint NOT NULL, PRIMARY KEY (queueId, sequence))`,
      "CREATE TABLE sqs_sequences (shard integer NOT NULL, queueId bigint NOT NULL PRIMARY KEY, reservedTo bigint NOT NULL)",
      `INSERT INTO sqs_sequences (shard, queueId, reservedTo)
        SELECT MIN(shard), queueId, MAX(sequence) FROM sqs_messages GROUP BY queueId`,
      "CREATE TABLE sqs_data_keys (shard integer NOT NULL, id text NOT NULL PRIMARY KEY, keyName text NOT NULL, secret text NOT NULL, createdAt bigint NOT NULL)",
      `CREATE TABLE sqs_deduplications (shard integer NOT NULL, queueId bigint NOT NULL, deduplicationKey text NOT NULL, messageId text NOT NULL,
        sequence bigint NOT NULL, acceptedAt bigint NOT NULL, PRIMARY KEY (queueId, deduplicationKey))`,
    ],
  },
  {
    module: "sqs",
    number: 4,
    statements: [
      `CREATE TABLE sqs_move_tasks (shard integer NOT NULL, id text NOT NULL PRIMARY KEY, sourceArn text NOT NULL, destinationArn text,
        messagesPerSecond integer, status text NOT NULL, startedAt bigint NOT NULL, moved bigint NOT NULL, toMove bigint NOT NULL, failureReason text)`,
    ],
  },
  {
    module: "sqs",
    number: 5,
    statements: [
      "ALTER TABLE sqs_queues ADD COLUMN redriveTargetArn text",
      "CREATE INDEX sqs_queues_by_name ON sqs_queues (account, region, name, arn)",
      "CREATE INDEX sqs_queues_by_redrive_target ON sqs_queues (redriveTargetArn, account, region, name, arn)",
      // A shard moves between nodes with the keys of its messages.
      `CREATE TABLE sqs_shard_keys (shard integer NOT NULL, id text NOT NULL, keyName text NOT NULL, secret text NOT NULL,
        createdAt bigint NOT NULL, PRIMARY KEY (shard, id))`,
      `INSERT INTO sqs_shard_keys (shard, id, keyName, secret, createdAt)
        SELECT DISTINCT m.shard, k.id, k.keyName, k.secret, k.createdAt FROM sqs_messages m JOIN sqs_data_keys k ON k.id = m.keyId`,
      "DROP TABLE sqs_data_keys",
    ],
  },
  {
    module: "sqs",
    number: 6,
    statements: [
      "ALTER TABLE sqs_deliveries ADD COLUMN attemptId text",
      "ALTER TABLE sqs_deliveries ADD COLUMN attemptSize integer",
    ],
  },
  {
    module: "sqs",
    number: 7,
    statements: [
      `CREATE TABLE sqs_accepted (shard integer NOT NULL, queueId bigint NOT NULL, sequence bigint NOT NULL, acceptedAt bigint NOT NULL,
        keys text NOT NULL, messageIds text NOT NULL, PRIMARY KEY (queueId, sequence))`,
      // Deduplication ids may hold quotes and backslashes, which JSON writes behind a backslash, and no control characters.
      `INSERT INTO sqs_accepted (shard, queueId, sequence, acceptedAt, keys, messageIds)
        SELECT shard, queueId, sequence, acceptedAt,
          '["' || replace(replace(deduplicationKey, '\\', '\\\\'), '"', '\\"') || '"]', '["' || messageId || '"]'
        FROM sqs_deduplications`,
      "DROP TABLE sqs_deduplications",
    ],
  },
  {
    module: "sqs",
    number: 8,
    statements: [
      `CREATE TABLE sqs_parcels (shard integer NOT NULL, queueId bigint NOT NULL, last bigint NOT NULL, size integer NOT NULL,
        remaining integer NOT NULL, removed integer NOT NULL, keyId text, content text NOT NULL, PRIMARY KEY (queueId, last))`,
      "ALTER TABLE sqs_deliveries ADD COLUMN parcelLast bigint",
      "ALTER TABLE sqs_deliveries ADD COLUMN parcelSize integer",
      "UPDATE sqs_deliveries SET parcelLast = sequence, parcelSize = 1",
      // A parcel for each message of before. What is encrypted stays so, each body by itself.
      `INSERT INTO sqs_parcels (shard, queueId, last, size, remaining, removed, content)
        SELECT shard, queueId, sequence, 1, 1, 0, '[{"messageId":"' || messageId || '","bodyMd5":"' || bodyMd5 || '","senderId":"' || senderId
          || '","sentAt":' || sentAt || ',"availableAt":' || availableAt || ',"body":' || ${jsonText("body")} || ',"keyId":' || ${jsonText("keyId")}
          || ',"attributes":' || coalesce(attributes, 'null') || ',"traceHeader":' || ${jsonText("traceHeader")}
          || ',"groupId":' || ${jsonText("groupId")} || ',"deduplicationId":' || ${jsonText("deduplicationId")}
          || ',"deadLetterSourceArn":' || ${jsonText("deadLetterSourceArn")} || ',"earlierReceives":' || coalesce(earlierReceives || '', 'null')
          || ',"earlierFirstReceivedAt":' || coalesce(earlierFirstReceivedAt || '', 'null') || '}]'
        FROM sqs_messages`,
      "DROP TABLE sqs_messages",
    ],
  },
  { module: "sqs", number: 9, statements: ["ALTER TABLE sqs_parcels ADD COLUMN sealed blob"] },
];
