/**
 * One process owns a data directory, by a lock of the operating system's: it ends with its process, whichever way that
 * goes, and holds between containers that share the directory, whose process ids say nothing to each other.
 *
 *     owner.lock   the lock: an empty database of SQLite's, which knows how to lock a file; never removed, since
 *                  whoever has it open would hold what nobody else can see
 *     tutti.lock   who has it, for people; it decides nothing
 */
import { accessSync, constants, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreFault } from "./store-errors.ts";

export class DataDirectoryInUse extends Error {
  override readonly name = "DataDirectoryInUse";
}

export interface DataDirectoryLock {
  /** Where the database file lives. */
  readonly databasePath: string;
  release(): void;
}

/** This process's locks. A database that nothing refers to is collected, and its lock would end with it. */
const held = new Set<DatabaseSync>();

/** SQLITE_BUSY. */
const busy = 5;

/**
 * Makes the directory when it is absent and takes its lock.
 * @throws DataDirectoryInUse when another process holds it, or this one does already; StoreFault when it cannot be written
 */
export function lockDataDirectory(directory: string): DataDirectoryLock {
  try {
    return lockWritable(directory);
  } catch (error) {
    if (error instanceof DataDirectoryInUse) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StoreFault("TUTTI-0111", `the data directory ${directory} cannot be used: ${reason}`);
  }
}

function lockWritable(directory: string): DataDirectoryLock {
  mkdirSync(directory, { recursive: true });
  // Says why, which SQLite does not.
  accessSync(directory, constants.W_OK | constants.X_OK);
  const ownerPath = join(directory, "tutti.lock");
  const lock = lockFile(join(directory, "owner.lock"));
  if (lock === undefined) {
    throw new DataDirectoryInUse(
      `TUTTI-0110: The data directory ${directory} is in use by ${nameOfOwner(ownerPath)}. ` +
        "Stop that server, or start this one with another --data-dir (or --in-memory).",
    );
  }
  held.add(lock);
  sayOwner(() => writeFileSync(ownerPath, JSON.stringify({ pid: process.pid })));
  return {
    databasePath: join(directory, "tutti.db"),
    release: () => {
      if (!held.delete(lock)) return;
      sayOwner(() => rmSync(ownerPath, { force: true }));
      lock.close();
    },
  };
}

/** A full disk, or a file that is another user's, keeps people from knowing whose the lock is, and nobody from having it. */
function sayOwner(change: () => void): void {
  try {
    change();
  } catch {
    // Whoever is refused is told of another process, without its number.
  }
}

/** Undefined when the file is locked. */
function lockFile(path: string): DatabaseSync | undefined {
  const database = new DatabaseSync(path);
  try {
    // Nothing is ever written to it, a journal beside it neither.
    database.exec("PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database.close();
    if ((error as { readonly errcode?: unknown }).errcode === busy) return undefined;
    throw error;
  }
}

function nameOfOwner(path: string): string {
  try {
    const { pid } = JSON.parse(readFileSync(path, "utf8")) as { readonly pid?: unknown };
    return typeof pid === "number" ? `process ${pid}` : "another process";
  } catch {
    // It is only just starting, or stopping.
    return "another process";
  }
}
