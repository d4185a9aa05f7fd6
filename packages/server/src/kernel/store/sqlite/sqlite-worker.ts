/** The thread that owns the SQLite connection: takes one request at a time and answers it. */
import { parentPort, workerData } from "node:worker_threads";
import type { SqlValue } from "../../table.ts";
import type { Migration } from "../migration.ts";
import type { EncodedGroup } from "./sqlite-engine.ts";
import { SqliteEngine } from "./sqlite-engine.ts";
import type { ThreadData } from "./sqlite-thread.ts";

export type WorkerRequest =
  | { readonly kind: "migrate"; readonly migrations: readonly Migration[] }
  | { readonly kind: "commit"; readonly group: EncodedGroup }
  | { readonly kind: "read"; readonly sql: string; readonly parameters: readonly SqlValue[] }
  | { readonly kind: "checkpoint" }
  | { readonly kind: "close" };

export interface WorkerReply {
  readonly id: number;
  readonly rows: SqlValue[][];
  readonly error?: string;
}

export function runRequest(engine: SqliteEngine, request: WorkerRequest): SqlValue[][] {
  switch (request.kind) {
    case "migrate":
      engine.migrate(request.migrations);
      return [];
    case "commit":
      engine.commit(request.group);
      return [];
    case "read":
      return engine.read(request.sql, request.parameters);
    case "checkpoint":
      return [[engine.checkpoint()]];
    case "close":
      engine.close();
      return [];
  }
}

if (parentPort !== null) {
  const { path, port, answered } = workerData as ThreadData;
  const engine = new SqliteEngine(path);
  const answer = (reply: WorkerReply): void => {
    port.postMessage(reply);
    Atomics.add(answered, 0, 1);
  };
  port.on("message", ({ id, request }: { id: number; request: WorkerRequest | { readonly kind: "end" } }) => {
    if (request.kind === "end") {
      port.close();
      return;
    }
    try {
      answer({ id, rows: runRequest(engine, request) });
    } catch (error) {
      answer({ id, rows: [], error: String(error) });
    }
  });
}
