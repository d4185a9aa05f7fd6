/**
 * What a table is: one entity, one SQL table, one row type.
 *
 * Rows are plain immutable objects; a change puts a new object in place of the old one. `resident` tables are held in
 * memory whole, with their indexes, and loaded at start. `paged` tables live in the store only: they are written through
 * a transaction like any other and read back in ranges (backlogs, history, what has ended).
 * The same definition serves every store; the migration that creates the SQL table is checked against it by a test.
 */
export type SqlValue = string | number | null | Uint8Array;

/** About how much memory a value takes, in bytes: a text counts its characters, and a number as eight. */
export function sizeOf(value: SqlValue): number {
  return typeof value === "string" || (typeof value === "object" && value !== null) ? value.length : 8;
}

/** `json` is text in the store; `boolean` is 0 or 1. `integer` holds safe integers, milliseconds among them. */
export type ColumnType = "text" | "integer" | "real" | "boolean" | "json" | "blob";

export interface TableOptions<Row> {
  readonly name: string;
  readonly residency: "resident" | "paged";
  readonly columns: { readonly [Column in keyof Row & string]: ColumnType };
  readonly key: readonly (keyof Row & string)[];
  /** Ordered by these columns, then by the key. */
  readonly indexes?: Readonly<Record<string, readonly (keyof Row & string)[]>>;
}

export interface TableDefinition<Row = unknown> {
  readonly name: string;
  readonly residency: "resident" | "paged";
  readonly columnNames: readonly string[];
  readonly columnTypes: readonly ColumnType[];
  readonly key: readonly string[];
  /** Index name to columns, the key's columns appended where they are missing. The key itself is the index `key`. */
  readonly indexes: Readonly<Record<string, readonly string[]>>;
  /** The row as SQL values in the order of `columnNames`. */
  encode(row: Row): SqlValue[];
  decode(values: readonly SqlValue[]): Row;
  /** The key as one string, for maps. */
  keyOf(row: Row): string;
  keyValues(row: Row): SqlValue[];
}

/** Rows are distinguished by their `shard`; every table has one. */
export interface ShardedRow {
  readonly shard: number;
}

export function defineTable<Row extends ShardedRow>(options: TableOptions<Row>): TableDefinition<Row> {
  const columnNames = Object.keys(options.columns) as (keyof Row & string)[];
  const columnTypes = columnNames.map((name) => options.columns[name]);
  const keyTypes = options.key.map((name) => options.columns[name]);
  const indexes: Record<string, readonly string[]> = { key: options.key };
  for (const [name, columns] of Object.entries(options.indexes ?? {})) {
    indexes[name] = [...columns, ...options.key.filter((column) => !columns.includes(column))];
  }
  const keyValues = (row: Row): SqlValue[] =>
    options.key.map((name, index) => encodeValue(row[name], keyTypes[index] ?? "text"));
  const single = options.key.length === 1 ? options.key[0] : undefined;
  return {
    name: options.name,
    residency: options.residency,
    columnNames,
    columnTypes,
    key: options.key,
    indexes,
    encode(row) {
      const values: SqlValue[] = [];
      for (let index = 0; index < columnNames.length; index += 1) {
        const name = columnNames[index];
        const type = columnTypes[index];
        if (name !== undefined && type !== undefined) values.push(encodeValue(row[name], type));
      }
      return values;
    },
    decode(values) {
      const row: Record<string, unknown> = {};
      for (let index = 0; index < columnNames.length; index += 1) {
        const name = columnNames[index];
        const type = columnTypes[index];
        if (name !== undefined && type !== undefined) row[name] = decodeValue(values[index] ?? null, type);
      }
      return row as Row;
    },
    keyOf(row) {
      return single === undefined ? joinKey(options.key.map((name) => row[name] as SqlValue)) : String(row[single]);
    },
    keyValues,
  };
}

/** The string `keyOf` gives for a row with these key values. */
export function joinKey(values: readonly SqlValue[]): string {
  return values.length === 1 ? String(values[0]) : values.join("\u0000");
}

export function encodeValue(value: unknown, type: ColumnType): SqlValue {
  if (value === null || value === undefined) return null;
  switch (type) {
    case "json":
      return JSON.stringify(value);
    case "boolean":
      return value === true ? 1 : 0;
    case "text":
    case "integer":
    case "real":
    case "blob":
      return value as SqlValue;
  }
}

export function decodeValue(value: SqlValue, type: ColumnType): unknown {
  if (value === null) return null;
  switch (type) {
    case "json":
      return JSON.parse(String(value)) as unknown;
    case "boolean":
      return value === 1;
    case "text":
    case "integer":
    case "real":
    case "blob":
      return value;
  }
}

/**
 * The order every store keeps: null first, then numbers, then text by code point (as UTF-8 bytes compare).
 * JavaScript compares UTF-16 code units, which puts characters beyond U+FFFF before U+E000 to U+FFFF.
 */
export function compareValues(left: SqlValue | undefined, right: SqlValue | undefined): number {
  if (left === right) return 0;
  if (typeof left === "string" && typeof right === "string") return compareText(left, right);
  if (typeof left === "number" && typeof right === "number") return left - right;
  return rank(left) - rank(right);
}

function compareText(left: string, right: string): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return codePointOrder(a) - codePointOrder(b);
  }
  return left.length - right.length;
}

function codePointOrder(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

function rank(value: SqlValue | undefined): number {
  if (value === null || value === undefined) return 0;
  return typeof value === "number" ? 1 : typeof value === "string" ? 2 : 3;
}

export function compareTuples(
  left: readonly (SqlValue | undefined)[],
  right: readonly (SqlValue | undefined)[],
): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index += 1) {
    const order = compareValues(left[index], right[index]);
    if (order !== 0) return order;
  }
  return 0;
}
