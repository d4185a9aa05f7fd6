/**
 * Choice rules: one operator over `Variable`, or And, Or, Not over rules.
 * https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
 */
import { isJsonArray, isJsonObject } from "../json/value.ts";
import type { Json, JsonObject } from "../json/value.ts";
import { compilePath } from "../paths/compile-path.ts";
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
  if (!isJsonObject(rule)) return report(pointer, "Expected an object");
  if (depth > nestingMax) return report(pointer, `Rules are nested more than ${nestingMax} deep`);
  const known = new Set(["Comment", "Variable", ...(depth === 0 ? ["Next"] : [])]);
  const found = Object.keys(rule).filter((name) => isOperator(name));
  for (const name of Object.keys(rule)) {
    if (!known.has(name) && !isOperator(name)) report(`${pointer}/${name}`, `Field '${name}' is not supported`);
  }
  const [name, another] = found;
  if (name === undefined) return report(pointer, "A Choice Rule must have exactly one comparison operator");
  if (another !== undefined)
    return report(pointer, `A Choice Rule must have exactly one comparison operator, but has: ${found.join(", ")}`);
  const value = rule[name] ?? null;
  if (name === "And" || name === "Or") return combination(name, value, `${pointer}/${name}`, problems, depth);
  if (name === "Not") {
    const inner = compile(value, `${pointer}/Not`, problems, depth + 1);
    return (scope) => !inner(scope);
  }
  return comparison(rule, name, value, pointer, problems);
}

function isOperator(name: string): boolean {
  return name === "And" || name === "Or" || name === "Not" || Object.hasOwn(operators, name);
}

function combination(name: "And" | "Or", value: Json, pointer: string, problems: RuleProblem[], depth: number): Test {
  if (!isJsonArray(value) || value.length === 0) {
    problems.push({ pointer, message: "Expected an array of at least one rule" });
    return never;
  }
  const tests = value.map((rule, index) => compile(rule, `${pointer}/${index}`, problems, depth + 1));
  return name === "And" ? (scope) => tests.every((test) => test(scope)) : (scope) => tests.some((test) => test(scope));
}

function comparison(rule: JsonObject, name: string, value: Json, pointer: string, problems: RuleProblem[]): Test {
  const operator = operators[name];
  const variable = path(rule["Variable"], `${pointer}/Variable`, problems, pointer);
  if (operator === undefined) return never;
  if (operator.isPath) {
    const other = path(value, `${pointer}/${name}`, problems, pointer);
    return variable === undefined || other === undefined
      ? never
      : (scope) => operator.test(read(variable, scope), read(other, scope));
  }
  const refusal = operator.refuse(value);
  if (refusal !== undefined) {
    problems.push({ pointer: `${pointer}/${name}`, message: refusal });
    return never;
  }
  if (variable === undefined) return never;
  if (name === "IsPresent") return (scope) => isPresent(variable, scope) === value;
  return (scope) => operator.test(read(variable, scope), value);
}

function isPresent(variable: CompiledPath, scope: Scope): boolean {
  try {
    const found = variable.evaluate(scope);
    return variable.definite || (isJsonArray(found) && found.length > 0);
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

function path(
  text: Json | undefined,
  place: string,
  problems: RuleProblem[],
  rulePlace: string,
): CompiledPath | undefined {
  if (text === undefined) {
    problems.push({ pointer: rulePlace, message: "The field 'Variable' is required but was missing" });
    return undefined;
  }
  try {
    if (typeof text === "string") return compilePath(text);
  } catch (error) {
    if (!(error instanceof PathSyntaxError)) throw error;
  }
  problems.push({ pointer: place, message: "Value must be a valid JSONPath." });
  return undefined;
}
