/** A page of an account's machines or activities, by name: from the store, where those of every node are. */
import type { Call } from "../../kernel/call.ts";
import type { StoreReader } from "../../kernel/kernel.ts";
import type { TableDefinition } from "../../kernel/table.ts";
import { formatPageToken, pageSize, parsePageToken } from "./page-tokens.ts";

interface PageRequest {
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

export interface NamedPage<Row> {
  readonly rows: readonly Row[];
  readonly nextToken: { readonly nextToken?: string };
}

/**
 * @param table has the index `by_name`: account, region, name
 * @param now milliseconds since the epoch
 * @throws InvalidToken
 */
export async function readNamedPage<Row extends { readonly name: string }>(
  reader: StoreReader,
  table: TableDefinition<Row>,
  { account, region }: Call,
  request: PageRequest,
  now: number,
): Promise<NamedPage<Row>> {
  const list = [table.name, account, region];
  const [after] = parsePageToken(list, ["string"], request.nextToken, now) ?? [];
  const size = pageSize(request.maxResults);
  // One more than the page holds shows whether there is another.
  const place = {
    index: "by_name",
    equals: [account, region],
    limit: size + 1,
    ...(after !== undefined && { after: [after] }),
  };
  const rows = await reader.range({ table, ...place });
  if (rows.length <= size) return { rows, nextToken: {} };
  const shown = rows.slice(0, size);
  return { rows: shown, nextToken: { nextToken: formatPageToken(list, [shown.at(-1)?.name ?? ""], now) } };
}
