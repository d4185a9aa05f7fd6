/** The condition of a choice rule as a line of text. Says what can be said of a rule that is broken. */
import { isJsonArray, isJsonObject } from "../json/value.ts";
import type { Json, JsonObject } from "../json/value.ts";

/** Deeper rules are shown as an ellipsis; the validator refuses them. */
const nestingMax = 32;

const signs: Readonly<Record<string, string>> = {
  Equals: "==",
  GreaterThan: ">",
  GreaterThanEquals: ">=",
  LessThan: "<",
  LessThanEquals: "<=",
};
const comparison =
  /^(?:Boolean|Numeric|String|Timestamp)(?<sign>Equals|GreaterThan(?:Equals)?|LessThan(?:Equals)?)(?<path>Path)?$/;
const typeTest = /^Is(?<type>Boolean|Null|Numeric|Present|String|Timestamp)$/;

/** A JSONata condition without its `{% %}`, or the JSONPath rule in words and signs; empty for a rule without a condition. */
export function conditionText(rule: JsonObject): string {
  const condition = own(rule, "Condition");
  if (condition === undefined) return ruleText(rule, 0);
  if (typeof condition !== "string") return JSON.stringify(condition);
  return /^\{%(?<expression>[\s\S]*)%\}$/.exec(condition)?.groups?.["expression"]?.trim() ?? condition;
}

function ruleText(rule: Json, depth: number): string {
  if (!isJsonObject(rule)) return "";
  if (depth > nestingMax) return "…";
  for (const joint of ["And", "Or"]) {
    const parts = own(rule, joint);
    if (isJsonArray(parts)) {
      const texts = parts.map((part) =>
        isCombination(part) ? `(${ruleText(part, depth + 1)})` : ruleText(part, depth + 1),
      );
      return texts.filter((text) => text !== "").join(` ${joint.toLowerCase()} `);
    }
  }
  const negated = own(rule, "Not");
  if (negated !== undefined) return `not (${ruleText(negated, depth + 1)})`;
  return comparisonText(rule);
}

function isCombination(rule: Json): boolean {
  return isJsonObject(rule) && (own(rule, "And") !== undefined || own(rule, "Or") !== undefined);
}

function comparisonText(rule: JsonObject): string {
  const variable = own(rule, "Variable");
  const left = typeof variable === "string" ? variable : "?";
  for (const [field, operand] of Object.entries(rule)) {
    const { sign, path } = comparison.exec(field)?.groups ?? {};
    if (sign !== undefined) {
      const right = path !== undefined && typeof operand === "string" ? operand : JSON.stringify(operand);
      return `${left} ${signs[sign] ?? sign} ${right}`;
    }
    if (field === "StringMatches") return `${left} matches ${JSON.stringify(operand)}`;
    const type = typeTest.exec(field)?.groups?.["type"];
    if (type !== undefined) return `${left} is ${operand === false ? "not " : ""}${type.toLowerCase()}`;
  }
  return "";
}

function own(rule: JsonObject, field: string): Json | undefined {
  return Object.hasOwn(rule, field) ? rule[field] : undefined;
}
