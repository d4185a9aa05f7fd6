/**
 * Writes what SQLite's log holds into the database file, on a thread and a connection of its own, while commits go on. A
 * log that is full is written back by the commit that fills it, and all others wait for that, fifty milliseconds and more.
 * It begins anew only when all of it has been written back and nothing is committed meanwhile; so when it has become long
 * the thread that commits is asked for the last part, which is small since all before it has just been written.
 * SQLite syncs the database file only when the whole log has been written back, all of its pages at once; so it is synced here
 * each time. Parts are small because a sync of the log waits for what is being synced of the database file.
 *
 * There is no such thread before the first megabytes have been written: most installations never need one.
 */
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { sizeOf } from "../../table.ts";
import type { EncodedGroup } from "./sqlite-engine.ts";
import type { Thread } from "./sqlite-thread.ts";

/** Of values written, an estimate of what they take in the log. */
const bytesBetween = 2 * 2 ** 20;
/** What the log holds when it is to begin anew. */
const logBytes = 16 * 2 ** 20;
/** Of pages that a commit writes besides those its values fill. */
const bytesOfCommit = 8 * 1024;

export class Checkpointer {
  readonly #path: string;
  readonly #start: () => Thread;
  readonly #finish: () => Promise<unknown>;
  #thread: Thread | undefined;
  #bytes = 0;
  #file: FileHandle | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  /** @param finish has the thread that commits write back what is left */
  constructor(path: string, start: () => Thread, finish: () => Promise<unknown>) {
    this.#path = path;
    this.#start = start;
    this.#finish = finish;
  }

  /** A group has been committed. */
  written({ parameters }: EncodedGroup): void {
    this.#bytes += bytesOfCommit;
    for (const value of parameters) this.#bytes += sizeOf(value);
    if (this.#bytes < bytesBetween || this.#running !== undefined || this.#closed) return;
    this.#bytes = 0;
    this.#thread ??= this.#start();
    this.#running = this.#run(this.#thread);
  }

  async #run(thread: Thread): Promise<void> {
    try {
      const [[bytes = 0] = []] = await thread.ask({ kind: "checkpoint" });
      this.#file ??= await open(this.#path, "r+");
      await this.#file.datasync();
      if (Number(bytes) >= logBytes) await this.#finish();
    } catch {
      // What goes wrong with the file here goes wrong with the next commits too, and they tell whom it concerns.
    }
    this.#running = undefined;
  }

  /** Nothing is being written back. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** Commits that are still under way stay in the log: a thread that began now would be ended by nobody, and keep the process. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.settled();
    try {
      await this.#thread?.ask({ kind: "close" });
      await this.#thread?.stop();
    } catch {
      // It has ended by itself, with its connection; the one that commits is still to be closed.
    }
  }

  /** The last step, once SQLite has closed the file too: to close one of a process's handles of a file ends all its locks on it. */
  async closeFile(): Promise<void> {
    await this.#file?.close();
  }
}
