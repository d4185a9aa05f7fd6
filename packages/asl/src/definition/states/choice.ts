/** Choice: goes where the first rule that matches leads, or to `Default`. */
import { checkChoiceRule, compileChoiceRule } from "../../choice/compile-rule.ts";
import { childPointer } from "../../json/pointer.ts";
import { isJsonArray, isJsonObject } from "../../json/value.ts";
import type { JsonObject } from "../../json/value.ts";
import { isOperator } from "../../choice/operators.ts";
import type { StateSource } from "../compilation.ts";
import { looksLikeExpression } from "../expressions.ts";
import { present } from "../field-reader.ts";
import type { FieldReader } from "../field-reader.ts";
import { readValue } from "../field-values.ts";
import { otherLanguage } from "../fields.ts";
import type { ChoiceRule, ChoiceState, DataFlow } from "../machine.ts";
import type { Problems } from "../problems.ts";
import { readBase, readFlow, readWayFlow } from "./common.ts";

export function compileChoice(source: StateSource): ChoiceState {
  const { reader } = source;
  reader.require("Choices");
  const flow = readFlow(source);
  const compileRule = source.language === "JSONata" ? compileCondition : compileComparison;
  const choices = reader.filledObjects("Choices").flatMap((rule) => compileRule(source, rule, flow) ?? []);
  const defaultNext = reader.text("Default");
  return { type: "Choice", ...readBase(source), flow, choices, ...present({ defaultNext }) };
}

/** A rule of a JSONata state: `Condition` is a boolean or an expression that gives one. */
function compileCondition(source: StateSource, reader: FieldReader): ChoiceRule | undefined {
  const { problems, pointer } = reader;
  reader.require("Condition", "Next");
  reader.text("Comment");
  for (const field of Object.keys(reader.object)) {
    if (CONDITION_FIELDS.has(field)) continue;
    const isComparison = field === "Variable" || isOperator(field);
    const message = isComparison ? otherLanguage(field, "JSONata", "JSONPath") : `Field '${field}' is not supported`;
    problems.ofMember(childPointer(pointer, field), message);
  }
  const next = reader.text("Next");
  const value = readValue(source, reader, "Condition", () => reader.boolean("Condition"));
  const flow = readWayFlow(source, reader);
  return next === undefined || value === undefined ? undefined : { next, test: { kind: "condition", value }, flow };
}

const CONDITION_FIELDS: ReadonlySet<string> = new Set(["Assign", "Comment", "Condition", "Next", "Output"]);

/** A rule of a JSONPath state: comparisons of what paths name. */
function compileComparison(source: StateSource, reader: FieldReader, stateFlow: DataFlow): ChoiceRule | undefined {
  const { problems, pointer } = reader;
  reader.require("Next");
  const next = reader.text("Next");
  reader.text("Comment");
  const foreign = ["Condition", "Output"].filter((field) => reader.has(field));
  for (const field of foreign) problems.ofMember(reader.place(field), otherLanguage(field, "JSONPath", "JSONata"));
  const shared = new Set(["Assign", ...foreign]);
  const own = Object.fromEntries(Object.entries(reader.object).filter(([field]) => !shared.has(field)));
  // A rule of the other language has no operator to speak of.
  const found = reader.has("Condition") ? [] : checkChoiceRule(own);
  for (const problem of found) {
    const place = pointer + problem.pointer;
    // A field that may not be there is located at its rule, like everywhere else.
    if (problem.message.startsWith("Field '")) problems.ofMember(place, problem.message);
    else problems.ofValue(place, problem.message);
  }
  const way = readWayFlow(source, reader);
  if (foreign.length > 0 || found.length > 0) return undefined;
  warnOfStaticPaths(own, pointer, problems);
  if (next === undefined) return undefined;
  const { assign: _, ...paths } = stateFlow;
  const flow: DataFlow = way.language === "JSONata" || paths.language === "JSONata" ? way : { ...paths, ...way };
  return { next, test: { kind: "comparison", rule: compileChoiceRule(own) }, flow };
}

/** NO_PATH: a comparison with a text that reads as a path, under an operator without `Path`. */
function warnOfStaticPaths(rule: JsonObject, pointer: string, problems: Problems): void {
  const pending: { rule: JsonObject; pointer: string }[] = [{ rule, pointer }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    for (const [field, value] of Object.entries(next.rule)) {
      const place = childPointer(next.pointer, field);
      if (isJsonObject(value)) pending.push({ rule: value, pointer: place });
      else if (isJsonArray(value)) {
        for (const [index, item] of value.entries()) {
          if (isJsonObject(item)) pending.push({ rule: item, pointer: childPointer(place, index) });
        }
      } else if (field.startsWith("String") && !field.endsWith("Path") && looksLikeExpression(value)) {
        problems.warn(
          place,
          "NO_PATH",
          `The value of '${field}' is used as it is; it looks like a path, which belongs in '${field}Path'`,
        );
      }
    }
  }
}
