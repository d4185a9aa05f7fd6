/**
 * Conditions of a policy statement over the keys of a request. All operators must hold; within one, all keys; of a key's
 * values, one (for negated operators, all).
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
import { BlockList } from "node:net";
import { matchesGlob } from "./glob.ts";

/** Values by lower-case key, such as `aws:sourcearn`. */
export type ConditionKeys = Readonly<Record<string, string | undefined>>;

type Test = (actual: string, wanted: string) => boolean;

const operators: Readonly<Record<string, Test>> = {
  arnequals: matchesGlob,
  arnlike: matchesGlob,
  binaryequals: (actual, wanted) => actual === wanted,
  bool: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase(),
  dateequals: (actual, wanted) => time(actual) === time(wanted),
  dategreaterthan: (actual, wanted) => time(actual) > time(wanted),
  dategreaterthanequals: (actual, wanted) => time(actual) >= time(wanted),
  datelessthan: (actual, wanted) => time(actual) < time(wanted),
  datelessthanequals: (actual, wanted) => time(actual) <= time(wanted),
  ipaddress: isInRange,
  numericequals: (actual, wanted) => Number(actual) === Number(wanted),
  numericgreaterthan: (actual, wanted) => Number(actual) > Number(wanted),
  numericgreaterthanequals: (actual, wanted) => Number(actual) >= Number(wanted),
  numericlessthan: (actual, wanted) => Number(actual) < Number(wanted),
  numericlessthanequals: (actual, wanted) => Number(actual) <= Number(wanted),
  stringequals: (actual, wanted) => actual === wanted,
  stringequalsignorecase: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase(),
  stringlike: matchesGlob,
};

const negated: Readonly<Record<string, string>> = {
  arnnotequals: "arnequals",
  arnnotlike: "arnlike",
  datenotequals: "dateequals",
  notipaddress: "ipaddress",
  numericnotequals: "numericequals",
  stringnotequals: "stringequals",
  stringnotequalsignorecase: "stringequalsignorecase",
  stringnotlike: "stringlike",
};

/** An operator with what may stand before and behind it: `ForAllValues:StringLikeIfExists`. */
const operatorForm = /^(?:(forallvalues|foranyvalue):)?(.+?)(ifexists)?$/;

/** Whether IAM has such an operator. A policy is refused for one that is not, since it would never let anything be denied. */
export function isOperator(operator: string): boolean {
  const [, , plain = ""] = operatorForm.exec(operator.toLowerCase()) ?? [];
  return operator.toLowerCase() === "null" || Object.hasOwn(operators, plain) || Object.hasOwn(negated, plain);
}

/** An operator that is not known is never met. */
export function meetsConditions(
  conditions: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  keys: ConditionKeys,
): boolean {
  return Object.entries(conditions).every(([operator, wanted]) =>
    Object.entries(wanted).every(([key, values]) =>
      meets(operator.toLowerCase(), keys[key.toLowerCase()], texts(values)),
    ),
  );
}

function meets(operator: string, actual: string | undefined, wanted: readonly string[]): boolean {
  if (operator === "null") return wanted.some((text) => (actual === undefined) === (text === "true"));
  const [, quantifier, plain = "", ifExists] = operatorForm.exec(operator) ?? [];
  // Of all values of a key that is absent anything is true, and nothing of any.
  if (actual === undefined && quantifier !== undefined) return quantifier === "forallvalues" || ifExists !== undefined;
  if (actual === undefined) return ifExists !== undefined || Object.hasOwn(negated, plain);
  const positive = Object.hasOwn(negated, plain) ? negated[plain] : undefined;
  const test = operators[positive ?? plain];
  if (test === undefined) return false;
  const holds = wanted.some((text) => test(actual, text));
  return positive === undefined ? holds : !holds;
}

function texts(values: unknown): string[] {
  return (Array.isArray(values) ? values : [values]).map(String);
}

/** ISO 8601, or seconds since the epoch. */
function time(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}

function isInRange(address: string, range: string): boolean {
  const [network = "", prefix] = range.split("/");
  const family = network.includes(":") ? "ipv6" : "ipv4";
  const list = new BlockList();
  try {
    if (prefix === undefined) list.addAddress(network, family);
    else list.addSubnet(network, Number(prefix), family);
    return list.check(address, address.includes(":") ? "ipv6" : "ipv4");
  } catch {
    return false;
  }
}
