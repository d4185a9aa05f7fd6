/** The SQL a table's reads and writes are made of, and the encoding of a commit group for the engine. */
import type { SqlValue, TableDefinition } from "../../table.ts";
import type { RangeQuery, WriteOperation } from "../store.ts";
import type { EncodedGroup } from "./sqlite-engine.ts";

/** The statements that write one table, by what tells them apart. */
class TableTexts {
  readonly #table: TableDefinition;
  readonly #inserts = new Map<number, string>();
  readonly #puts = new Map<number, string>();
  readonly #updates = new Map<string, string>();
  readonly #deletes: string[] = [];

  constructor(table: TableDefinition) {
    this.#table = table;
  }

  of(operation: WriteOperation): string {
    switch (operation.kind) {
      case "insert":
        return this.#ofRow(this.#inserts, "INSERT", operation.values);
      case "put":
        return this.#ofRow(this.#puts, "INSERT OR REPLACE", operation.values);
      case "update":
        return this.#ofUpdate(operation.columns);
      case "delete":
        return (this.#deletes[operation.key.length] ??=
          `DELETE FROM ${this.#table.name} WHERE ${equalities(this.#table.key.slice(0, operation.key.length))}`);
    }
  }

  /** Columns without a value are left out: fewer values to hand to the other thread and to bind. */
  #ofRow(known: Map<number, string>, verb: string, values: readonly SqlValue[]): string {
    let present = 0;
    for (const value of values) present = present * 2 + (value === null ? 0 : 1);
    let text = known.get(present);
    if (text === undefined) {
      const columns = this.#table.columnNames.filter((_, index) => values[index] !== null);
      text = `${verb} INTO ${this.#table.name} (${columns.join(", ")}) VALUES (${marks(columns.length)})`;
      known.set(present, text);
    }
    return text;
  }

  #ofUpdate(columns: readonly string[]): string {
    const name = columns.join(",");
    let text = this.#updates.get(name);
    if (text === undefined) {
      const assignments = columns.map((column) => `${column} = ?`).join(", ");
      text = `UPDATE ${this.#table.name} SET ${assignments} WHERE ${equalities(this.#table.key)}`;
      this.#updates.set(name, text);
    }
    return text;
  }
}

const texts = new WeakMap<TableDefinition, TableTexts>();

function textsOf(table: TableDefinition): TableTexts {
  let found = texts.get(table);
  if (found === undefined) {
    found = new TableTexts(table);
    texts.set(table, found);
  }
  return found;
}

export function encodeGroup(operations: readonly WriteOperation[]): EncodedGroup {
  const statements: string[] = [];
  const widths: number[] = [];
  const indexes = new Map<string, number>();
  const runs: number[] = [];
  const parameters: SqlValue[] = [];
  let running = "";
  for (const operation of operations) {
    const before = parameters.length;
    addParameters(operation, parameters);
    const sql = textsOf(operation.table).of(operation);
    if (sql === running) {
      runs[runs.length - 1] = (runs.at(-1) ?? 0) + 1;
      continue;
    }
    running = sql;
    let index = indexes.get(sql);
    if (index === undefined) {
      index = statements.push(sql) - 1;
      widths.push(parameters.length - before);
      indexes.set(sql, index);
    }
    runs.push(index, 1);
  }
  return { statements, widths, runs, parameters };
}

function addParameters(operation: WriteOperation, parameters: SqlValue[]): void {
  switch (operation.kind) {
    case "insert":
    case "put":
      for (const value of operation.values) if (value !== null) parameters.push(value);
      return;
    case "update":
      parameters.push(...operation.values, ...operation.key);
      return;
    case "delete":
      for (const value of operation.key) parameters.push(value);
  }
}

export function countText(table: TableDefinition, equalsCount: number): string {
  const where = equalsCount === 0 ? "" : ` WHERE ${equalities(table.key.slice(0, equalsCount))}`;
  return `SELECT count(*) FROM ${table.name}${where}`;
}

export function sumText<Row>(table: TableDefinition<Row>, equalsCount: number, column: string): string {
  const where = equalsCount === 0 ? "" : ` WHERE ${equalities(table.key.slice(0, equalsCount))}`;
  return `SELECT coalesce(sum(${column}), 0) FROM ${table.name}${where}`;
}

/** A range of an index, or, with `shards`, of what these shards have of it. */
export function rangeText<Row>(
  query: RangeQuery<Row>,
  shards?: readonly number[],
): { sql: string; parameters: SqlValue[] } {
  const { table, equals, after, descending = false } = query;
  const index = table.indexes[query.index ?? "key"];
  if (index === undefined) throw new Error(`table ${table.name} has no index ${query.index}`);
  const conditions = index.slice(0, equals.length).map((column) => `${column} = ?`);
  const parameters: SqlValue[] = [...equals];
  if (after !== undefined && after.length > 0) {
    const columns = index.slice(equals.length, equals.length + after.length);
    conditions.push(`(${columns.join(", ")}) ${descending ? "<" : ">"} (${marks(after.length)})`);
    parameters.push(...after);
  }
  if (shards !== undefined) {
    conditions.push("shard IN (SELECT value FROM json_each(?))");
    parameters.push(JSON.stringify(shards));
  }
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  const order = index.slice(equals.length).map((column) => `${column} ${descending ? "DESC" : "ASC"}`);
  const orderBy = order.length === 0 ? "" : ` ORDER BY ${order.join(", ")}`;
  parameters.push(query.limit);
  return { sql: `SELECT ${table.columnNames.join(", ")} FROM ${table.name}${where}${orderBy} LIMIT ?`, parameters };
}

function marks(count: number): string {
  return Array.from({ length: count }, () => "?").join(", ");
}

function equalities(columns: readonly string[]): string {
  return columns.map((column) => `${column} = ?`).join(" AND ");
}
