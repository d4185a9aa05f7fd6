/**
 * Queue policies: their form, the statements AddPermission writes, and what they say about callers of other accounts.
 *
 * The owner's account may do everything. A caller of another account, or a service, needs a statement that allows and
 * none that denies. Conditions are evaluated over the keys a request here has; a condition on a key it does not have is
 * not met (for operators that want a value), as in AWS.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
 */
import { isOfPartition } from "../../kernel/partitions.ts";
import { isAction } from "./actions.ts";
import { errors } from "./errors.ts";
import { limits } from "./limits.ts";
import { matchesGlob } from "./glob.ts";
import { isOperator, meetsConditions } from "./policy-conditions.ts";
import type { ConditionKeys } from "./policy-conditions.ts";

export interface PolicyDocument {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: readonly PolicyStatement[];
}

export type OneOrMany = string | readonly string[];

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | Readonly<Record<string, OneOrMany>>;
  readonly NotPrincipal?: "*" | Readonly<Record<string, OneOrMany>>;
  readonly Action?: OneOrMany;
  readonly NotAction?: OneOrMany;
  readonly Resource?: OneOrMany;
  readonly NotResource?: OneOrMany;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Who asks: an account, or a service of AWS's such as `sns.amazonaws.com`. */
export interface Principal {
  readonly account: string;
  readonly service?: string | undefined;
}

/**
 * @param partitions those a user or role may be of
 * @throws InvalidAttributeValue, InvalidParameterValue, OverLimit
 */
export function checkPolicy(text: string, partitions: readonly string[]): void {
  if (Buffer.byteLength(text) > limits.policyBytesMax) throw errors.policyTooLong();
  const policy = parsePolicy(text);
  if (policy === undefined) throw errors.invalidAttributeValue("Policy");
  const { Statement: statements } = policy;
  checkCount(statements.length, "statements", "in ", limits.policyStatementsMax);
  let principals = 0;
  let conditions = 0;
  for (const { Action, NotAction, Principal: who, NotPrincipal, Condition = {} } of statements) {
    const actions = many(Action ?? NotAction ?? []);
    checkCount(actions.length, "actions", "in a statement from ", limits.permissionActionsMax);
    actions.forEach(checkAction);
    const named = who ?? NotPrincipal ?? "*";
    principals += named === "*" ? 1 : Object.values(named).flatMap(many).length;
    // AWS looks principals up, and finds none of another partition; one that was let in would allow nobody, or deny nobody.
    const users = named === "*" ? [] : many(named["AWS"] ?? []);
    if (users.some((user) => user.startsWith("arn:") && !isOfPartition(user, partitions)))
      throw errors.invalidAttributeValue("Policy");
    if (!Object.keys(Condition).every(isOperator)) throw errors.invalidAttributeValue("Policy");
    conditions += Object.values(Condition).flatMap((keys) => Object.keys(keys)).length;
  }
  checkCount(principals, "principals", "in ", limits.policyPrincipalsMax);
  checkCount(conditions, "conditions", "in ", limits.policyConditionsMax);
}

/** One with a wildcard may match what there will be. */
function checkAction(text: string): void {
  const name = /^sqs:([^*?]+)$/i.exec(text)?.[1];
  if (name !== undefined && !isAction(name)) throw errors.unknownAction(name);
}

function checkCount(found: number, what: string, where: string, max: number): void {
  if (found > max) throw errors.policyOverLimit(found, what, where, max);
}

/** Undefined for what is not a policy. */
export function parsePolicy(text: string): PolicyDocument | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const statements = Array.isArray(value["Statement"]) ? (value["Statement"] as unknown[]) : [value["Statement"]];
  if (statements.length === 0 || !statements.every(isStatement)) return undefined;
  const { Version, Id } = value;
  if (Version !== undefined && Version !== "2008-10-17" && Version !== "2012-10-17") return undefined;
  return {
    ...(typeof Version === "string" && { Version }),
    ...(typeof Id === "string" && { Id }),
    Statement: statements,
  };
}

/**
 * What a policy says to someone: `denied` and `allowed` as its statements say, `silent` when none applies.
 * @param action `SendMessage` and the like
 */
export function judge(
  policy: PolicyDocument | undefined,
  queueArn: string,
  action: string,
  principal: Principal,
  keys: ConditionKeys,
): "allowed" | "denied" | "silent" {
  const applying = (policy?.Statement ?? []).filter((statement) =>
    applies(statement, queueArn, action, principal, keys),
  );
  if (applying.some(({ Effect }) => Effect === "Deny")) return "denied";
  return applying.length > 0 ? "allowed" : "silent";
}

function applies(
  statement: PolicyStatement,
  queueArn: string,
  action: string,
  principal: Principal,
  keys: ConditionKeys,
): boolean {
  const { Principal: who, NotPrincipal: notWho, Action, NotAction, Resource, NotResource, Condition } = statement;
  if (
    who !== undefined ? !matchesPrincipal(who, principal) : notWho === undefined || matchesPrincipal(notWho, principal)
  )
    return false;
  const name = `sqs:${action}`.toLowerCase();
  const matchesAction = (wanted: OneOrMany): boolean =>
    many(wanted).some((text) => matchesGlob(name, text.toLowerCase()));
  if (Action !== undefined ? !matchesAction(Action) : NotAction === undefined || matchesAction(NotAction)) return false;
  const matchesResource = (wanted: OneOrMany): boolean => many(wanted).some((text) => matchesGlob(queueArn, text));
  if (Resource !== undefined && !matchesResource(Resource)) return false;
  if (NotResource !== undefined && matchesResource(NotResource)) return false;
  return Condition === undefined || meetsConditions(Condition, keys);
}

function matchesPrincipal(wanted: "*" | Readonly<Record<string, OneOrMany>>, principal: Principal): boolean {
  if (wanted === "*") return true;
  if (principal.service !== undefined) {
    const services = wanted["Service"];
    return services !== undefined && many(services).includes(principal.service);
  }
  const accounts = wanted["AWS"];
  return accounts !== undefined && many(accounts).some((text) => text === "*" || accountOf(text) === principal.account);
}

/** `123456789012`, `arn:aws:iam::123456789012:root`, or a user or role of that account. */
function accountOf(text: string): string | undefined {
  return /^(?:arn:[^:]+:(?:iam|sts)::)?(\d{12})(?::.+)?$/.exec(text)?.[1];
}

export function many(value: OneOrMany): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isStatement(value: unknown): value is PolicyStatement {
  if (!isRecord(value)) return false;
  const { Effect, Principal: who, NotPrincipal, Action, NotAction, Condition } = value;
  const isTexts = (texts: unknown): boolean =>
    typeof texts === "string" || (Array.isArray(texts) && texts.every((text) => typeof text === "string"));
  const isPrincipal = (principal: unknown): boolean =>
    principal === "*" || (isRecord(principal) && Object.values(principal).every(isTexts));
  if (Effect !== "Allow" && Effect !== "Deny") return false;
  if ((who === undefined) === (NotPrincipal === undefined) || !isPrincipal(who ?? NotPrincipal)) return false;
  if ((Action === undefined) === (NotAction === undefined) || !isTexts(Action ?? NotAction)) return false;
  return Condition === undefined || (isRecord(Condition) && Object.values(Condition).every(isRecord));
}
