/** How the tables of SQS came to be what they are. A released migration is never edited. */
import type { Migration } from "../../kernel/store/migration.ts";

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
  {
    module: "sqs",
    number: 10,
    statements: [
      `CREATE TABLE sqs_slips (shard integer NOT NULL, queueId bigint NOT NULL, number bigint NOT NULL, size integer NOT NULL,
        crossedOff integer NOT NULL, gone integer NOT NULL, messages text NOT NULL, PRIMARY KEY (queueId, number))`,
      // A slip for each message of before, under its sequence, which no other has.
      `INSERT INTO sqs_slips (shard, queueId, number, size, crossedOff, gone, messages)
        SELECT shard, queueId, sequence, 1, 0, 0, '[[' || sequence || ',' || parcelLast || ',' || parcelSize || ',' || ${jsonText("messageId")}
          || ',' || ${jsonText("groupId")} || ',' || sentAt || ',' || receiveCount || ',' || firstReceivedAt || ',' || lastReceivedAt
          || ',' || visibleAt || ',' || ${jsonText("attemptId")} || ',' || coalesce(attemptSize || '', 'null') || ']]'
        FROM sqs_deliveries`,
      "DROP TABLE sqs_deliveries",
    ],
  },
];
