/**
 * Who may do what with a queue. Its own account may do everything its policy does not deny; another account what the
 * policy allows, and never what only an owner may do.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
 */
import type { Call } from "../../kernel/call.ts";
import { partitionOf } from "../../kernel/partitions.ts";
import { isOwnersAction } from "./actions.ts";
import type { Action } from "./actions.ts";
import { errors } from "./errors.ts";
import { judge } from "./policy.ts";
import { settingsOf } from "./queue-settings.ts";
import type { QueueRow } from "./tables.ts";

/** @throws AccessDenied */
export function checkAccess(queue: QueueRow, call: Call, action: Action, now: number): void {
  const isOwner = call.account === queue.account;
  if (isOwnersAction(action)) {
    if (!isOwner) throw errors.accessDenied(rootOf(call), action, queue.arn, false);
    return;
  }
  const { policy } = settingsOf(queue);
  if (policy === undefined && isOwner) return;
  const keys = {
    "aws:currenttime": new Date(now).toISOString(),
    "aws:epochtime": String(Math.floor(now / 1000)),
    "aws:principalaccount": call.account,
    // The server stands on the caller's own machine or network: a policy that insists on TLS is not meant for that.
    "aws:securetransport": "true",
    "aws:sourceip": call.sourceAddress,
    "aws:useragent": call.header("user-agent"),
  };
  const verdict = judge(policy, queue.arn, action, { account: call.account }, keys);
  if (verdict === "denied" || (verdict === "silent" && !isOwner))
    throw errors.accessDenied(rootOf(call), action, queue.arn, verdict === "denied");
}

function rootOf({ account, region }: Call): string {
  return `arn:${partitionOf(region)}:iam::${account}:root`;
}
