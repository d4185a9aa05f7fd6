/** The embedded store: one SQLite file, written by a thread of its own so that a sync never holds up the next decision. */
import type { SqlValue, TableDefinition } from "../../table.ts";
import type { Migration } from "../migration.ts";
import { loadPages } from "../load-pages.ts";
import { StoreFault } from "../store-errors.ts";
import type { RangeQuery, Store, WriteOperation } from "../store.ts";
import { Checkpointer } from "./checkpointer.ts";
import { countText, encodeGroup, rangeText, sumText } from "./sql-text.ts";
import { SqliteEngine } from "./sqlite-engine.ts";
import { startThread } from "./sqlite-thread.ts";
import type { Thread } from "./sqlite-thread.ts";
import { runRequest } from "./sqlite-worker.ts";

/** The thread goes on with the next group at once, without a turn of the caller's in between. */
const commitsAtOnce = 3;

/**
 * Opens (and makes, when absent) the database file at `path`.
 * @param thread `main` runs SQLite on the caller's thread; only the measurement of the two uses it
 */
export function openSqliteStore(path: string, thread: "worker" | "main" = "worker"): Store {
  const { ask, hearNow, stop } = thread === "worker" ? startThread(path) : onThisThread(path);
  const checkpointer = new Checkpointer(
    path,
    () => startThread(path),
    () => ask({ kind: "checkpoint" }),
  );
  const values = <Row>(query: RangeQuery<Row>, shards?: readonly number[]): Promise<SqlValue[][]> =>
    ask({ kind: "read", ...rangeText(query, shards) });
  return {
    description: path,
    durable: path !== ":memory:",
    commitsAtOnce,
    hearNow,
    migrate: async (migrations: readonly Migration[]) => {
      try {
        await ask({ kind: "migrate", migrations });
      } catch (error) {
        // It is the first thing that is asked: here comes out what is wrong with the file.
        const reason = error instanceof Error ? error.message : String(error);
        throw new StoreFault("TUTTI-0111", `the database ${path} cannot be used: ${reason}`);
      }
    },
    commit: async (operations: readonly WriteOperation[]) => {
      checkpointer.check();
      const group = encodeGroup(operations);
      await ask({ kind: "commit", group });
      if (thread === "worker") checkpointer.written(group);
    },
    load: <Row>(table: TableDefinition<Row>, shards?: readonly number[]) =>
      loadPages(
        table,
        (query) => values(query, shards),
        (row) => table.decode(row),
      ),
    range: async <Row>(query: RangeQuery<Row>) => (await values(query)).map((row) => query.table.decode(row)),
    count: async <Row>(table: TableDefinition<Row>, equals: readonly SqlValue[]) =>
      Number((await ask({ kind: "read", sql: countText(table, equals.length), parameters: equals }))[0]?.[0] ?? 0),
    sum: async <Row>(table: TableDefinition<Row>, equals: readonly SqlValue[], column: string) => {
      const sql = sumText(table, equals.length, column);
      return Number((await ask({ kind: "read", sql, parameters: equals }))[0]?.[0] ?? 0);
    },
    close: async () => {
      await checkpointer.close();
      await ask({ kind: "close" });
      await stop();
      await checkpointer.closeFile();
    },
  };
}

function onThisThread(path: string): Thread {
  const engine = new SqliteEngine(path);
  return {
    ask: async (request) => runRequest(engine, request),
    hearNow: () => undefined,
    stop: async () => undefined,
  };
}
