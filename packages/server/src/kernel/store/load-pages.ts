/**
 * Tables are loaded page by page: what a store and its driver hold of them besides the rows stays small. A row may have a payload of
 * 256 KiB, and a page stands in memory a few times over until it is decoded.
 */
import type { TableDefinition } from "../table.ts";
import type { RangeQuery } from "./store.ts";

/**
 * Every row of a table, in the order of its key.
 * @param pageRows rows asked for at once
 * @param page gives the rows of a range of the table's key
 */
export async function loadPages<Row>(
  table: TableDefinition<Row>,
  pageRows: number,
  page: (query: RangeQuery<Row>) => Promise<readonly Row[]>,
): Promise<Row[]> {
  const found: Row[] = [];
  for (;;) {
    const last = found.at(-1);
    const after = last === undefined ? [] : table.keyValues(last);
    const rows = await page({ table, equals: [], after, limit: pageRows });
    for (const row of rows) found.push(row);
    if (rows.length < pageRows) return found;
  }
}
