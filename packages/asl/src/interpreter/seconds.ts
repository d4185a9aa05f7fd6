/** Whole seconds that a path names: `SecondsPath`, `TimeoutSecondsPath`, `HeartbeatSecondsPath`. */
import type { Json } from "../json/value.ts";
import type { CompiledPath } from "../paths/path.ts";
import { findPath } from "./data-flow.ts";
import type { Evaluation } from "./data-flow.ts";
import { runtimeError } from "./errors.ts";

/**
 * The whole number, 0 or more, that the path names.
 * @throws StateError `States.Runtime` with AWS's text, which names the field.
 */
export function secondsFromPath(evaluation: Evaluation, field: string, path: CompiledPath, input: Json): number {
  const value = findPath(evaluation, path, input);
  if (value === undefined) {
    throw runtimeError(`The ${field} parameter does not reference an input value: ${path.text}`);
  }
  const shown = `${path.text} == ${typeof value === "string" ? value : evaluation.draft.text(value)}`;
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw runtimeError(`The ${field} parameter cannot be parsed as a long value: ${shown}`);
  }
  if (value < 0) throw runtimeError(`The ${field} parameter references a negative value: ${shown}`);
  return value;
}
