/**
 * One process owns a data directory. A lock file names its owner; a lock whose owner is gone is taken over.
 *
 * The lock is a file made with `wx` that holds the process id and, where the system tells it, the time that process
 * started, so that a reused process id is not taken for the owner.
 */
import { closeSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";

export class DataDirectoryInUse extends Error {
  override readonly name = "DataDirectoryInUse";
}

export interface DataDirectoryLock {
  /** Where the database file lives. */
  readonly databasePath: string;
  release(): void;
}

/**
 * Makes the directory when it is absent and takes its lock.
 * @throws DataDirectoryInUse when a living process holds it
 */
export function lockDataDirectory(directory: string): DataDirectoryLock {
  mkdirSync(directory, { recursive: true });
  const lockPath = join(directory, "tutti.lock");
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (tryLock(lockPath)) {
      return { databasePath: join(directory, "tutti.db"), release: () => removeStale(lockPath) };
    }
    const owner = readOwner(lockPath);
    if (owner !== undefined && isAlive(owner)) {
      throw new DataDirectoryInUse(
        `The data directory ${directory} is in use by process ${owner.pid}. ` +
          "Stop that server, or start this one with another --data-dir (or --in-memory).",
      );
    }
    removeStale(lockPath);
  }
  throw new DataDirectoryInUse(`The lock ${lockPath} could not be taken: other servers are starting on it.`);
}

interface Owner {
  readonly pid: number;
  readonly startedAt: string;
}

function tryLock(lockPath: string): boolean {
  try {
    const file = openSync(lockPath, "wx");
    writeSync(file, JSON.stringify({ pid: process.pid, startedAt: processStart(process.pid) } satisfies Owner));
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function readOwner(lockPath: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(lockPath, "utf8")) as Owner;
  } catch {
    // Gone meanwhile, or cut short by a crash while it was written: nobody's.
    return undefined;
  }
}

function removeStale(lockPath: string): void {
  try {
    unlinkSync(lockPath);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return owner.startedAt === "" || owner.startedAt === processStart(owner.pid);
}

/** The start time of a process as the system counts it, or "" where it does not tell. */
function processStart(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
