/**
 * Brings the schema up to date. Several nodes may start at once: a row that all of them lock lets them do it one after
 * another, and the later ones find it done. Everything that is still to be done happens in one transaction.
 *
 * Other nodes may be at work meanwhile. A start with nothing to do takes no lock they could wait for. One that changes
 * tables may meet a commit that wants them in another order: the server ends one of the two, and either is made again.
 */
import type { TableDefinition } from "../../table.ts";
import type { Migration } from "../migration.ts";
import type { Connection } from "./connection.ts";
import { failureOf, sqlState } from "./failures.ts";
import { postgresStatement } from "./schema.ts";
import { serverFacts } from "./server.ts";

/** Two that make the same table at the same moment: one of them finds it, or a part of it, there. */
const madeMeanwhile: ReadonlySet<string | undefined> = new Set(["23505", "42P07", "42710"]);

/** The row that is locked; it belongs to no module. */
const lockModule = "";

const attemptsMax = 10;

/**
 * Rows up to this size, the largest a page can hold, stay in their table as they are. PostgreSQL would try to compress those of
 * two kilobytes and put what is left elsewhere: much work for rows that come and go, and for nothing where they are encrypted.
 */
const rowBytesInline = 8_160;

export async function migrate(
  open: () => Promise<Connection>,
  migrations: readonly Migration[],
  resident: readonly TableDefinition[],
): Promise<void> {
  await makeLock(open);
  for (let attempt = 1; ; attempt += 1) {
    const connection = await open();
    try {
      return await bringUpToDate(connection, migrations, resident);
    } catch (error) {
      if (attempt >= attemptsMax || failureOf(error) !== "again") throw error;
    } finally {
      await connection.close();
    }
  }
}

async function bringUpToDate(
  connection: Connection,
  migrations: readonly Migration[],
  resident: readonly TableDefinition[],
): Promise<void> {
  const { isPostgresql } = await serverFacts(connection);
  await connection.execute("BEGIN");
  await connection.query({
    text: "SELECT number FROM schema_migrations WHERE module = $1 FOR UPDATE",
    values: [lockModule],
  });
  const applied = await connection.query({ text: "SELECT module, number FROM schema_migrations", values: [] });
  const done = new Set(applied.map((step) => step.join(" ")));
  for (const { module, number, statements } of migrations) {
    if (done.has(`${module} ${number}`)) continue;
    for (const sql of statements) {
      await connection.execute(postgresStatement(sql));
      const table = /^CREATE TABLE (\w+)/i.exec(sql.trim())?.[1];
      if (isPostgresql && table !== undefined)
        await connection.execute(`ALTER TABLE ${table} SET (toast_tuple_target = ${rowBytesInline})`);
    }
    await connection.query({
      text: "INSERT INTO schema_migrations (module, number) VALUES ($1, $2::integer)",
      values: [module, String(number)],
    });
  }
  // Even an index that is there would be waited for, and everybody else with it: CREATE INDEX locks its table first.
  const found = await connection.query({
    text: "SELECT indexname::text FROM pg_indexes WHERE schemaname = current_schema()",
    values: [],
  });
  const indexes = new Set(found.map(([name]) => name));
  for (const { name } of resident)
    if (!indexes.has(`${name}_by_shard`)) await connection.execute(`CREATE INDEX ${name}_by_shard ON ${name} (shard)`);
  await connection.execute("COMMIT");
}

async function makeLock(open: () => Promise<Connection>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const connection = await open();
    try {
      await connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations (module text NOT NULL, number integer NOT NULL, PRIMARY KEY (module, number))",
      );
      await connection.execute(
        `INSERT INTO schema_migrations (module, number) VALUES ('${lockModule}', 0) ON CONFLICT DO NOTHING`,
      );
      return;
    } catch (error) {
      if (attempt >= 3 || !madeMeanwhile.has(sqlState(error))) throw error;
    } finally {
      await connection.close();
    }
  }
}
