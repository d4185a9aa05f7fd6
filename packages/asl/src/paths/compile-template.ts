/** Payload templates compiled: every field whose name ends in `.$` becomes a path or an intrinsic function. */
import { compileIntrinsic } from "../intrinsics/compile-intrinsic.ts";
import { childPointer } from "../json/pointer.ts";
import { isJsonArray, isJsonObject, setOwn } from "../json/value.ts";
import type { Json, JsonObject } from "../json/value.ts";
import { compilePath } from "./compile-path.ts";
import { PathNotFound, PathSyntaxError, TemplateError, TemplateSyntaxError } from "./errors.ts";
import type { Scope } from "./path.ts";
import type { CompiledTemplate } from "./template.ts";

type Evaluate = (scope: Scope) => Json;

export interface TemplateProblem {
  /** JSON pointer relative to the template. */
  readonly pointer: string;
  readonly message: string;
}

/** @throws TemplateSyntaxError for the first problem */
export function compileTemplate(template: Json): CompiledTemplate {
  const problems: TemplateProblem[] = [];
  const evaluate = compile(template, "", problems);
  const [first] = problems;
  if (first !== undefined) throw new TemplateSyntaxError(first.message, first.pointer);
  return { kind: "template", evaluate };
}

/** Every problem of a template. */
export function checkTemplate(template: Json): readonly TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  compile(template, "", problems);
  return problems;
}

function compile(template: Json, pointer: string, problems: TemplateProblem[]): Evaluate {
  if (isJsonArray(template)) {
    const items = template.map((item, index) => compile(item, childPointer(pointer, index), problems));
    return (scope) => items.map((item) => item(scope));
  }
  if (!isJsonObject(template)) return () => template;
  const members = Object.entries(template).map(([name, value]) => member(template, name, value, pointer, problems));
  return (scope) => {
    const object: { [name: string]: Json } = {};
    for (const [name, evaluate] of members) setOwn(object, name, evaluate(scope));
    return object;
  };
}

function member(
  template: JsonObject,
  name: string,
  value: Json,
  pointer: string,
  problems: TemplateProblem[],
): [string, Evaluate] {
  const place = childPointer(pointer, name);
  if (!name.endsWith(".$")) return [name, compile(value, place, problems)];
  const plain = name.slice(0, -2);
  if (Object.hasOwn(template, plain))
    problems.push({ pointer: place, message: `The field '${plain}' is given twice: as '${plain}' and as '${name}'` });
  if (typeof value !== "string") {
    problems.push({
      pointer: place,
      message: `The value for the field '${name}' must be a valid JSONPath or a valid intrinsic function call`,
    });
    return [plain, () => null];
  }
  try {
    return [plain, expression(name, value)];
  } catch (error) {
    if (!(error instanceof PathSyntaxError) && !(error instanceof TemplateSyntaxError)) throw error;
    problems.push({
      pointer: place,
      message: `The value for the field '${name}' must be a valid JSONPath or a valid intrinsic function call`,
    });
    return [plain, () => null];
  }
}

function expression(name: string, text: string): Evaluate {
  if (!text.startsWith("$")) {
    const intrinsic = compileIntrinsic(text);
    return (scope) => intrinsic.evaluate(scope);
  }
  const path = compilePath(text);
  const isOfInput = !/^\$(?:\$|[\p{ID_Start}_])/u.test(text);
  return (scope) => {
    if (isOfInput && scope.input === null)
      throw new TemplateError("States.Runtime", "Unable to apply Path transformation to null or empty input.");
    try {
      return path.evaluate(scope);
    } catch (error) {
      if (!(error instanceof PathNotFound)) throw error;
      const input = JSON.stringify(text.startsWith("$$") ? scope.context : scope.input);
      throw new TemplateError(
        "States.Runtime",
        `The JSONPath '${text}' specified for the field '${name}' could not be found in the input '${input}'`,
      );
    }
  };
}
