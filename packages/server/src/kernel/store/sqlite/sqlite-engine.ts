/**
 * SQLite, synchronously: prepared statements over one connection, WAL, `synchronous=FULL`, so that a commit has been
 * synced to the disk when it returns. It knows tables only by description (names, columns, keys), which lets the same
 * engine run on a thread of its own.
 */
import { DatabaseSync } from "node:sqlite";
import type { StatementSync } from "node:sqlite";
import type { SqlValue } from "../../table.ts";
import type { Migration } from "../migration.ts";
import { decodeSurrogates, encodeSurrogates } from "../stored-text.ts";

/** A table as plain data, so that it can be handed to another thread. */
export interface TableShape {
  readonly name: string;
  readonly columnNames: readonly string[];
  readonly key: readonly string[];
}

/** A commit group as plain data: its distinct statements, and in which order they run with which parameters. */
export interface EncodedGroup {
  readonly statements: readonly string[];
  /** For every statement: how many parameters it takes. */
  readonly widths: readonly number[];
  /** Index of a statement and how often it runs, in turns. */
  readonly runs: readonly number[];
  /** The parameters of all operations, one after another. */
  readonly parameters: readonly SqlValue[];
}

const statementCacheMax = 500;
/** Two parcels of ten messages of 256 bytes fit into a page; with pages of 4 KB, more of them are written for the same rows. */
const pageBytes = 8_192;
/** What the log may hold before a commit writes it into the database file; it holds as much when nobody else has done so. */
const logBytesMax = 32 * 2 ** 20;

/** How long somebody else may be writing to the database (a person with the command `sqlite3`) before a commit fails. */
const lockedMsMax = 10_000;

export class SqliteEngine {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #pageBytes: number;
  #commitFailure: Error | undefined;

  /** @param path a file, or `:memory:` */
  constructor(path: string) {
    this.#database = new DatabaseSync(path, { timeout: lockedMsMax });
    // Of a file that is made now; one of a former version keeps its own.
    this.#database.exec(`PRAGMA page_size=${pageBytes}`);
    this.#database.exec("PRAGMA journal_mode=WAL");
    this.#database.exec("PRAGMA synchronous=FULL");
    this.#database.exec("PRAGMA foreign_keys=OFF");
    this.#database.exec("PRAGMA temp_store=MEMORY");
    this.#database.exec("PRAGMA cache_size=-32768");
    const { page_size: bytes } = this.#database.prepare("PRAGMA page_size").get() as { page_size: number };
    this.#pageBytes = bytes;
    this.#database.exec(`PRAGMA wal_autocheckpoint=${Math.floor(logBytesMax / bytes)}`);
  }

  migrate(migrations: readonly Migration[]): void {
    this.#database.exec(
      "CREATE TABLE IF NOT EXISTS schema_migrations (module text NOT NULL, number integer NOT NULL, PRIMARY KEY (module, number))",
    );
    const isApplied = this.#prepare("SELECT 1 FROM schema_migrations WHERE module = ? AND number = ?");
    const record = this.#prepare("INSERT INTO schema_migrations (module, number) VALUES (?, ?)");
    this.#transaction(() => {
      for (const { module, number, statements } of migrations) {
        if (isApplied.get(module, number) !== undefined) continue;
        for (const sql of statements) this.#database.exec(sql);
        record.run(module, number);
      }
    });
  }

  /**
   * @throws what SQLite says, and the same for every later group: it was decided upon what this one would have written
   */
  commit(group: EncodedGroup): void {
    if (this.#commitFailure !== undefined) throw this.#commitFailure;
    try {
      this.#transaction(() => this.#run(group));
    } catch (error) {
      this.#commitFailure = error instanceof Error ? error : new Error(String(error));
      throw this.#commitFailure;
    }
  }

  /**
   * Writes as much of the log into the database file as nobody needs any more where it is; waits for nobody.
   * @returns the bytes the log holds, written back or not
   */
  checkpoint(): number {
    const { log } = this.#database.prepare("PRAGMA wal_checkpoint(PASSIVE)").get() as { log: number };
    return log * this.#pageBytes;
  }

  read(sql: string, parameters: readonly SqlValue[]): SqlValue[][] {
    const statement = this.#prepare(sql);
    statement.setReturnArrays(true);
    const rows = statement.all(...parameters.map(toStored)) as unknown as SqlValue[][];
    return rows.map((row) => row.map(fromStored));
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #run({ statements, widths, runs, parameters }: EncodedGroup): void {
    const prepared = statements.map((sql) => this.#prepare(sql));
    let offset = 0;
    for (let run = 0; run < runs.length; run += 2) {
      const index = runs[run] ?? 0;
      const width = widths[index] ?? 0;
      for (let count = runs[run + 1] ?? 0; count > 0; count -= 1) {
        prepared[index]?.run(...parameters.slice(offset, offset + width).map(toStored));
        offset += width;
      }
    }
  }

  #transaction(body: () => void): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      body();
      this.#database.exec("COMMIT");
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      if (this.#statements.size >= statementCacheMax) this.#statements.clear();
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** SQLite keeps text as UTF-8, in which lone surrogates have no place. */
function toStored(value: SqlValue): SqlValue {
  return typeof value === "string" ? encodeSurrogates(value) : value;
}

function fromStored(value: SqlValue): SqlValue {
  return typeof value === "string" ? decodeSurrogates(value) : value;
}
