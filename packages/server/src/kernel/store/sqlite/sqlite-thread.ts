/** The caller's side of a thread that has a SQLite connection: asks it, one request after another. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { SqlValue } from "../../table.ts";
import type { WorkerReply, WorkerRequest } from "./sqlite-worker.ts";

export interface Thread {
  /** Answered in the order of asking. @throws what SQLite says */
  ask(request: WorkerRequest): Promise<SqlValue[][]>;
  stop(): Promise<void>;
}

interface Pending {
  resolve(value: SqlValue[][]): void;
  reject(error: Error): void;
}

/** @param path of the database file */
export function startThread(path: string): Thread {
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
  const ask: Thread["ask"] = (request) =>
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
  return { ask, stop };
}
