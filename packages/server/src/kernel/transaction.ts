/**
 * One synchronous decision over the tables. What it writes is in memory at once and in the open commit group; if the
 * decision throws, every change is undone and nothing of it reaches the store. A transaction must not be used after the
 * function it was given to has returned.
 */
import type { CommitGroup } from "./commit-pipeline.ts";
import type { ResidentTable } from "./resident-table.ts";
import type { ShardedRow, SqlValue, TableDefinition } from "./table.ts";
import { encodeValue, joinKey } from "./table.ts";

export interface TableSource {
  /** Whether rows of this shard may be written here. */
  mayWrite(shard: number): boolean;
  resident<Row extends object>(definition: TableDefinition<Row>): ResidentTable<Row>;
}

export class Transaction {
  /** Milliseconds since the epoch; the same for the whole decision. */
  readonly now: number;
  readonly #tables: TableSource;
  readonly #group: CommitGroup;
  readonly #undo: (() => void)[] = [];
  readonly #last: (() => void)[] = [];
  readonly #operationsBefore: number;
  readonly #actionsBefore: number;
  #deferred = false;

  constructor(tables: TableSource, group: CommitGroup, now: number) {
    this.#tables = tables;
    this.#group = group;
    this.now = now;
    this.#operationsBefore = group.operations.length;
    this.#actionsBefore = group.afterCommit.length;
  }

  get<Row extends object>(table: TableDefinition<Row>, ...key: SqlValue[]): Row | undefined {
    return this.#tables.resident(table).get(joinKey(key));
  }

  scan<Row extends object>(
    table: TableDefinition<Row>,
    index: string,
    equals: readonly SqlValue[],
    after: readonly SqlValue[] = [],
  ): Iterable<Row> {
    return this.#tables.resident(table).scan(index, equals, after);
  }

  /** Adds a row whose key is new. A resident key that exists is a mistake of the caller. */
  insert<Row extends object>(table: TableDefinition<Row>, row: Row): void {
    this.#checkOwned(row);
    if (table.residency === "resident") {
      const key = table.keyOf(row);
      if (this.#tables.resident(table).get(key) !== undefined)
        throw new Error(`table ${table.name}: key ${key} exists`);
      this.#replace(table, key, row);
    }
    this.#group.operations.push({ kind: "insert", table, values: table.encode(row) });
  }

  /** Adds the row or takes the place of the one with its key. */
  put<Row extends object>(table: TableDefinition<Row>, row: Row): void {
    this.#checkOwned(row);
    if (table.residency === "resident") this.#replace(table, table.keyOf(row), row);
    this.#group.operations.push({ kind: "put", table, values: table.encode(row) });
  }

  /**
   * Changes some columns of a row; only these are written. Returns the new row of a resident table.
   * @throws when a resident table has no such row, or when a key column would change
   */
  update<Row extends object>(
    table: TableDefinition<Row>,
    key: readonly SqlValue[],
    patch: Partial<Row>,
  ): Row | undefined {
    for (const [index, column] of table.key.entries()) {
      const value = (patch as Readonly<Record<string, unknown>>)[column];
      if (value !== undefined && value !== key[index])
        throw new Error(`table ${table.name}: key column ${column} cannot change`);
    }
    let changed: Row | undefined;
    if (table.residency === "resident") {
      const keyText = joinKey(key);
      const row = this.#tables.resident(table).get(keyText);
      if (row === undefined) throw new Error(`table ${table.name}: no row ${keyText} to update`);
      this.#checkOwned(row);
      changed = { ...row, ...patch };
      this.#replace(table, keyText, changed);
    }
    const columns = Object.keys(patch);
    if (columns.length === 0) return changed;
    const values = columns.map((column) => {
      const type = table.columnTypes[table.columnNames.indexOf(column)];
      if (type === undefined) throw new Error(`table ${table.name} has no column ${column}`);
      return encodeValue((patch as Readonly<Record<string, unknown>>)[column], type);
    });
    this.#group.operations.push({ kind: "update", table, columns, values, key });
    return changed;
  }

  /** Removes the row with this key; in a paged table, every row whose key begins so. */
  delete<Row extends object>(table: TableDefinition<Row>, ...key: SqlValue[]): void {
    if (table.residency === "resident") {
      if (key.length !== table.key.length) throw new Error(`table ${table.name}: a whole key is needed`);
      const keyText = joinKey(key);
      const row = this.#tables.resident(table).get(keyText);
      if (row !== undefined) this.#checkOwned(row);
      this.#replace(table, keyText, undefined);
    }
    this.#group.operations.push({ kind: "delete", table, key });
  }

  /** Runs as the last part of this decision, when all else has been decided: for what is written once for much that it did. */
  beforeEnd(action: () => void): void {
    this.#last.push(action);
  }

  /** Runs once what this decision wrote is durable; wake-ups and effects go here. Must not throw. */
  afterCommit(action: () => void): void {
    this.#group.afterCommit.push(action);
  }

  /** Runs, last registered first, if the decision is undone: for derived state beside the tables. */
  onUndo(action: () => void): void {
    this.#undo.push(action);
  }

  /** Says that nobody needs to wait for this decision's writes; losing them at a crash must be harmless. */
  deferDurability(): void {
    this.#deferred = true;
  }

  /** Runs a part that may fail on its own: if it throws, only its changes are undone and the error goes on. */
  savepoint<Result>(part: () => Result): Result {
    const undoBefore = this.#undo.length;
    const lastBefore = this.#last.length;
    const operationsBefore = this.#group.operations.length;
    const actionsBefore = this.#group.afterCommit.length;
    const deferredBefore = this.#deferred;
    try {
      return part();
    } catch (error) {
      this.#deferred = deferredBefore;
      this.#last.length = lastBefore;
      this.#rollbackTo(undoBefore, operationsBefore, actionsBefore);
      throw error;
    }
  }

  /** For the kernel only: the decision has been made. */
  end(): void {
    for (const action of this.#last) action();
  }

  /** For the kernel only. */
  rollback(): void {
    this.#rollbackTo(0, this.#operationsBefore, this.#actionsBefore);
  }

  /** For the kernel only: whether anything was written or is to be done, and whether someone waits for it. */
  outcome(): "nothing" | "deferred" | "urgent" {
    const wrote =
      this.#group.operations.length > this.#operationsBefore || this.#group.afterCommit.length > this.#actionsBefore;
    if (!wrote) return "nothing";
    return this.#deferred ? "deferred" : "urgent";
  }

  /** A row of another node's shard must not be written, ever. Of a row that is not resident the key alone does not tell. */
  #checkOwned(row: object): void {
    const { shard } = row as ShardedRow;
    if (!this.#tables.mayWrite(shard))
      throw new Error(`a row of shard ${shard} was to be written, which is not held here`);
  }

  #replace<Row extends object>(table: TableDefinition<Row>, key: string, row: Row | undefined): void {
    const resident = this.#tables.resident(table);
    const before = resident.replace(key, row);
    this.#undo.push(() => void resident.replace(key, before));
  }

  #rollbackTo(undoLength: number, operationsLength: number, actionsLength: number): void {
    while (this.#undo.length > undoLength) this.#undo.pop()?.();
    this.#group.operations.length = operationsLength;
    this.#group.afterCommit.length = actionsLength;
  }
}
