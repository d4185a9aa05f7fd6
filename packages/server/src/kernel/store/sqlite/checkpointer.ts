/**
 * Writes what SQLite's log holds into the database file, on a thread and a connection of its own, while commits go on. A
 * log that is full is written back by the commit that fills it, and all others wait for that, fifty milliseconds and more.
 * It begins anew only when all of it has been written back and nothing is committed meanwhile; so when it has become long
 * the thread that commits is asked for the last part, which is small since all before it has just been written.
 * SQLite syncs the database file only when the whole log has been written back, all of its pages at once; so it is synced here
 * each time. Parts are small because a sync of the log waits for what is being synced of the database file.
 *
 * Where the database file cannot be synced, nobody knows what of it is on the disk, and a later sync would not tell: the system
 * reports such a failure once. While the log is whole it has everything, so nothing more is committed then, which ends the
 * process before the log can begin anew; the next one writes all of it back.
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
/** SQLite's words for what the system could not read, write or sync. */
const faultOfDisk = "disk I/O error";

export class Checkpointer {
  readonly #path: string;
  readonly #start: () => Thread;
  readonly #finish: () => Promise<unknown>;
  #thread: Thread | undefined;
  #bytes = 0;
  #file: FileHandle | undefined;
  #running: Promise<void> | undefined;
  #closed = false;
  #failure: Error | undefined;

  /** @param finish has the thread that commits write back what is left */
  constructor(path: string, start: () => Thread, finish: () => Promise<unknown>) {
    this.#path = path;
    this.#start = start;
    this.#finish = finish;
  }

  /** Asked before each commit. @throws why the database file could not be written or synced */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** A group has been committed. */
  written({ parameters }: EncodedGroup): void {
    this.#bytes += bytesOfCommit;
    for (const value of parameters) this.#bytes += sizeOf(value);
    if (this.#bytes < bytesBetween || this.#running !== undefined) return;
    if (this.#closed || this.#failure !== undefined) return;
    this.#bytes = 0;
    this.#thread ??= this.#start();
    this.#running = this.#run(this.#thread);
  }

  async #run(thread: Thread): Promise<void> {
    try {
      const [[bytes = 0] = []] = await thread.ask({ kind: "checkpoint" });
      this.#file ??= await open(this.#path, "r+");
      await this.#sync(this.#file);
      if (Number(bytes) >= logBytes) await this.#finish();
    } catch (error) {
      // Where the disk is full, or no more files can be opened, the log just becomes longer, and a commit that fails of it tells.
      if (error instanceof Error && error.message.includes(faultOfDisk)) this.#failure = error;
    }
    this.#running = undefined;
  }

  async #sync(file: FileHandle): Promise<void> {
    try {
      await file.datasync();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${faultOfDisk}: ${reason}`, { cause: error });
    }
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
