/**
 * The JSONata expressions of a definition's fields: texts that are `{% … %}` as a whole, alone or inside objects and
 * arrays. They are compiled once, here; what is wrong with one is reported where it stands.
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
import { childPointer } from "../json/pointer.ts";
import { isJsonArray, isJsonObject, setOwn } from "../json/value.ts";
import type { Json } from "../json/value.ts";
import { compileJsonata } from "../jsonata/compile-jsonata.ts";
import type { CompiledJsonata } from "../jsonata/compile-jsonata.ts";
import { JsonataError } from "../jsonata/errors.ts";
import type { StateSource } from "./compilation.ts";
import type { FieldReader } from "./field-reader.ts";
import type { JsonataExpression, JsonataTemplate } from "./machine.ts";

/** The members of `$states` that exist only in some fields; `input` and `context` exist in all. */
export type StatesMember = "errorOutput" | "result";

const NO_MEMBERS: readonly StatesMember[] = [];

type Fill = (evaluate: (expression: JsonataExpression) => Json) => Json;

/** Whether a text is meant as an expression, well delimited or not. */
export function looksLikeJsonata(value: Json | undefined): value is string {
  if (typeof value !== "string") return false;
  const text = value.trim();
  return text.startsWith("{%") || text.endsWith("%}");
}

/** A field of any JSON type whose texts may be expressions; undefined when it is absent or wrong. */
export function readJsonata(
  source: StateSource,
  reader: FieldReader,
  name: string,
  members: readonly StatesMember[] = NO_MEMBERS,
): JsonataTemplate | undefined {
  const value = reader.raw(name);
  if (value === undefined) return undefined;
  const fill = compileValue(source, value, reader.place(name), members);
  return fill && { kind: "jsonataTemplate", fill };
}

/** Recursion is as deep as the definition, which the JSON reader bounds. */
function compileValue(
  source: StateSource,
  value: Json,
  pointer: string,
  members: readonly StatesMember[],
): Fill | undefined {
  if (looksLikeJsonata(value)) {
    const expression = compileJsonataAt(source, value, pointer, members);
    return expression && ((evaluate) => evaluate(expression));
  }
  if (isJsonArray(value)) {
    const items = value.map((item, index) => compileValue(source, item, childPointer(pointer, index), members));
    if (!items.every((item) => item !== undefined)) return undefined;
    if (items.every(isStatic)) return still(value);
    return (evaluate) => items.map((item) => item(evaluate));
  }
  if (!isJsonObject(value)) return still(value);
  const fields = Object.entries(value).map(
    ([name, member]) => [name, compileValue(source, member, childPointer(pointer, name), members)] as const,
  );
  if (!fields.every((field): field is readonly [string, Fill] => field[1] !== undefined)) return undefined;
  if (fields.every(([, member]) => isStatic(member))) return still(value);
  return (evaluate) => {
    const object: { [name: string]: Json } = {};
    for (const [name, member] of fields) setOwn(object, name, member(evaluate));
    return object;
  };
}

const STATIC = new WeakSet<Fill>();

/** A value without expressions is handed on as it stands. */
function still(value: Json): Fill {
  const fill: Fill = () => value;
  STATIC.add(fill);
  return fill;
}

function isStatic(fill: Fill): boolean {
  return STATIC.has(fill);
}

/** One expression with its delimiters; undefined, and reported, when it cannot be used. */
export function compileJsonataAt(
  source: StateSource,
  text: string,
  pointer: string,
  members: readonly StatesMember[],
): JsonataExpression | undefined {
  const { problems } = source.reader;
  if (!text.startsWith("{%") || !text.endsWith("%}") || text.length < 4) {
    problems.ofValue(pointer, "A JSONata expression begins with '{%' and ends with '%}', without spaces around them");
    return undefined;
  }
  const compiled = compileOrReport(source, text.slice(2, -2).trim(), pointer);
  if (compiled === undefined) return undefined;
  reportReferences(source, compiled, pointer, members);
  for (const name of compiled.variables) if (name !== "states") referenced(source, name);
  return {
    location: problems.locationWithin(source.reader.pointer, pointer),
    compiled,
    readsContext: readsContext(compiled.source),
  };
}

/** AWS gives the parser's message without its code. */
function compileOrReport(source: StateSource, text: string, pointer: string): CompiledJsonata | undefined {
  try {
    return compileJsonata(text);
  } catch (problem) {
    if (!(problem instanceof JsonataError)) throw problem;
    source.reader.problems.ofValue(pointer, problem.message, "INVALID_JSONATA_EXPRESSION");
    return undefined;
  }
}

/** What an expression looks at that is not there. */
function reportReferences(
  source: StateSource,
  compiled: CompiledJsonata,
  pointer: string,
  members: readonly StatesMember[],
): void {
  const { problems } = source.reader;
  const report = (message: string): void => problems.ofValue(pointer, message, "UNSUPPORTED_JSONATA_EXPRESSION");
  for (const name of compiled.rootReferences) {
    report(`Reference to '${name}' ${name === "$$" ? "" : "at the top level "}is not supported.`);
  }
  const read = new Set<StatesMember>();
  for (const [, name] of withoutTexts(compiled.source).matchAll(/\$states\s*\.\s*(errorOutput|result)\b/g)) {
    if (name === "errorOutput" || name === "result") read.add(name);
  }
  for (const name of read) if (!members.includes(name)) report(`Field '$states.${name}' does not exist.`);
}

/** Notes that the state reads a variable. */
export function referenced({ compilation, name }: StateSource, variable: string): void {
  const known = compilation.references.get(name);
  if (known === undefined) compilation.references.set(name, new Set([variable]));
  else known.add(variable);
}

/** The context object is made for those expressions only that may look at it. */
function readsContext(expression: string): boolean {
  return /\$states(?!\s*\.\s*(?:input|result|errorOutput)\b)/.test(expression);
}

/** An expression with its texts and comments blanked out. */
function withoutTexts(expression: string): string {
  return expression.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\/\*[\s\S]*?\*\//g, '""');
}
