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
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly purgedAt: number | null;
  readonly tags: Readonly<Record<string, string>> | null;
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
    createdAt: "integer",
    modifiedAt: "integer",
    purgedAt: "integer",
    tags: "json",
  },
  key: ["arn"],
  indexes: { by_name: ["account", "region", "name"] },
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

export interface MessageRow {
  readonly shard: number;
  readonly queueId: number;
  readonly sequence: number;
  readonly messageId: string;
  readonly body: string;
  readonly bodyMd5: string;
  readonly attributes: Readonly<Record<string, StoredAttribute>> | null;
  readonly traceHeader: string | null;
  readonly groupId: string | null;
  readonly senderId: string;
  readonly sentAt: number;
  /** When a delay ends. */
  readonly availableAt: number;
  /** For a dead letter: the queue it came from, and how often it was received there. */
  readonly deadLetterSourceArn: string | null;
  readonly earlierReceives: number | null;
}

export const messagesTable = defineTable<MessageRow>({
  name: "sqs_messages",
  residency: "paged",
  columns: {
    shard: "integer",
    queueId: "integer",
    sequence: "integer",
    messageId: "text",
    body: "text",
    bodyMd5: "text",
    attributes: "json",
    traceHeader: "text",
    groupId: "text",
    senderId: "text",
    sentAt: "integer",
    availableAt: "integer",
    deadLetterSourceArn: "text",
    earlierReceives: "integer",
  },
  key: ["queueId", "sequence"],
});

/** What receiving a message has changed. */
export interface DeliveryRow {
  readonly shard: number;
  readonly queueId: number;
  readonly sequence: number;
  readonly receiveCount: number;
  readonly firstReceivedAt: number;
  readonly lastReceivedAt: number;
  readonly visibleAt: number;
}

export const deliveriesTable = defineTable<DeliveryRow>({
  name: "sqs_deliveries",
  residency: "paged",
  columns: {
    shard: "integer",
    queueId: "integer",
    sequence: "integer",
    receiveCount: "integer",
    firstReceivedAt: "integer",
    lastReceivedAt: "integer",
    visibleAt: "integer",
  },
  key: ["queueId", "sequence"],
});

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
];
