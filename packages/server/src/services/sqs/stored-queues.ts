/**
 * Queues as the store has them: of every node, and so complete. What lists queues or looks at one that another node
 * decides for reads here, before it decides.
 */
import type { Call } from "../../kernel/call.ts";
import type { StoreReader } from "../../kernel/kernel.ts";
import { errors } from "./errors.ts";
import { limits } from "./limits.ts";
import { queuesTable } from "./tables.ts";
import type { QueueRow } from "./tables.ts";

export async function readQueue(reader: StoreReader, arn: string): Promise<QueueRow | undefined> {
  const [queue] = await reader.range({ table: queuesTable, equals: [arn], limit: 1 });
  return queue;
}

/** Whether some queue has this one as its dead-letter queue. */
export async function isDeadLetterQueue(reader: StoreReader, arn: string): Promise<boolean> {
  const found = await reader.range({ table: queuesTable, index: "by_redrive_target", equals: [arn], limit: 1 });
  return found.length > 0;
}

interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/** What of an account's queues is wanted. */
interface Selection {
  /** Only those that begin so. */
  readonly prefix?: string;
  /** Only those with this dead-letter queue. */
  readonly redriveTargetArn?: string;
}

export interface QueuePage {
  readonly urls: string[];
  readonly nextToken: string | undefined;
}

/**
 * A page of an account's queues in a region, by name. Without MaxResults AWS gives the first thousand and no token.
 * @throws InvalidParameterValueException for a number out of range or a token that is none
 */
export async function readQueuePage(
  reader: StoreReader,
  call: Call,
  { MaxResults, NextToken }: PageRequest,
  { prefix = "", redriveTargetArn }: Selection,
): Promise<QueuePage> {
  const max = MaxResults ?? limits.listResultsDefault;
  if (max < 1 || max > limits.listResultsMax)
    throw errors.invalidValue(max, "MaxResults", "MaxResults must be an integer between 1 and 1000.");
  const owner = [call.account, call.region];
  const selected =
    redriveTargetArn === undefined
      ? { index: "by_name", equals: owner }
      : { index: "by_redrive_target", equals: [redriveTargetArn, ...owner] };
  // Behind the last page's end, or before the first name with the prefix; one more than wanted tells whether more follow.
  const after = NextToken === undefined ? [prefix, ""] : [readToken(NextToken)];
  const rows = await reader.range({ table: queuesTable, ...selected, after, limit: max + 1 });
  const names = rows.map(({ name }) => name).filter((name) => name.startsWith(prefix));
  const shown = names.slice(0, max);
  const hasMore = MaxResults !== undefined && names.length > max;
  return {
    urls: shown.map((name) => `${call.baseUrl}/${call.account}/${name}`),
    nextToken: hasMore ? Buffer.from(shown.at(-1) ?? "").toString("base64") : undefined,
  };
}

function readToken(token: string): string {
  const name = Buffer.from(token, "base64").toString("utf8");
  if (!/^[A-Za-z0-9_.-]{1,80}$/.test(name)) throw errors.invalidParameter("Invalid or expired next token.");
  return name;
}
