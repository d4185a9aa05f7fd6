/**
 * Choice rules: one operator over `Variable`, or And, Or, Not over rules.
 * https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
 */
import { childPointer } from "../json/pointer.ts";
import { isJsonArray, isJsonObject } from "../json/value.ts";
import type { Json, JsonObject } from "../json/value.ts";
import { compileSinglePath } from "../paths/compile-path.ts";
import { PathNotFound, PathSyntaxError } from "../paths/errors.ts";
import type { CompiledPath, Scope } from "../paths/path.ts";
import { operators } from "./operators.ts";
import type { CompiledChoiceRule } from "./rule.ts";

const nestingMax = 32;

interface RuleProblem {
  /** JSON pointer relative to the rule. */
  readonly pointer: string;
  readonly message: string;
}

/** What a rule can be; `Condition` is the other query language's. */
const kinds = ["And", "Or", "Not", "Variable"] as const;

type Test = (scope: Scope) => boolean;

const never: Test = () => false;

/** @throws PathSyntaxError for a rule that has a problem, or no name in `Next` */
export function compileChoiceRule(rule: JsonObject): CompiledChoiceRule {
  const problems: RuleProblem[] = [];
  const matches = compile(rule, "", problems, 0);
  const [first] = problems;
  if (first !== undefined) throw new PathSyntaxError(first.message);
  const next = rule["Next"];
  if (typeof next !== "string") throw new PathSyntaxError("'Next' must name a state");
  return { next, matches };
}

/** Every problem of a rule but those of `Next`. */
export function checkChoiceRule(rule: Json): readonly RuleProblem[] {
  const problems: RuleProblem[] = [];
  compile(rule, "", problems, 0);
  return problems;
}

function compile(rule: Json, pointer: string, problems: RuleProblem[], depth: number): Test {
  const report = (place: string, message: string): Test => {
    problems.push({ pointer: place, message });
    return never;
  };
  if (!isJsonObject(rule)) return report(pointer, "Expected value of type Object");
  if (depth > nestingMax) return report(pointer, `Rules are nested more than ${nestingMax} deep`);
  const known = new Set(["And", "Comment", "Not", "Or", "Variable", ...(depth === 0 ? ["Next"] : [])]);
  for (const name of Object.keys(rule)) {
    if (!known.has(name) && !Object.hasOwn(operators, name))
      report(childPointer(pointer, name), `Field '${name}' is not supported`);
  }
  const [kind, another] = kinds.filter((name) => Object.hasOwn(rule, name));
  if (kind === undefined || another !== undefined)
    return report(
      pointer,
      "The object must have only one of the following fields, [And, Or, Not, Variable, Condition]",
    );
  if (kind === "Variable") return comparison(rule, pointer, problems);
  for (const name of Object.keys(rule).filter((field) => Object.hasOwn(operators, field)))
    report(childPointer(pointer, name), `Field '${name}' is not supported`);
  const place = childPointer(pointer, kind);
  if (kind !== "Not") return combination(kind, rule[kind] ?? null, place, problems, depth);
  const inner = compile(rule["Not"] ?? null, place, problems, depth + 1);
  return (scope) => !inner(scope);
}

function combination(kind: "And" | "Or", value: Json, pointer: string, problems: RuleProblem[], depth: number): Test {
  if (!isJsonArray(value) || value.length === 0) {
    problems.push({ pointer, message: isJsonArray(value) ? "Value cannot be empty" : "Expected value of type Array" });
    return never;
  }
  const tests = value.map((rule, index) => compile(rule, childPointer(pointer, index), problems, depth + 1));
  return kind === "And" ? (scope) => tests.every((test) => test(scope)) : (scope) => tests.some((test) => test(scope));
}

function comparison(rule: JsonObject, pointer: string, problems: RuleProblem[]): Test {
  const variable = path(rule["Variable"], childPointer(pointer, "Variable"), problems);
  const [name, another] = Object.keys(rule).filter((field) => Object.hasOwn(operators, field));
  const operator = name === undefined ? undefined : operators[name];
  if (name === undefined || operator === undefined || another !== undefined) {
    const begin = another === undefined ? "This object should have only one" : "There should only be one";
    const message = `${begin} of the following fields: [${Object.keys(operators).join(", ")}]`;
    problems.push({ pointer, message });
    return never;
  }
  const place = childPointer(pointer, name);
  const value = rule[name] ?? null;
  if (operator.isPath) {
    const other = path(value, place, problems);
    return variable === undefined || other === undefined
      ? never
      : (scope) => operator.test(read(variable, scope), read(other, scope));
  }
  const refusal = operator.refuse(value);
  if (refusal !== undefined) {
    problems.push({ pointer: place, message: refusal });
    return never;
  }
  if (variable === undefined) return never;
  if (name === "IsPresent") return (scope) => isPresent(variable, scope) === value;
  return (scope) => operator.test(read(variable, scope), value);
}

function isPresent(variable: CompiledPath, scope: Scope): boolean {
  try {
    variable.evaluate(scope);
    return true;
  } catch (error) {
    if (error instanceof PathNotFound) return false;
    throw error;
  }
}

/** @throws PathNotFound in AWS's words for a variable that is not there */
function read(variable: CompiledPath, scope: Scope): Json {
  try {
    return variable.evaluate(scope);
  } catch (error) {
    if (error instanceof PathNotFound)
      throw new PathNotFound(
        `Invalid path '${variable.text}': The choice state's condition path references an invalid value.`,
      );
    throw error;
  }
}

function path(text: Json | undefined, pointer: string, problems: RuleProblem[]): CompiledPath | undefined {
  if (typeof text !== "string") {
    problems.push({ pointer, message: "Expected value of type String" });
    return undefined;
  }
  try {
    return compileSinglePath(text);
  } catch (error) {
    if (!(error instanceof PathSyntaxError)) throw error;
    problems.push({ pointer, message: `Value is not a Reference Path: ${error.message}` });
    return undefined;
  }
}
