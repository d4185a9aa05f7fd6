/** A page of an account's queues, by name: what ListQueues and ListDeadLetterSourceQueues share. */
import type { Call } from "../../kernel/call.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import { errors } from "./errors.ts";
import { limits } from "./limits.ts";
import { queuesTable } from "./tables.ts";
import type { QueueRow } from "./tables.ts";

interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

export interface QueuePage {
  readonly urls: string[];
  readonly nextToken: string | undefined;
}

/**
 * Without MaxResults AWS gives the first thousand and no token.
 * @throws InvalidParameterValueException for a number out of range or a token that is none
 */
export function queuePage(
  tx: Transaction,
  call: Call,
  { MaxResults, NextToken }: PageRequest,
  isWanted: (queue: QueueRow) => boolean,
): QueuePage {
  const max = MaxResults ?? limits.listResultsDefault;
  if (max < 1 || max > limits.listResultsMax)
    throw errors.invalidValue(max, "MaxResults", "MaxResults must be an integer between 1 and 1000.");
  const after = NextToken === undefined ? [] : [readToken(NextToken)];
  const urls: string[] = [];
  let last = "";
  for (const queue of tx.scan(queuesTable, "by_name", [call.account, call.region], after)) {
    if (!isWanted(queue)) continue;
    if (urls.length === max) {
      return { urls, nextToken: MaxResults === undefined ? undefined : Buffer.from(last).toString("base64") };
    }
    urls.push(`${call.baseUrl}/${call.account}/${queue.name}`);
    last = queue.name;
  }
  return { urls, nextToken: undefined };
}

function readToken(token: string): string {
  const name = Buffer.from(token, "base64").toString("utf8");
  if (!/^[A-Za-z0-9_.-]{1,80}$/.test(name)) throw errors.invalidParameter("Invalid or expired next token.");
  return name;
}
