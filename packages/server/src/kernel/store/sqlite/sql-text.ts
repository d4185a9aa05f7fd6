/** The SQL a table's reads and writes are made of, and the encoding of a commit group for the engine. */
import type { SqlValue, TableDefinition } from "../../table.ts";
import type { RangeQuery, WriteOperation } from "../store.ts";
import type { EncodedGroup } from "./sqlite-engine.ts";

const texts = new WeakMap<TableDefinition, Map<string, string>>();

function cached(table: TableDefinition, name: string, make: () => string): string {
  let ofTable = texts.get(table);
  if (ofTable === undefined) {
    ofTable = new Map();
    texts.set(table, ofTable);
  }
  let sql = ofTable.get(name);
  if (sql === undefined) {
    sql = make();
    ofTable.set(name, sql);
  }
  return sql;
}

function statementOf(operation: WriteOperation): string {
  const { table } = operation;
  switch (operation.kind) {
    case "insert":
    case "put": {
      // Columns without a value are left out: fewer values to hand to the other thread and to bind.
      let present = 0;
      for (const value of operation.values) present = present * 2 + (value === null ? 0 : 1);
      return cached(table, `${operation.kind} ${present}`, () => {
        const columns = table.columnNames.filter((_, index) => operation.values[index] !== null);
        const verb = operation.kind === "insert" ? "INSERT" : "INSERT OR REPLACE";
        return `${verb} INTO ${table.name} (${columns.join(", ")}) VALUES (${marks(columns.length)})`;
      });
    }
    case "update":
      return cached(table, `update ${operation.columns.join(",")}`, () => {
        const assignments = operation.columns.map((column) => `${column} = ?`).join(", ");
        return `UPDATE ${table.name} SET ${assignments} WHERE ${equalities(table.key)}`;
      });
    case "delete":
      return cached(
        table,
        `delete ${operation.key.length}`,
        () => `DELETE FROM ${table.name} WHERE ${equalities(table.key.slice(0, operation.key.length))}`,
      );
  }
}

export function encodeGroup(operations: readonly WriteOperation[]): EncodedGroup {
  const statements: string[] = [];
  const indexes = new Map<string, number>();
  const operationIndexes: number[] = [];
  const parameters: SqlValue[] = [];
  const counts: number[] = [];
  for (const operation of operations) {
    const sql = statementOf(operation);
    let index = indexes.get(sql);
    if (index === undefined) {
      index = statements.push(sql) - 1;
      indexes.set(sql, index);
    }
    operationIndexes.push(index);
    const before = parameters.length;
    addParameters(operation, parameters);
    counts.push(parameters.length - before);
  }
  return { statements, operations: operationIndexes, parameters, counts };
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
      parameters.push(...operation.key);
  }
}

export function loadText(table: TableDefinition, shards?: readonly number[]): { sql: string; parameters: SqlValue[] } {
  const where = shards === undefined ? "" : " WHERE shard IN (SELECT value FROM json_each(?))";
  return {
    sql: `SELECT ${table.columnNames.join(", ")} FROM ${table.name}${where} ORDER BY ${table.key.join(", ")}`,
    parameters: shards === undefined ? [] : [JSON.stringify(shards)],
  };
}

export function countText(table: TableDefinition, equalsCount: number): string {
  const where = equalsCount === 0 ? "" : ` WHERE ${equalities(table.key.slice(0, equalsCount))}`;
  return `SELECT count(*) FROM ${table.name}${where}`;
}

export function rangeText<Row>(query: RangeQuery<Row>): { sql: string; parameters: SqlValue[] } {
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
