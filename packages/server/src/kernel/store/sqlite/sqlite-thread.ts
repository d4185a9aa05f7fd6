/** The caller's side of a thread that has a SQLite connection: asks it, one request after another. */
import { once } from "node:events";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import type { SqlValue } from "../../table.ts";
import type { WorkerReply, WorkerRequest } from "./sqlite-worker.ts";

export interface Thread {
  /** Answered in the order of asking. @throws what SQLite says */
  ask(request: WorkerRequest): Promise<SqlValue[][]>;
  /** Takes what has been answered by now, without waiting for the event loop to bring it. */
  hearNow(): void;
  stop(): Promise<void>;
}

/** What the thread is started with. */
export interface ThreadData {
  readonly path: string;
  readonly port: MessagePort;
  /** Answers given, in its first element: looking there costs next to nothing. */
  readonly answered: Int32Array<SharedArrayBuffer>;
}

interface Pending {
  resolve(value: SqlValue[][]): void;
  reject(error: Error): void;
}

/** @param path of the database file */
export function startThread(path: string): Thread {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const { port1: port, port2 } = new MessageChannel();
  const answered = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  // Flags that this process was started with (a test runner's, a preloaded module) are not meant for the thread, but
  // those that silence a warning of Node's.
  const worker = new Worker(new URL(`./sqlite-worker.${extension}`, import.meta.url), {
    workerData: { path, port: port2, answered } satisfies ThreadData,
    transferList: [port2],
    execArgv: process.execArgv.filter((flag) => flag.startsWith("--disable-warning")),
  });
  const pending = new Map<number, Pending>();
  let nextId = 0;
  let heard = 0;
  let broken: Error | undefined;
  const fail = (error: Error): void => {
    // The first says why; the thread ends of it.
    broken ??= error;
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
    port.close();
  };
  const hear = ({ id, rows, error }: WorkerReply): void => {
    heard = (heard + 1) | 0;
    const waiting = pending.get(id);
    pending.delete(id);
    if (error === undefined) waiting?.resolve(rows);
    else waiting?.reject(new Error(error));
  };
  port.on("message", hear);
  worker.on("error", (error) => fail(error instanceof Error ? error : new Error(String(error))));
  worker.on("exit", () => fail(new Error("the store's thread has ended")));
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (broken !== undefined) return reject(broken);
        nextId += 1;
        pending.set(nextId, { resolve, reject });
        port.postMessage({ id: nextId, request });
      }),
    hearNow: () => {
      if (broken !== undefined || Atomics.load(answered, 0) === heard) return;
      for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port))
        hear(next.message as WorkerReply);
    },
    stop: async () => {
      const ended = once(worker, "exit");
      port.postMessage({ id: 0, request: { kind: "end" } });
      await ended;
    },
  };
}
