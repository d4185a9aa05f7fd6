/**
 * Tuples: items of a path that carry variables with them, the ones that `@`, `#` and `%` bind. The item itself stands at `@`.
 */
import { Frame } from "../run.ts";
import { append, isArray, SEQUENCE, TUPLES } from "../value.ts";
import type { MarkedArray, Value, ValueObject } from "../value.ts";

export function tupleStream(): MarkedArray {
  const result: MarkedArray = [];
  result.mark = SEQUENCE | TUPLES;
  return result;
}

export function isTuple(value: Value): value is ValueObject {
  return typeof value === "object" && value !== null && "@" in value;
}

/** The variables of a tuple, in a frame of their own. */
export function frameOf(tuple: ValueObject, frame: Frame): Frame {
  const result = new Frame(frame);
  for (const [name, value] of Object.entries(tuple)) if (name !== "@") result.bind(name, value);
  return result;
}

/** Tuples as one: the values of each variable together. */
export function reduceTuples(tuples: Value): ValueObject {
  const result: Record<string, Value> = {};
  for (const tuple of isArray(tuples) ? tuples : [tuples]) {
    if (!isTuple(tuple)) continue;
    for (const [name, value] of Object.entries(tuple)) result[name] = append(result[name], value);
  }
  return result;
}
