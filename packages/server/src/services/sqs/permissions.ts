/**
 * The statements AddPermission writes into a queue's policy and RemovePermission takes out.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html
 */
import { partitionOf } from "../../kernel/partitions.ts";
import { isOwnersAction, sharedActions } from "./actions.ts";
import { errors } from "./errors.ts";
import { limits } from "./limits.ts";
import { parsePolicy } from "./policy.ts";
import type { OneOrMany, PolicyDocument, PolicyStatement } from "./policy.ts";
import type { QueueRow } from "./tables.ts";

const shared: ReadonlySet<string> = new Set(["*", ...sharedActions]);

/**
 * The policy with a statement more.
 * @throws InvalidParameterValue, MissingParameter, OverLimit
 */
export function withPermission(
  queue: QueueRow,
  label: string,
  accounts: readonly string[],
  actions: readonly string[],
): string {
  checkLabel(label);
  if (actions.length === 0) throw errors.missingParameter("Actions");
  if (actions.length > limits.permissionActionsMax)
    throw errors.overLimit(`${actions.length} Actions were found, maximum allowed is ${limits.permissionActionsMax}.`);
  if (accounts.length === 0 || !accounts.every((account) => /^\d{12}$/.test(account)))
    throw errors.invalidValue(`[${accounts.join(", ")}]`, "PrincipalId", "Unable to verify.");
  for (const action of actions) checkAction(action);
  const policy = policyOf(queue) ?? { Version: "2008-10-17", Id: `${queue.arn}/SQSDefaultPolicy`, Statement: [] };
  if (policy.Statement.some(({ Sid }) => Sid === label)) throw errors.invalidValue(label, "Label", "Already exists.");
  if (policy.Statement.length >= limits.policyStatementsMax)
    throw errors.policyOverLimit(policy.Statement.length + 1, "statements", "in ", limits.policyStatementsMax);
  const root = (account: string): string => `arn:${partitionOf(queue.region)}:iam::${account}:root`;
  const statement: PolicyStatement = {
    Sid: label,
    Effect: "Allow",
    Principal: { AWS: oneOrMany(accounts.map(root)) },
    Action: oneOrMany(actions.map((action) => `SQS:${action}`)),
    Resource: queue.arn,
  };
  return JSON.stringify({ ...policy, Statement: [...policy.Statement, statement] });
}

/**
 * The policy without a statement; undefined when none is left.
 * @throws InvalidParameterValue
 */
export function withoutPermission(queue: QueueRow, label: string): string | undefined {
  checkLabel(label);
  const policy = policyOf(queue);
  const left = policy?.Statement.filter(({ Sid }) => Sid !== label) ?? [];
  if (policy === undefined || left.length === policy.Statement.length)
    throw errors.invalidValue(label, "Label", "can't find label.");
  return left.length === 0 ? undefined : JSON.stringify({ ...policy, Statement: left });
}

function policyOf({ attributes }: QueueRow): PolicyDocument | undefined {
  const text = attributes["Policy"];
  return text === undefined ? undefined : parsePolicy(text);
}

function checkLabel(label: string): void {
  if (label === "") throw errors.missingParameter("Label");
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(label)) {
    const reason = "Label can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.";
    throw errors.invalidValue(label, "Label", reason);
  }
}

function checkAction(action: string): void {
  if (shared.has(action)) return;
  if (!isOwnersAction(action)) throw errors.unknownAction(action);
  throw errors.invalidValue(`SQS:${action}`, "ActionName", "Only the queue owner is allowed to invoke this action.");
}

function oneOrMany(values: readonly string[]): OneOrMany {
  const [first] = values;
  return values.length === 1 && first !== undefined ? first : values;
}
