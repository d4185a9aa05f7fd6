/** The JSONPath expressions of a definition's fields: compiled where they are right, reported in AWS's words where not. */
import { compileIntrinsic } from "../intrinsics/compile-intrinsic.ts";
import { childPointer, pointerSegments } from "../json/pointer.ts";
import { isJsonArray, isJsonObject } from "../json/value.ts";
import type { Json } from "../json/value.ts";
import { compilePath, compileReferencePath } from "../paths/compile-path.ts";
import { checkTemplate, compileTemplate } from "../paths/compile-template.ts";
import { PathSyntaxError, TemplateSyntaxError } from "../paths/errors.ts";
import type { CompiledPath, ReferencePath } from "../paths/path.ts";
import type { CompiledTemplate } from "../paths/template.ts";
import type { FieldReader } from "./field-reader.ts";
import type { Problems } from "./problems.ts";

const INVALID_PATH = "Value must be a valid JSONPath.";

/** Intrinsic functions that give a string, the only ones a Fail state may use. */
const STRING_INTRINSICS: readonly string[] = [
  "States.Format",
  "States.JsonToString",
  "States.ArrayGetItem",
  "States.Base64Encode",
  "States.Base64Decode",
  "States.Hash",
  "States.UUID",
];

/** `InputPath` and `OutputPath`: null is allowed, and so is a path to many values. */
export function readNullablePath(reader: FieldReader, name: string): CompiledPath | null | undefined {
  return reader.raw(name) === null ? null : readPath(reader, name);
}

/** Any path to be read. */
export function readPath(reader: FieldReader, name: string): CompiledPath | undefined {
  const text = reader.text(name);
  return text === undefined ? undefined : compileOrReport(reader, name, () => compilePath(text), INVALID_PATH);
}

/** A path to be read that names at most one value, such as `SecondsPath`. It may start at the context object. */
export function readSinglePath(reader: FieldReader, name: string): CompiledPath | undefined {
  const path = readPath(reader, name);
  if (!path || path.definite) return path;
  reader.problems.ofValue(reader.place(name), "Value is not a Reference Path: the path can name more than one value");
  return undefined;
}

/** Like `readSinglePath`, for a field that AWS does not let start at the context object. */
export function readInputPath(reader: FieldReader, name: string): CompiledPath | undefined {
  const path = readSinglePath(reader, name);
  if (!path?.text.startsWith("$$")) return path;
  reader.problems.ofValue(reader.place(name), "Value is not a Reference Path: it may not start at the context object");
  return undefined;
}

/** `ResultPath`: null is allowed. */
export function readResultPath(reader: FieldReader): ReferencePath | null | undefined {
  const name = "ResultPath";
  if (reader.raw(name) === null) return null;
  const text = reader.text(name);
  if (text === undefined) return undefined;
  if (!text.startsWith("$")) return report(reader, name, INVALID_PATH);
  return compileOrReport(reader, name, () => compileReferencePath(text), "Value is not a Reference Path");
}

/** A payload template of any JSON type. */
export function readTemplate(reader: FieldReader, name: string): CompiledTemplate | undefined {
  const template = reader.raw(name);
  return template === undefined ? undefined : compileTemplateAt(template, reader.place(name), reader.problems);
}

/** A payload template that must be an object. */
export function readObjectTemplate(reader: FieldReader, name: string): CompiledTemplate | undefined {
  return reader.objectField(name) && readTemplate(reader, name);
}

/** An intrinsic function that gives a string, in place of a path. */
export function readStringIntrinsic(
  reader: FieldReader,
  name: string,
  expression: string,
): CompiledTemplate | undefined {
  const compiled = compileOrReport(
    reader,
    name,
    () => compileIntrinsic(expression),
    "Value must be a valid JSONPath or a valid intrinsic function call",
  );
  if (!compiled) return undefined;
  if (STRING_INTRINSICS.some((intrinsic) => expression.slice(0, expression.indexOf("(")).trim() === intrinsic)) {
    return compiled;
  }
  return report(reader, name, `The intrinsic function must be one of the following: [${STRING_INTRINSICS.join(", ")}]`);
}

/** AWS locates a problem of a template at the object that holds the field; the range shows the field itself. */
function compileTemplateAt(template: Json, pointer: string, problems: Problems): CompiledTemplate | undefined {
  const found = checkTemplate(template);
  for (const problem of found) {
    const place = pointer + problem.pointer;
    if (problem.pointer === "") problems.ofValue(place, problem.message);
    else problems.ofMember(place, problem.message);
  }
  if (found.length > 0) return undefined;
  warnOfStaticExpressions(template, pointer, problems);
  return compileTemplate(template);
}

/** NO_DOLLAR: a value that reads as an expression stands under a name without `.$`. */
function warnOfStaticExpressions(template: Json, pointer: string, problems: Problems): void {
  const pending: { value: Json; pointer: string }[] = [{ value: template, pointer }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { value, pointer: place } = next;
    if (isJsonArray(value))
      for (const [index, item] of value.entries()) pending.push({ value: item, pointer: childPointer(place, index) });
    if (!isJsonObject(value)) continue;
    for (const [name, member] of Object.entries(value)) {
      const memberPlace = childPointer(place, name);
      if (name.endsWith(".$")) continue;
      if (looksLikeExpression(member)) problems.warn(memberPlace, "NO_DOLLAR", noDollar(memberPlace));
      else pending.push({ value: member, pointer: memberPlace });
    }
  }
}

function noDollar(pointer: string): string {
  return `The field name '${pointerSegments(pointer).at(-1) ?? ""}' does not end with '.$', so the value is used as it is; it looks like a JSONPath or an intrinsic function`;
}

/** Whether a literal reads like a path or an intrinsic function. A lone `$` does not: it may be a currency. */
export function looksLikeExpression(value: Json | undefined): value is string {
  return typeof value === "string" && /^(?:\$\$?[.[]|States\.[A-Za-z0-9]+\()/.test(value);
}

function compileOrReport<Compiled>(
  reader: FieldReader,
  name: string,
  compile: () => Compiled,
  message: string,
): Compiled | undefined {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof PathSyntaxError) && !(error instanceof TemplateSyntaxError)) throw error;
    return report(reader, name, message === INVALID_PATH ? message : `${message}: ${error.message}`);
  }
}

function report(reader: FieldReader, name: string, message: string): undefined {
  reader.problems.ofValue(reader.place(name), message);
  return undefined;
}
