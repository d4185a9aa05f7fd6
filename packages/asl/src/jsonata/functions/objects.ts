/** https://docs.jsonata.org/object-functions and https://docs.jsonata.org/boolean-functions */
import { Fault } from "../errors.ts";
import { isTruthy } from "../evaluate/truth.ts";
import { clone } from "../evaluate/transform.ts";
import { limits } from "../limits.ts";
import type { Run } from "../run.ts";
import { isArray, isFunction, isNumeric, isObject, lookup, sequence, setMember } from "../value.ts";
import type { MarkedArray, Value } from "../value.ts";
import { Builtin, text } from "./builtin.ts";
import type { Library } from "./builtin.ts";

export const objectFunctions: Library = {
  keys: new Builtin("<x-:a<s>>", 1, ([value], run) => sequence(keysOf(value, run, 0))),
  lookup: new Builtin("<x-s:x>", 2, ([value, key], run) => {
    const found = lookup(value, text(key) ?? "", run);
    if (isArray(found)) run.items(found.length);
    return found;
  }),
  spread: new Builtin("<x-:a<o>>", 1, ([value], run) => spread(value, run, 0)),
  merge: new Builtin("<a<o>:o>", 1, ([objects], run) => {
    if (!isArray(objects)) return undefined;
    const result: Record<string, Value> = {};
    for (const object of objects) {
      if (!isObject(object)) continue;
      const entries = Object.entries(object);
      run.spend(entries.length);
      for (const [key, value] of entries) setMember(result, key, value);
    }
    return result;
  }),
  clone: new Builtin("<(oa)-:o>", 1, ([value], run) => (value === undefined ? undefined : clone(value, run))),
  type: new Builtin("<x:s>", 1, ([value]) => typeOf(value)),
  exists: new Builtin("<x:b>", 1, ([value]) => value !== undefined),
  boolean: new Builtin("<x-:b>", 1, ([value], run) =>
    value === undefined ? undefined : !isFunction(value) && isTruthy(value, run),
  ),
  not: new Builtin("<x-:b>", 1, ([value], run) =>
    value === undefined ? undefined : isFunction(value) || !isTruthy(value, run),
  ),
  error: new Builtin("<s?:x>", 1, ([message]) => {
    throw new Fault("D3137", { message: text(message) || "$error() function evaluated" });
  }),
  assert: new Builtin("<bs?:x>", 2, ([condition, message]) => {
    if (condition !== true) throw new Fault("D3141", { message: text(message) || "$assert() statement failed" });
    return undefined;
  }),
};

function keysOf(value: Value, run: Run, depth: number): string[] {
  if (depth > limits.valueDepthMax) throw new Fault("U1002");
  run.spend(1);
  if (isArray(value)) {
    // As members of one object: each once, and in the order that an object has.
    const merged: Record<string, Value> = {};
    for (const item of value) for (const key of keysOf(item, run, depth + 1)) setMember(merged, key, true);
    return Object.keys(merged);
  }
  const keys = isObject(value) ? Object.keys(value) : [];
  run.items(keys.length);
  return keys;
}

/** Objects with one member each. */
function spread(value: Value, run: Run, depth: number): Value {
  if (depth > limits.valueDepthMax) throw new Fault("U1002");
  run.spend(1);
  if (isArray(value)) {
    if (value.length === 0) return sequence();
    const result: MarkedArray = [];
    for (const item of value) {
      const part = spread(item, run, depth + 1);
      if (isArray(part)) for (const object of part) result.push(object);
      else if (part !== undefined) result.push(part);
    }
    run.items(result.length);
    return result;
  }
  if (!isObject(value)) return value;
  const parts = Object.entries(value);
  run.items(parts.length * 2);
  return sequence(
    parts.map(([key, member]) => {
      const part: Record<string, Value> = {};
      setMember(part, key, member);
      return part;
    }),
  );
}

function typeOf(value: Value): string | undefined {
  if (value === undefined) return undefined;
  if (value === null) return "null";
  if (isNumeric(value)) return "number";
  if (isArray(value)) return "array";
  if (isFunction(value)) return "function";
  return typeof value === "string" || typeof value === "boolean" ? typeof value : "object";
}
