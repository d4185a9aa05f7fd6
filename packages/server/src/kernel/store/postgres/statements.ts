/**
 * The SQL of the PostgreSQL store. Names stand as the tables spell them, without quotes: PostgreSQL folds them to lower
 * case wherever they stand, and rows are read by the place of their columns, so nobody meets the folded names but people.
 */
import { sizeOf } from "../../table.ts";
import type { ColumnType, SqlValue, TableDefinition } from "../../table.ts";
import type { CommitFence, RangeQuery } from "../store.ts";
import { encodeText } from "../stored-text.ts";
import { arrayTypeName, encodeArray, scalarTypeName } from "./array-encoding.ts";
import { encodeRows } from "./copy-encoding.ts";
import type { Batch } from "./group-batches.ts";

/** One statement of a transaction. */
export interface Statement {
  readonly text: string;
  readonly values: (Buffer | string)[];
  /** What a COPY reads. */
  readonly copied?: Buffer;
}

export interface Query {
  readonly text: string;
  readonly values: (Buffer | string | null)[];
}

/** What one statement carries, so that a group of any size goes through (a message ends at 1 GiB). */
const statementUnitsMax = 16 * 1024 * 1024;
const statementRowsMax = 20_000;

/**
 * The statements of a batch: one, but for the largest.
 * @param canCopy whether the server reads a COPY's rows behind the statements before it, as PostgreSQL does; otherwise new
 * rows come as arrays, like all others
 */
export function statementsOf(batch: Batch, canCopy: boolean): Statement[] {
  const { table, kind } = batch;
  const columns = columnsOf(batch);
  const types = columns.map((column) => typeOf(table, column));
  const isRow = kind === "insert" || kind === "put";
  return slices(batch.rows).map((rows) => {
    // A column that no row has a value in is left out; what stands there then is null.
    const places = [...columns.keys()].filter((place) => !isRow || rows.some((row) => row[place] !== null));
    const named = places.map((place) => columns[place] ?? "");
    if (kind === "insert" && canCopy) {
      const text = `COPY ${table.name} (${named.join(", ")}) FROM STDIN`;
      return { text, values: [], copied: encodeRows(types, places, rows) };
    }
    const arrays = places.map((place) => {
      const type = types[place] ?? "text";
      return encodeArray(
        type,
        rows.map((row) => row[place] ?? null),
      );
    });
    const parameters = places.map((place, index) => `$${index + 1}::${arrayTypeName(types[place] ?? "text")}`);
    return { text: textOf(batch, named, parameters.join(", ")), values: arrays };
  });
}

/**
 * Fails (a division by zero) unless the fence's node is in its incarnation, and has not committed this sequence before: a
 * group that reaches the database twice, over two connections, is applied once.
 */
export function fenceStatement({ nodeId, incarnation, sequence }: CommitFence): Statement {
  return {
    text:
      "WITH fence AS (UPDATE kernel_nodes SET committed = $3::bigint WHERE id = $1::text AND incarnation = $2::bigint AND committed < $3::bigint RETURNING id) " +
      "SELECT 1 / count(*) FROM fence",
    values: [encodeText(nodeId), String(incarnation), String(sequence)],
  };
}

/** What `fenceStatement` fails with. */
export const fenceFailure = "22012";

/** A range of an index, or, with `shards`, of what these shards have of it. */
export function rangeQuery<Row>(query: RangeQuery<Row>, shards?: readonly number[]): Query {
  const { table, equals, after = [], descending = false } = query;
  const name = query.index ?? "key";
  const index = table.indexes[name];
  if (index === undefined) throw new Error(`table ${table.name} has no index ${name}`);
  const values: Query["values"] = [];
  const mark = (column: string | undefined, value: SqlValue): string => {
    const type = typeOf(table, column ?? "");
    return `$${values.push(scalar(type, value))}::${scalarTypeName(type)}`;
  };
  const conditions = equals.map((value, place) => `${index[place]} = ${mark(index[place], value)}`);
  if (after.length > 0) {
    const columns = index.slice(equals.length, equals.length + after.length);
    const marks = after.map((value, place) => mark(columns[place], value));
    conditions.push(`(${columns.join(", ")}) ${descending ? "<" : ">"} (${marks.join(", ")})`);
  }
  if (shards !== undefined) conditions.push(`shard = ANY ($${values.push(encodeArray("integer", shards))}::bigint[])`);
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  const order = index
    .slice(equals.length)
    .map((column) => `${column} ${descending ? "DESC" : "ASC"}${nulls(name, descending)}`);
  const orderBy = order.length === 0 ? "" : ` ORDER BY ${order.join(", ")}`;
  const limit = Number.isFinite(query.limit) ? ` LIMIT $${values.push(String(query.limit))}::bigint` : "";
  return { text: `SELECT ${table.columnNames.join(", ")} FROM ${table.name}${where}${orderBy}${limit}`, values };
}

export function countQuery(table: TableDefinition, equals: readonly SqlValue[]): Query {
  return aggregate(table, "count(*)", equals);
}

export function sumQuery(table: TableDefinition, equals: readonly SqlValue[], column: string): Query {
  return aggregate(table, `coalesce(sum(${column}), 0)`, equals);
}

function aggregate(table: TableDefinition, expression: string, equals: readonly SqlValue[]): Query {
  const values: Query["values"] = [];
  const conditions = equals.map((value, place) => {
    const type = typeOf(table, table.key[place] ?? "");
    return `${table.key[place]} = $${values.push(scalar(type, value))}::${scalarTypeName(type)}`;
  });
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  return { text: `SELECT ${expression} FROM ${table.name}${where}`, values };
}

/** Every store puts nulls first; the indexes are made so (`schema.ts`). The columns of a key have none. */
function nulls(index: string, descending: boolean): string {
  if (index === "key") return "";
  return descending ? " NULLS LAST" : " NULLS FIRST";
}

function typeOf(table: TableDefinition, column: string): ColumnType {
  const type = table.columnTypes[table.columnNames.indexOf(column)];
  if (type === undefined) throw new Error(`table ${table.name} has no column ${column}`);
  return type;
}

function scalar(type: ColumnType, value: SqlValue): Buffer | string | null {
  if (value === null) return null;
  if (value instanceof Uint8Array) return Buffer.from(value);
  return type === "text" ? encodeText(String(value)) : String(value);
}

function columnsOf(batch: Batch): readonly string[] {
  switch (batch.kind) {
    case "insert":
    case "put":
      return batch.table.columnNames;
    case "update":
      return [...batch.table.key, ...batch.columns];
    case "delete":
      return batch.table.key.slice(0, batch.rows[0]?.length);
  }
}

/** @param columns those that have a parameter, in its order */
function textOf(batch: Batch, columns: readonly string[], parameters: string): string {
  const { name, key } = batch.table;
  const names = columns.join(", ");
  switch (batch.kind) {
    case "insert":
      return `INSERT INTO ${name} (${names}) SELECT * FROM unnest(${parameters})`;
    case "put": {
      const others = batch.table.columnNames.filter((column) => !key.includes(column));
      const assignments = others.map((column) => `${column} = EXCLUDED.${column}`).join(", ");
      return `INSERT INTO ${name} (${names}) SELECT * FROM unnest(${parameters}) ON CONFLICT (${key.join(", ")}) DO UPDATE SET ${assignments}`;
    }
    case "update":
    case "delete": {
      const given = columns.map((_, index) => `v${index}`);
      const condition = columns
        .slice(0, Math.min(key.length, columns.length))
        .map((column, index) => `${name}.${column} = given.v${index}`)
        .join(" AND ");
      const source = `unnest(${parameters}) AS given (${given.join(", ")}) WHERE ${condition}`;
      if (batch.kind === "delete") return `DELETE FROM ${name} USING ${source}`;
      const assignments = batch.columns.map((column, index) => `${column} = given.v${key.length + index}`).join(", ");
      return `UPDATE ${name} SET ${assignments} FROM ${source}`;
    }
  }
}

function slices(rows: Batch["rows"]): Batch["rows"][] {
  const found: (readonly SqlValue[])[][] = [];
  let current: (readonly SqlValue[])[] = [];
  let units = 0;
  for (const row of rows) {
    let rowUnits = 0;
    for (const value of row) rowUnits += sizeOf(value);
    if (current.length > 0 && (units + rowUnits > statementUnitsMax || current.length >= statementRowsMax)) {
      found.push(current);
      current = [];
      units = 0;
    }
    current.push(row);
    units += rowUnits;
  }
  found.push(current);
  return found;
}
