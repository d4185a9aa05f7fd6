/** The thread that owns the SQLite connection: takes one request at a time and answers it. */
import { parentPort, workerData } from "node:worker_threads";
import type { SqlValue } from "../../table.ts";
import type { Migration } from "../migration.ts";
import { runRequest } from "./sqlite-store.ts";
import type { EncodedGroup } from "./sqlite-engine.ts";
import { SqliteEngine } from "./sqlite-engine.ts";

export type WorkerRequest =
  | { readonly kind: "migrate"; readonly migrations: readonly Migration[] }
  | { readonly kind: "commit"; readonly group: EncodedGroup }
  /** A group as JSON: handing one text to another thread costs much less than handing over its values. */
  | { readonly kind: "commit-text"; readonly text: string }
  | { readonly kind: "read"; readonly sql: string; readonly parameters: readonly SqlValue[] }
  | { readonly kind: "close" };

export interface WorkerReply {
  readonly id: number;
  readonly rows: SqlValue[][];
  readonly error?: string;
}

if (parentPort !== null) {
  const port = parentPort;
  const engine = new SqliteEngine((workerData as { readonly path: string }).path);
  port.on("message", ({ id, request }: { id: number; request: WorkerRequest | { readonly kind: "end" } }) => {
    if (request.kind === "end") {
      port.close();
      return;
    }
    try {
      port.postMessage({ id, rows: runRequest(engine, request) } satisfies WorkerReply);
    } catch (error) {
      port.postMessage({ id, rows: [], error: String(error) } satisfies WorkerReply);
    }
  });
}
