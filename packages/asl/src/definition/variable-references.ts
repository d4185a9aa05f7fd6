/**
 * The variables that a JSONPath state reads: in its paths, its templates and their intrinsic functions. JSONata
 * expressions say themselves what they read. A state inside a branch or an item processor counts for itself.
 */
import { isJsonArray, isJsonObject } from "../json/value.ts";
import type { Json, JsonObject } from "../json/value.ts";
import type { StateSource } from "./compilation.ts";
import { referenced } from "./jsonata-fields.ts";

/** Members that hold other states, or data that is not evaluated. */
const OPAQUE: ReadonlySet<string> = new Set(["Branches", "ItemProcessor", "Iterator", "Result"]);

/** A path's root, and every `$name` of an intrinsic function's arguments outside its texts. */
const VARIABLE = /\$([\p{ID_Start}_][\p{ID_Continue}]*)/gu;
const TEXT = /'(?:[^'\\]|\\.)*'/gs;

/** Notes what the state reads with its compilation. */
export function readPathReferences(source: StateSource): void {
  const pending: JsonObject[] = [source.reader.object];
  for (let holder = pending.pop(); holder !== undefined; holder = pending.pop()) {
    for (const [name, value] of Object.entries(holder)) {
      if (OPAQUE.has(name)) continue;
      pending.push(...objectsIn(value));
      if (typeof value === "string" && isExpression(name)) {
        for (const variable of variablesOf(value)) referenced(source, variable);
      }
    }
  }
}

function isExpression(name: string): boolean {
  return name.endsWith(".$") || name.endsWith("Path") || name === "Variable";
}

function objectsIn(value: Json): JsonObject[] {
  if (isJsonObject(value)) return [value];
  return isJsonArray(value) ? value.flatMap(objectsIn) : [];
}

function variablesOf(expression: string): string[] {
  if (expression.startsWith("States.")) {
    return [...expression.replaceAll(TEXT, "").matchAll(VARIABLE)].flatMap(([, name]) => name ?? []);
  }
  const [, name] = /^\$([\p{ID_Start}_][\p{ID_Continue}]*)/u.exec(expression) ?? [];
  return name === undefined ? [] : [name];
}
