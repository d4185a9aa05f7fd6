import assert from "node:assert/strict";
import { test } from "node:test";
import { openSqliteStore } from "../../kernel/store/sqlite/sqlite-store.ts";
import { defineTable } from "../../kernel/table.ts";
import { acceptedTable, sqsMigrations } from "./tables.ts";

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
        return { shard, queueId, sequence, acceptedAt, keys: [deduplicationKey], messageIds: [messageId] };
      }),
    );
  } finally {
    await store.close();
  }
});
