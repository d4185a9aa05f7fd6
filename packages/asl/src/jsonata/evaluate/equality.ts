/** Equality of values: numbers by value, objects whatever the order of their members, functions by identity. */
import { Fault } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Run } from "../run.ts";
import { isArray, isObject } from "../value.ts";
import type { Value } from "../value.ts";

/** @throws Fault U1001, U1002 */
export function isEqual(left: Value, right: Value, run: Run, depth = 0): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (depth > limits.valueDepthMax) throw new Fault("U1002");
  run.spend(1);
  if (isArray(left)) {
    if (!isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => isEqual(item, right[index], run, depth + 1));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && isEqual(left[key], right[key], run, depth + 1))
  );
}
