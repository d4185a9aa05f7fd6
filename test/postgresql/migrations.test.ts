/** Migrations of a node that starts while others are at work on the same tables. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Client } from "pg";
import type { Migration } from "../../packages/server/src/kernel/store/migration.ts";
import { openPostgresStore } from "../../packages/server/src/kernel/store/postgres/postgres-store.ts";
import { noteMigrations, notes } from "../../packages/server/src/kernel/store/store-conformance.ts";
import type { Store } from "../../packages/server/src/kernel/store/store.ts";
import type { TableDefinition } from "../../packages/server/src/kernel/table.ts";
import { until } from "../support/cluster.ts";
import { startPostgresql } from "../support/postgresql.ts";
import type { PostgresqlServer } from "../support/postgresql.ts";
import { requires } from "../support/requirements.ts";

const resident = [notes as unknown as TableDefinition];
const others: Migration = {
  module: "test",
  number: 2,
  statements: ["CREATE TABLE test_others (id text NOT NULL PRIMARY KEY)"],
};
/** Takes the tables in this order. */
const columns: Migration = {
  module: "test",
  number: 3,
  statements: ["ALTER TABLE test_notes ADD COLUMN later text", "ALTER TABLE test_others ADD COLUMN later text"],
};

describe("migrations while nodes are at work", { ...requires("postgresql"), timeout: 60_000 }, () => {
  let server: PostgresqlServer;
  before(async () => {
    server = await startPostgresql();
  });
  after(() => server.stop());

  /** A store over tables as the first two migrations leave them, and somebody else in the middle of a transaction. */
  async function withTables(body: (store: Store, url: string, other: Client) => Promise<void>): Promise<void> {
    const url = await server.createDatabase();
    const store = await openPostgresStore(url);
    const other = new Client({ connectionString: url });
    try {
      await store.migrate([...noteMigrations, others], resident);
      await other.connect();
      await other.query("BEGIN");
      await body(store, url, other);
    } finally {
      await other.end();
      await store.close();
    }
  }

  test("a start with nothing to migrate waits for nobody, and nobody for it", () =>
    withTables(async (store, _url, other) => {
      await other.query("INSERT INTO test_others VALUES ('under way')");
      await other.query("LOCK TABLE test_notes IN ROW EXCLUSIVE MODE");
      await store.migrate([...noteMigrations, others], resident);
      await other.query("COMMIT");
    }));

  test("one that meets a commit with the tables in another order is made again", () =>
    withTables(async (store, url, other) => {
      // It is the migration that the server ends: the other's patience is longer.
      await other.query("SET deadlock_timeout = '50s'");
      await other.query("INSERT INTO test_others VALUES ('under way')");
      const migrated = store.migrate([...noteMigrations, others, columns], resident);
      const waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'test_others'::regclass";
      await until("the migration to wait", 30, async () =>
        (await server.query(waiting, url)).length > 0 ? true : undefined,
      );
      await other.query("LOCK TABLE test_notes IN ROW EXCLUSIVE MODE");
      await other.query("COMMIT");
      await migrated;
      const [row] = await server.query("SELECT later, id FROM test_others", url);
      assert.deepEqual(row, { later: null, id: "under way" });
      const { deadlocks } = (await deadlocksOf(url)) ?? {};
      assert.equal(deadlocks, 1);
    }));

  /** Counters come a moment after what they count. */
  function deadlocksOf(url: string): Promise<Record<string, unknown> | undefined> {
    const counted = "SELECT deadlocks::integer AS deadlocks FROM pg_stat_database WHERE datname = current_database()";
    return until("the deadlock to be counted", 30, async () => {
      const [row] = await server.query(counted, url);
      return Number(row?.["deadlocks"]) > 0 ? row : undefined;
    });
  }
});
