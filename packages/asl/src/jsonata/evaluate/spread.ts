/** How what a step gives becomes part of its path's result. */
import type { Run } from "../run.ts";
import { CONSTRUCTED, isArray, isSequence, kept } from "../value.ts";
import type { Value, ValueArray } from "../value.ts";

/** Adds the items of an array, or the array itself when it was constructed as an item. */
export function addSpread(found: Value[], result: ValueArray, run: Run): void {
  if (isConstructedArray(result)) {
    run.needsFinish = true;
    found.push(result);
    return;
  }
  run.items(result.length);
  for (const item of result) found.push(item);
}

export function isConstructedArray(value: ValueArray): boolean {
  return value.mark !== undefined && (value.mark & CONSTRUCTED) !== 0;
}

/** `[]` in a path: a single result is an array of one. */
export function keepIf(keep: boolean, value: Value): Value {
  if (!keep || value === undefined) return value;
  if (!isArray(value)) return kept([value]);
  if (isConstructedArray(value)) return kept([value]);
  return isSequence(value) && value.length > 0 ? kept(value) : value;
}
