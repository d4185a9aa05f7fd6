/**
 * Writes what SQLite's log holds into the database file, on a thread and a connection of its own, while commits go on. A
 * log that is full is written back by the commit that fills it, and all others wait for that, fifty milliseconds and more.
 * When most of it has been written back before, little is left for that commit, and the log begins anew all the same.
 * SQLite syncs the database file only when the whole log has been written back, all of its pages at once; so it is synced here
 * each time.
 *
 * There is no such thread before the first megabytes have been written: most installations never need one.
 */
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { sizeOf } from "../../table.ts";
import type { EncodedGroup } from "./sqlite-engine.ts";
import type { Thread } from "./sqlite-thread.ts";

/** Of values written, an estimate of what the log holds; it is full at 32 MB of pages. */
const bytesBetween = 6 * 2 ** 20;
/** Of pages that a commit writes besides those its values fill. */
const bytesOfCommit = 8 * 1024;

export class Checkpointer {
  readonly #path: string;
  readonly #start: () => Thread;
  #thread: Thread | undefined;
  #bytes = 0;
  #file: FileHandle | undefined;
  #running: Promise<void> | undefined;

  constructor(path: string, start: () => Thread) {
    this.#path = path;
    this.#start = start;
  }

  /** A group has been committed. */
  written({ parameters }: EncodedGroup): void {
    this.#bytes += bytesOfCommit;
    for (const value of parameters) this.#bytes += sizeOf(value);
    if (this.#bytes < bytesBetween || this.#running !== undefined) return;
    this.#bytes = 0;
    this.#thread ??= this.#start();
    this.#running = this.#run(this.#thread);
  }

  async #run(thread: Thread): Promise<void> {
    try {
      await thread.ask({ kind: "checkpoint" });
      this.#file ??= await open(this.#path, "r+");
      await this.#file.datasync();
    } catch {
      // What goes wrong with the file here goes wrong with the next commits too, and they tell whom it concerns.
    }
    this.#running = undefined;
  }

  async close(): Promise<void> {
    await this.#running;
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
