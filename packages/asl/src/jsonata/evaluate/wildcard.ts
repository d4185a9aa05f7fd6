/** `*` and `**`. */
import { Fault } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Frame, Run } from "../run.ts";
import { isArray, isFunction, sequence } from "../value.ts";
import type { Value } from "../value.ts";

/** The members of an object, the items of an array; those that are arrays flattened. */
export function evaluateWildcard(input: Value, _frame: Frame, run: Run): Value {
  if (typeof input !== "object" || input === null || isFunction(input)) return undefined;
  const found: Value[] = [];
  let hasArrays = false;
  for (const value of isArray(input) ? input : Object.values(input)) {
    if (isArray(value)) {
      hasArrays = true;
      flatten(value, found, run, 0);
    } else found.push(value);
  }
  run.items(found.length);
  // Once JSONata has appended an array to a sequence, it is none any more.
  return hasArrays ? found : sequence(found);
}

function flatten(items: readonly Value[], found: Value[], run: Run, depth: number): void {
  if (depth > limits.valueDepthMax) throw new Fault("U1002");
  run.items(items.length);
  for (const item of items) {
    if (isArray(item)) flatten(item, found, run, depth + 1);
    else found.push(item);
  }
}

/** A value and all that it consists of, arrays themselves left out. */
export function evaluateDescendants(input: Value, _frame: Frame, run: Run): Value {
  if (input === undefined) return undefined;
  const found: Value[] = [];
  descend(input, found, run, 0);
  return found.length === 1 ? found[0] : sequence(found);
}

function descend(value: Value, found: Value[], run: Run, depth: number): void {
  if (depth > limits.valueDepthMax) throw new Fault("U1002");
  run.spend(1);
  if (!isArray(value)) found.push(value);
  if (typeof value !== "object" || value === null || isFunction(value)) return;
  for (const part of isArray(value) ? value : Object.values(value)) descend(part, found, run, depth + 1);
}
