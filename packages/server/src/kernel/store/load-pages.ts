/**
 * Tables are loaded page by page, so that what a store and its driver hold of them besides the rows stays small, and no page takes
 * as long as a store may take for an answer. Rows have some hundred bytes, or a payload of 256 KiB: a page takes as many
 * as the one before it lets expect, by bytes.
 */
import { sizeOf } from "../table.ts";
import type { SqlValue, TableDefinition } from "../table.ts";
import type { RangeQuery } from "./store.ts";

const pageBytes = 16 * 1024 * 1024;
const pageRows = { first: 500, most: 10_000 };

type Values = readonly SqlValue[];

/**
 * Every row of a table, in the order of its key.
 * @param page gives the rows of a range of the table's key
 */
export async function loadPages<Row>(
  table: TableDefinition<Row>,
  page: (query: RangeQuery<Row>) => Promise<readonly Values[]>,
  decode: (values: Values) => Row,
): Promise<Row[]> {
  const found: Row[] = [];
  let limit = pageRows.first;
  for (;;) {
    const last = found.at(-1);
    const after = last === undefined ? [] : table.keyValues(last);
    const rows = await page({ table, equals: [], after, limit });
    for (const values of rows) found.push(decode(values));
    if (rows.length < limit) return found;
    limit = Math.min(Math.max(1, Math.floor((pageBytes * rows.length) / bytesOf(rows))), pageRows.most);
  }
}

function bytesOf(rows: readonly Values[]): number {
  let bytes = 0;
  for (const values of rows) for (const value of values) bytes += sizeOf(value);
  return bytes;
}
