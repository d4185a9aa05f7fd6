/** Fields that are given as they are, at a path or by a JSONata expression: what they come to when their state runs. */
import type { FailText, FieldValue } from "../definition/machine.ts";
import type { Json } from "../json/value.ts";
import { findPath, readPath } from "./data-flow.ts";
import { QueryError, runtimeError } from "./errors.ts";
import { pathScope } from "./evaluation.ts";
import type { Evaluation } from "./evaluation.ts";
import { queryOf, unexpectedType } from "./query.ts";

type PathValue = Extract<FieldValue<number>, { kind: "path" }>;
type QueryValue = Extract<FieldValue<number>, { kind: "jsonata" }>;

/**
 * Seconds: a whole number, 0 or more.
 * @param name the field without `Path`, as it is named in errors
 * @throws StateError with AWS's text, which names the field
 */
export function secondsOf(evaluation: Evaluation, name: string, value: FieldValue<number>, input: Json): number {
  switch (value.kind) {
    case "literal":
      return value.value;
    case "jsonata": {
      const found = integerQuery(evaluation, value);
      if (found >= 0) return found;
      throw new QueryError(`The ${name} parameter references a negative value: ${found}`, name);
    }
    case "path":
      return secondsFromPath(evaluation, value, input);
  }
}

function secondsFromPath(evaluation: Evaluation, { field, path }: PathValue, input: Json): number {
  const value = findPath(evaluation, path, input);
  if (value === undefined) throw runtimeError(`The ${field} parameter does not reference an input value: ${path.text}`);
  const shown = `${path.text} == ${typeof value === "string" ? value : evaluation.text(value)}`;
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw runtimeError(`The ${field} parameter cannot be parsed as a long value: ${shown}`);
  }
  if (value < 0) throw runtimeError(`The ${field} parameter references a negative value: ${shown}`);
  return value;
}

/** A whole number, 0 or more, in the words of a Map's fields. */
export function countOf(evaluation: Evaluation, value: FieldValue<number>, input: Json): number {
  if (value.kind === "literal") return value.value;
  if (value.kind === "jsonata") {
    const found = integerQuery(evaluation, value);
    if (found >= 0) return found;
    throw unexpectedType(evaluation, value.expression, "integer", found);
  }
  const found = mapFieldAt(evaluation, value, input);
  if (typeof found === "number" && Number.isInteger(found) && found >= 0) return found;
  throw invalidMapField(evaluation, value, found, "integer");
}

/** A number that may have a fraction, in the words of a Map's fields. */
export function numberOf(evaluation: Evaluation, value: FieldValue<number>, input: Json): number {
  if (value.kind === "literal") return value.value;
  if (value.kind === "jsonata") {
    const found = queryOf(evaluation)(value.expression);
    if (typeof found === "number") return found;
    throw unexpectedType(evaluation, value.expression, "number", found);
  }
  const found = mapFieldAt(evaluation, value, input);
  if (typeof found === "number") return found;
  throw invalidMapField(evaluation, value, found, "number");
}

function mapFieldAt(evaluation: Evaluation, { field, path }: PathValue, input: Json): Json {
  const value = findPath(evaluation, path, input);
  if (value !== undefined) return value;
  throw runtimeError(`The ${field} field does not reference an input value: ${path.text}`);
}

function invalidMapField(
  evaluation: Evaluation,
  { field, path }: PathValue,
  value: Json,
  type: "integer" | "number",
): Error {
  const shown = evaluation.text(value);
  return runtimeError(`The ${field} field refers to value ${shown} which is not a valid ${type}: ${path.text}`);
}

/** A Fail state's `Error` or `Cause`. */
export function textOf(evaluation: Evaluation, text: FailText, input: Json): string {
  switch (text.kind) {
    case "literal":
      return text.value;
    case "jsonata": {
      const found = queryOf(evaluation)(text.expression);
      if (typeof found === "string") return found;
      throw unexpectedType(evaluation, text.expression, "string", found);
    }
    case "path":
      return referredText(evaluation, text.field, readPath(evaluation, text.path, input));
    case "intrinsic":
      return referredText(evaluation, text.field, text.template.evaluate(pathScope(evaluation, input)));
  }
}

function referredText(evaluation: Evaluation, field: string, found: Json): string {
  if (typeof found === "string") return found;
  throw runtimeError(`The ${field} field does not refer to a string value: ${evaluation.text(found)}`);
}

/** A condition of a choice. */
export function conditionOf(evaluation: Evaluation, value: FieldValue<boolean>): boolean {
  if (value.kind === "literal") return value.value;
  if (value.kind === "path") throw new Error("A condition is never a path.");
  const found = queryOf(evaluation)(value.expression);
  if (typeof found === "boolean") return found;
  throw unexpectedType(evaluation, value.expression, "boolean", found);
}

function integerQuery(evaluation: Evaluation, value: QueryValue): number {
  const found = queryOf(evaluation)(value.expression);
  if (typeof found === "number" && Number.isInteger(found)) return found;
  throw unexpectedType(evaluation, value.expression, "integer", found);
}
