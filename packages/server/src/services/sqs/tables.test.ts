import assert from "node:assert/strict";
import { test } from "node:test";
import { openSqliteStore } from "../../kernel/store/sqlite/sqlite-store.ts";
import type { WriteOperation } from "../../kernel/store/store.ts";
import { defineTable } from "../../kernel/table.ts";
import type { TableDefinition } from "../../kernel/table.ts";
import type { QueueRow } from "./tables.ts";
import { hash } from "node:crypto";
import { rmSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqsMigrations } from "./migrations.ts";
import { unpackSlip } from "./slip.ts";
import { acceptedTable, queuesTable, sequencesTable, slipsTable } from "./tables.ts";
import { receive, startMs, startSqs } from "./testing/sqs-bench.ts";

interface Former {
  readonly shard: number;
  readonly queueId: number;
  readonly deduplicationKey: string;
  readonly messageId: string;
  readonly sequence: number;
  readonly acceptedAt: number;
}

test("deduplication ids that were rows of their own are known after the migration", async () => {
  const formerTable = defineTable<Former>({
    name: "sqs_deduplications",
    residency: "paged",
    columns: {
      shard: "integer",
      queueId: "integer",
      deduplicationKey: "text",
      messageId: "text",
      sequence: "integer",
      acceptedAt: "integer",
    },
    key: ["queueId", "deduplicationKey"],
  });
  // Every character a deduplication id may hold; behind a group's name there is a space.
  const id = String.raw`!"#$%&'()*+,-./09:;<=>?@AZ[\]^_${"`"}az{|}~\"\\`;
  const former = [`group ${id}`, "plain"].map((deduplicationKey, index) => ({
    shard: 3,
    queueId: 7,
    deduplicationKey,
    messageId: `m-${index}`,
    sequence: 20_000 + index,
    acceptedAt: 1_700_000_000_000 + index,
  }));
  const store = openSqliteStore(":memory:");
  try {
    await store.migrate(sqsMigrations.filter(({ number }) => number < 7));
    await store.commit(
      former.map((row) => ({ kind: "insert", table: formerTable as never, values: formerTable.encode(row) })),
    );
    await store.migrate(sqsMigrations);
    assert.deepEqual(
      await store.load(acceptedTable),
      former.map(({ shard, queueId, deduplicationKey, messageId, sequence, acceptedAt }) => {
        return {
          shard,
          queueId,
          sequence,
          acceptedAt,
          keys: JSON.stringify([deduplicationKey]),
          messageIds: JSON.stringify([messageId]),
        };
      }),
    );
  } finally {
    await store.close();
  }
});

interface FormerMessage {
  readonly shard: number;
  readonly queueId: number;
  readonly sequence: number;
  readonly messageId: string;
  readonly body: string;
  readonly bodyMd5: string;
  readonly attributes: object | null;
  readonly traceHeader: string | null;
  readonly groupId: string | null;
  readonly senderId: string;
  readonly sentAt: number;
  readonly availableAt: number;
  readonly earlierReceives: number | null;
}

const formerMessages = defineTable<FormerMessage>({
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
    earlierReceives: "integer",
  },
  key: ["queueId", "sequence"],
});

const formerTexts = ['"quoted" \\ and\ttab\nline\rend', "\ud7ff \u{1f600}", "plain"];

function formerMessagesOf(queueId: number): FormerMessage[] {
  return formerTexts.map((body, index) => ({
    shard: 0,
    queueId,
    sequence: index + 1,
    messageId: `m-${index}`,
    body,
    bodyMd5: hash("md5", body),
    attributes: index === 0 ? { name: { DataType: "String", StringValue: 'a "value"' } } : null,
    traceHeader: index === 1 ? 'Root="1"' : null,
    groupId: index === 1 ? "g\\" : null,
    senderId: "111122223333",
    sentAt: startMs,
    availableAt: startMs,
    earlierReceives: index === 2 ? 2 : null,
  }));
}

const formerQueue: QueueRow = {
  shard: 0,
  arn: "arn:aws:sqs:eu-west-1:111122223333:queue",
  id: 7,
  account: "111122223333",
  region: "eu-west-1",
  name: "queue",
  attributes: {},
  tags: null,
  redriveTargetArn: null,
  deduplicationScope: "queue",
  createdAt: startMs,
  modifiedAt: startMs,
  purgedAt: null,
};

test("messages that were rows of their own are received after the migration", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-tables-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const store = openSqliteStore(join(folder, "tutti.db"), "main");
  await store.migrate(sqsMigrations.filter(({ number }) => number < 8));
  const insert = <Row>(table: TableDefinition<Row>, row: Row): WriteOperation => {
    return { kind: "insert", table: table as unknown as TableDefinition, values: table.encode(row) };
  };
  await store.commit([
    insert(queuesTable, formerQueue),
    insert(sequencesTable, { shard: 0, queueId: formerQueue.id, reservedTo: 10 }),
    ...formerMessagesOf(formerQueue.id).map((row) => insert(formerMessages, row)),
  ]);
  const sqs = await startSqs(store);
  context.after(() => sqs.kernel.stop());
  const received = await receive(sqs, "http://host:4566/111122223333/queue", {
    MessageAttributeNames: ["All"],
    MessageSystemAttributeNames: ["AWSTraceHeader", "MessageGroupId", "ApproximateReceiveCount"],
  });
  assert.deepEqual(
    received.map(({ MessageId, Body, MessageAttributes, Attributes }) => [
      MessageId,
      Body,
      MessageAttributes?.["name"]?.StringValue,
      Attributes,
    ]),
    [
      ["m-0", formerTexts[0], 'a "value"', { ApproximateReceiveCount: "1" }],
      [
        "m-1",
        formerTexts[1],
        undefined,
        { ApproximateReceiveCount: "1", AWSTraceHeader: 'Root="1"', MessageGroupId: "g\\" },
      ],
      ["m-2", formerTexts[2], undefined, { ApproximateReceiveCount: "3" }],
    ],
  );
});

interface FormerDelivery {
  readonly shard: number;
  readonly queueId: number;
  readonly sequence: number;
  readonly parcelLast: number;
  readonly parcelSize: number;
  readonly messageId: string;
  readonly groupId: string | null;
  readonly sentAt: number;
  readonly receiveCount: number;
  readonly firstReceivedAt: number;
  readonly lastReceivedAt: number;
  readonly visibleAt: number;
  readonly attemptId: string | null;
  readonly attemptSize: number | null;
}

const formerDeliveries = defineTable<FormerDelivery>({
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
const punctuation = String.raw`"quoted" \ and '$[0]`;
const plainDelivery: FormerDelivery = {
  shard: 3,
  queueId: 7,
  sequence: 41,
  parcelLast: 50,
  parcelSize: 10,
  messageId: "m-41",
  groupId: null,
  sentAt: startMs,
  receiveCount: 2,
  firstReceivedAt: startMs + 1,
  lastReceivedAt: startMs + 2,
  visibleAt: Number.MAX_SAFE_INTEGER,
  attemptId: null,
  attemptSize: null,
};
const attemptDelivery = {
  ...plainDelivery,
  sequence: 42,
  groupId: punctuation,
  attemptId: punctuation,
  attemptSize: 4,
};
const formerDeliveryRows = [plainDelivery, attemptDelivery];

test("receives that were rows of their own hold after the migration", async () => {
  const store = openSqliteStore(":memory:");
  try {
    await store.migrate(sqsMigrations.slice(0, -1));
    await store.commit(
      formerDeliveryRows.map((row) => ({
        kind: "insert",
        table: formerDeliveries as never,
        values: formerDeliveries.encode(row),
      })),
    );
    await store.migrate(sqsMigrations);
    const slips = await store.load(slipsTable);
    assert.deepEqual(
      slips.map(({ shard, queueId, number, size, crossedOff, gone }) => [
        shard,
        queueId,
        number,
        size,
        crossedOff,
        gone,
      ]),
      [
        [3, 7, 41, 1, 0, 0],
        [3, 7, 42, 1, 0, 0],
      ],
    );
    assert.deepEqual(
      slips.flatMap(unpackSlip),
      formerDeliveryRows.map(({ shard: _shard, parcelLast: last, parcelSize: size, groupId, sentAt, ...delivery }) => {
        return { place: 0, parcel: { last, size }, groupId, sentAt, delivery };
      }),
    );
  } finally {
    await store.close();
  }
});
