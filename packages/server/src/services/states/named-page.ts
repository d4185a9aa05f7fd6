/** A page of an account's machines or activities, by name. */
import type { Call } from "../../kernel/call.ts";
import type { TableDefinition } from "../../kernel/table.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import { errors } from "./errors.ts";
import { formatPageToken, pageSize, parsePageToken } from "./page-tokens.ts";

interface PageRequest {
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

/**
 * @param table has the index `by_name`: account, region, name
 * @throws InvalidToken
 */
export function takePage<Row extends { readonly name: string }>(
  tx: Transaction,
  table: TableDefinition<Row>,
  { account, region }: Call,
  request: PageRequest,
): { rows: Row[]; nextToken: { nextToken?: string } } {
  const list = [table.name, account, region];
  const [after] = parsePageToken(list, request.nextToken, tx.now) ?? [];
  if (after !== undefined && typeof after !== "string") throw errors.invalidToken();
  const size = pageSize(request.maxResults);
  const rows: Row[] = [];
  for (const row of tx.scan(table, "by_name", [account, region], after === undefined ? [] : [after])) {
    if (rows.length === size) {
      const last = rows.at(-1)?.name ?? "";
      return { rows, nextToken: { nextToken: formatPageToken(list, [last], tx.now) } };
    }
    rows.push(row);
  }
  return { rows, nextToken: {} };
}
