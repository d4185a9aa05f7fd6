/** Choice: goes where the first rule that matches leads, or to `Default`. */
import { checkChoiceRule, compileChoiceRule } from "../../choice/compile-rule.ts";
import { childPointer } from "../../json/pointer.ts";
import { isJsonArray, isJsonObject } from "../../json/value.ts";
import type { JsonObject } from "../../json/value.ts";
import type { CompiledChoiceRule } from "../../choice/rule.ts";
import type { StateSource } from "../compilation.ts";
import { looksLikeExpression } from "../expressions.ts";
import { present } from "../field-reader.ts";
import type { FieldReader } from "../field-reader.ts";
import { notSupportedYet, otherLanguage } from "../fields.ts";
import type { ChoiceState } from "../machine.ts";
import type { Problems } from "../problems.ts";
import { readBase, readInputOutput } from "./common.ts";

/** Fields of a rule that another language or a later version has; the rule's own checks do not know them. */
const FOREIGN_FIELDS: ReadonlyMap<string, string> = new Map([
  ["Assign", notSupportedYet("Field 'Assign'", "variables")],
  ["Condition", otherLanguage("Condition", "JSONPath", "JSONata")],
  ["Output", otherLanguage("Output", "JSONPath", "JSONata")],
]);

export function compileChoice(source: StateSource): ChoiceState {
  const { reader } = source;
  reader.require("Choices");
  const paths = readInputOutput(reader);
  const choices = reader.filledObjects("Choices").flatMap((rule) => compileRule(rule) ?? []);
  const defaultNext = reader.text("Default");
  return { type: "Choice", ...readBase(source), ...paths, choices, ...present({ defaultNext }) };
}

function compileRule(reader: FieldReader): CompiledChoiceRule | undefined {
  const { problems, pointer } = reader;
  reader.require("Next");
  const next = reader.text("Next");
  reader.text("Comment");
  const foreign = [...FOREIGN_FIELDS].filter(([field]) => reader.has(field));
  for (const [field, message] of foreign) problems.ofMember(reader.place(field), message);
  const isForeign = (field: string) => FOREIGN_FIELDS.has(field);
  const own = Object.fromEntries(Object.entries(reader.object).filter(([field]) => !isForeign(field)));
  // A rule of the other language has no operator to speak of.
  const found = reader.has("Condition") ? [] : checkChoiceRule(own);
  for (const problem of found) {
    const place = pointer + problem.pointer;
    // A field that may not be there is located at its rule, like everywhere else.
    if (problem.message.startsWith("Field '")) problems.ofMember(place, problem.message);
    else problems.ofValue(place, problem.message);
  }
  if (foreign.length > 0 || found.length > 0) return undefined;
  warnOfStaticPaths(reader.object, pointer, problems);
  return next === undefined ? undefined : compileChoiceRule(reader.object);
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
