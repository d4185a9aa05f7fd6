/** The embedded store: one SQLite file, written by a thread of its own so that a sync never holds up the next decision. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { SqlValue, TableDefinition } from "../../table.ts";
import type { Migration } from "../migration.ts";
import type { RangeQuery, Store, WriteOperation } from "../store.ts";
import { countText, encodeGroup, loadText, rangeText } from "./sql-text.ts";
import { SqliteEngine } from "./sqlite-engine.ts";
import type { EncodedGroup } from "./sqlite-engine.ts";
import type { WorkerReply, WorkerRequest } from "./sqlite-worker.ts";

/** The thread goes on with the next group at once, without a turn of the caller's in between. */
const commitsAtOnce = 3;

interface Pending {
  resolve(value: SqlValue[][]): void;
  reject(error: Error): void;
}

type Ask = (request: WorkerRequest) => Promise<SqlValue[][]>;

/**
 * Opens (and makes, when absent) the database file at `path`.
 * @param thread `main` runs SQLite on the caller's thread; only the measurement of the two uses it
 */
export function openSqliteStore(path: string, thread: "worker" | "main" = "worker"): Store {
  const [ask, stop] = thread === "worker" ? workerAsk(path) : mainAsk(path);
  return {
    description: path,
    durable: path !== ":memory:",
    commitsAtOnce,
    migrate: async (migrations: readonly Migration[]) => void (await ask({ kind: "migrate", migrations })),
    commit: async (operations: readonly WriteOperation[]) => void (await ask(commitRequest(operations, thread))),
    load: async <Row>(table: TableDefinition<Row>, shards?: readonly number[]) =>
      (await ask({ kind: "read", ...loadText(table as TableDefinition, shards) })).map((values) =>
        table.decode(values),
      ),
    range: async <Row>(query: RangeQuery<Row>) =>
      (await ask({ kind: "read", ...rangeText(query) })).map((values) => query.table.decode(values)),
    count: async <Row>(table: TableDefinition<Row>, equals: readonly SqlValue[]) =>
      Number((await ask({ kind: "read", sql: countText(table, equals.length), parameters: equals }))[0]?.[0] ?? 0),
    close: async () => {
      await ask({ kind: "close" });
      await stop();
    },
  };
}

/** Bytes and infinities have no place in JSON; groups that hold some are handed over as they are. */
function commitRequest(operations: readonly WriteOperation[], thread: "worker" | "main"): WorkerRequest {
  const group = encodeGroup(operations);
  const asValues = thread === "main" || group.parameters.some(isNoJson);
  return asValues ? { kind: "commit", group } : { kind: "commit-text", text: JSON.stringify(group) };
}

function isNoJson(value: SqlValue): boolean {
  return typeof value === "number" ? !Number.isFinite(value) : typeof value === "object" && value !== null;
}

/** One look at the whole text instead of one at each value. JSON has lone surrogates as escapes. */
function mayHoldSurrogates(json: string): boolean {
  return json.includes("\\ud") || json.includes("\ud7ff");
}

function mainAsk(path: string): [Ask, () => Promise<void>] {
  const engine = new SqliteEngine(path);
  const ask: Ask = async (request) => runRequest(engine, request);
  return [ask, async () => undefined];
}

export function runRequest(engine: SqliteEngine, request: WorkerRequest): SqlValue[][] {
  switch (request.kind) {
    case "migrate":
      engine.migrate(request.migrations);
      return [];
    case "commit":
      engine.commit(request.group);
      return [];
    case "commit-text":
      engine.commit(JSON.parse(request.text) as EncodedGroup, !mayHoldSurrogates(request.text));
      return [];
    case "read":
      return engine.read(request.sql, request.parameters);
    case "close":
      engine.close();
      return [];
  }
}

function workerAsk(path: string): [Ask, () => Promise<void>] {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  // Flags that this process was started with (a test runner's, a preloaded module) are not meant for the thread, but
  // those that silence a warning of Node's.
  const worker = new Worker(new URL(`./sqlite-worker.${extension}`, import.meta.url), {
    workerData: { path },
    execArgv: process.execArgv.filter((flag) => flag.startsWith("--disable-warning")),
  });
  const pending = new Map<number, Pending>();
  let nextId = 0;
  let broken: Error | undefined;
  const fail = (error: Error): void => {
    broken = error;
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  worker.on("message", ({ id, rows, error }: WorkerReply) => {
    const waiting = pending.get(id);
    pending.delete(id);
    if (error === undefined) waiting?.resolve(rows);
    else waiting?.reject(new Error(error));
  });
  worker.on("error", (error) => fail(error instanceof Error ? error : new Error(String(error))));
  worker.on("exit", () => fail(new Error("the store's thread has ended")));
  const ask: Ask = (request) =>
    new Promise((resolve, reject) => {
      if (broken !== undefined) return reject(broken);
      nextId += 1;
      pending.set(nextId, { resolve, reject });
      worker.postMessage({ id: nextId, request });
    });
  const stop = async (): Promise<void> => {
    const ended = once(worker, "exit");
    worker.postMessage({ id: 0, request: { kind: "end" } });
    await ended;
  };
  return [ask, stop];
}
