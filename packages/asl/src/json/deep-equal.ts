/** Equality of JSON values: numbers by value, objects whatever the order of their keys. */
import type { Json, JsonObject } from "./value.ts";
import { isJsonArray, isJsonObject } from "./value.ts";

export function deepEqual(left: Json, right: Json): boolean {
  const pending: [Json, Json][] = [[left, right]];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const [a, b] = pair;
    if (a === b) continue;
    if (isJsonArray(a) && isJsonArray(b) && a.length === b.length) {
      for (const [index, item] of a.entries()) pending.push([item, b[index] ?? null]);
    } else if (isJsonObject(a) && isJsonObject(b) && sameKeys(a, b)) {
      for (const key of Object.keys(a)) pending.push([a[key] ?? null, b[key] ?? null]);
    } else return false;
  }
  return true;
}

function sameKeys(left: JsonObject, right: JsonObject): boolean {
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => Object.hasOwn(right, key));
}
