/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html */
import type { ListQueuesCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { errors } from "../errors.ts";
import { limits } from "../limits.ts";
import { queuesTable } from "../tables.ts";

interface Output {
  QueueUrls?: string[];
  NextToken?: string;
}

export function listQueues(): Operation<ListQueuesCommandInput, Output> {
  return {
    decide(tx, { QueueNamePrefix = "", MaxResults, NextToken }, { call }) {
      const max = MaxResults ?? limits.listResultsDefault;
      if (max < 1 || max > limits.listResultsMax)
        throw errors.invalidValue(max, "MaxResults", "MaxResults must be an integer between 1 and 1000.");
      const urls: string[] = [];
      let last: string | undefined;
      for (const { name } of tx.scan(
        queuesTable,
        "by_name",
        [call.account, call.region],
        NextToken === undefined ? [] : [readToken(NextToken)],
      )) {
        if (!name.startsWith(QueueNamePrefix)) continue;
        if (urls.length === max) {
          // Without MaxResults AWS gives the first thousand and no token.
          return MaxResults === undefined
            ? { QueueUrls: urls }
            : { QueueUrls: urls, NextToken: Buffer.from(last ?? "").toString("base64") };
        }
        urls.push(`${call.baseUrl}/${call.account}/${name}`);
        last = name;
      }
      return urls.length === 0 ? {} : { QueueUrls: urls };
    },
  };
}

function readToken(token: string): string {
  const name = Buffer.from(token, "base64").toString("utf8");
  if (!/^[A-Za-z0-9_.-]{1,80}$/.test(name)) throw errors.invalidParameter("Invalid or expired next token.");
  return name;
}
