/** The PostgreSQL store keeps the promises every store keeps. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Connection } from "../../packages/server/src/kernel/store/postgres/connection.ts";
import { openPostgresStore } from "../../packages/server/src/kernel/store/postgres/postgres-store.ts";
import { statementsOf } from "../../packages/server/src/kernel/store/postgres/statements.ts";
import { runTransaction } from "../../packages/server/src/kernel/store/postgres/transaction-message.ts";
import { note, noteMigrations, notes, testStore } from "../../packages/server/src/kernel/store/store-conformance.ts";
import { StoreFault } from "../../packages/server/src/kernel/store/store-errors.ts";
import type { TableDefinition } from "../../packages/server/src/kernel/table.ts";
import { sqsMigrations } from "../../packages/server/src/services/sqs/migrations.ts";
import { queuesTable } from "../../packages/server/src/services/sqs/tables.ts";
import { scopesTable, statesMigrations } from "../../packages/server/src/services/states/tables.ts";
import { startPostgresql } from "../support/postgresql.ts";
import type { PostgresqlServer } from "../support/postgresql.ts";
import { requires } from "../support/requirements.ts";

describe("PostgreSQL", requires("postgresql"), () => {
  let server: PostgresqlServer;
  before(async () => {
    server = await startPostgresql();
  });
  after(() => server.stop());

  testStore("PostgreSQL store", async () => {
    const url = await server.createDatabase();
    return { open: () => openPostgresStore(url), remove: async () => undefined };
  });

  test("rows come as arrays where the server may not read a COPY among other statements", async () => {
    const url = await server.createDatabase();
    const store = await openPostgresStore(url);
    await store.migrate(noteMigrations);
    const rows = [note("a", 1, 'tab\t, quote ", \u0000', { text: "\\" }), { ...note("a", 2), score: -0.5 }];
    const values = rows.map((row) => notes.encode(row));
    const batch = { kind: "insert", table: notes as unknown as TableDefinition, rows: values } as const;
    const connection = await Connection.open({ url, answerMsMax: 10_000, applicationName: "test" });
    await runTransaction(connection, statementsOf(batch, false));
    await connection.close();
    assert.deepEqual(await store.load(notes), rows);
    await store.close();
  });

  test("a row of some kilobytes stays in its table, as it is", async () => {
    const url = await server.createDatabase();
    const store = await openPostgresStore(url);
    await store.migrate(noteMigrations);
    // PostgreSQL would compress it, and put one that it cannot compress elsewhere.
    const row = note("a", 1, "x".repeat(7_500));
    await store.commit([{ kind: "insert", table: notes as unknown as TableDefinition, values: notes.encode(row) }]);
    const [stored] = await server.query("SELECT pg_column_size(text) AS bytes FROM test_notes", url);
    assert.ok(Number(stored?.["bytes"]) >= 7_500);
    assert.deepEqual(await store.load(notes), [row]);
    await store.close();
  });

  test("several nodes that start at once migrate once", async () => {
    const url = await server.createDatabase();
    const stores = await Promise.all(Array.from({ length: 4 }, () => openPostgresStore(url)));
    await Promise.all(stores.map((store) => store.migrate(noteMigrations, [notes as unknown as TableDefinition])));
    const [first, last] = [stores[0], stores.at(-1)];
    await first?.commit([
      { kind: "insert", table: notes as unknown as TableDefinition, values: notes.encode(note("a", 1)) },
    ]);
    assert.deepEqual(await last?.load(notes, [1]), [note("a", 1)]);
    await Promise.all(stores.map((store) => store.close()));
  });

  test("every table the server has can be made, and has an index by its shards where it is resident", async () => {
    const url = await server.createDatabase();
    const store = await openPostgresStore(url);
    const tables = [queuesTable, scopesTable] as unknown as TableDefinition[];
    await store.migrate([...sqsMigrations, ...statesMigrations], tables);
    const indexes = await server.query(
      "SELECT indexname FROM pg_indexes WHERE indexname LIKE '%by_shard' ORDER BY indexname",
      url,
    );
    assert.deepEqual(
      indexes.map(({ indexname }) => indexname),
      ["sqs_queues_by_shard", "states_scopes_by_shard"],
    );
    await store.close();
  });

  test("a server that does not sync, takes no writes or is not there is named, with the password left out", async () => {
    const unsafe = await startPostgresql("fsync=off");
    const url = (await unsafe.createDatabase()).replace("tutti@", "tutti:secret@");
    await assert.rejects(openPostgresStore(url), fault("TUTTI-0104", /fsync off/));
    const store = await openPostgresStore(url, { allowUnsafe: true });
    assert.match(store.description, /^PostgreSQL at 127\.0\.0\.1:\d+\/test1$/);
    await store.close();
    await unsafe.stop();
    await assert.rejects(openPostgresStore(url, { startMsMax: 0 }), fault("TUTTI-0101", /cannot be reached/));
    const readOnly = await server.createDatabase();
    await server.query(`ALTER DATABASE ${readOnly.split("/").at(-1)} SET default_transaction_read_only = on`);
    await assert.rejects(openPostgresStore(readOnly), fault("TUTTI-0103", /takes no writes/));
    await assert.rejects(openPostgresStore(`${readOnly}x`), fault("TUTTI-0101", /does not exist/));
    await assert.rejects(openPostgresStore("mysql://host/db"), fault("TUTTI-0101", /postgres:\/\//));
  });
});

function fault(code: string, message: RegExp): (error: unknown) => boolean {
  return (error) =>
    error instanceof StoreFault &&
    error.code === code &&
    message.test(error.message) &&
    !error.message.includes("secret");
}
