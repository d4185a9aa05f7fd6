/** https://docs.jsonata.org/array-functions */
import { Fault } from "../errors.ts";
import { isEqual } from "../evaluate/equality.ts";
import { mergeSort } from "../evaluate/sort.ts";
import { apply } from "../run.ts";
import type { Run } from "../run.ts";
import { append, isArray, isNumeric, isSequence, sequence } from "../value.ts";
import type { Value, ValueArray } from "../value.ts";
import { Builtin } from "./builtin.ts";
import type { Library } from "./builtin.ts";

export const arrayFunctions: Library = {
  append: new Builtin("<xx:a>", 2, ([first, second], run) => {
    const result = append(first, second);
    if (isArray(result)) run.items(result.length);
    return result;
  }),
  sort: new Builtin("<af?:a>", 2, ([items, comparator], run) => {
    if (!isArray(items)) return undefined;
    if (items.length <= 1) return items;
    if (comparator !== undefined)
      return mergeSort(items, (first, second) => isTrue(apply(comparator, [first, second], null, run)), run);
    if (!items.every(isNumeric) && !items.every((item) => typeof item === "string"))
      throw new Fault("D3070", { index: 1 });
    return mergeSort(items, isGreater, run);
  }),
  reverse: new Builtin("<a:a>", 1, ([items], run) => {
    if (!isArray(items) || items.length <= 1) return items;
    run.items(items.length);
    return items.toReversed();
  }),
  shuffle: new Builtin("<a:a>", 1, ([items], run) => {
    if (!isArray(items) || items.length <= 1) return items;
    run.items(items.length);
    const result: Value[] = [];
    for (const [index, item] of items.entries()) {
      const other = Math.floor(run.host.random() * (index + 1));
      result[index] = result[other];
      result[other] = item;
    }
    return result;
  }),
  distinct: new Builtin("<x:x>", 1, ([items], run) => {
    if (!isArray(items) || items.length <= 1) return items;
    const result = distinct(items, run);
    return isSequence(items) ? sequence(result) : result;
  }),
  zip: new Builtin("<a+>", 0, (arrays, run) => {
    const length = Math.min(...arrays.map((array) => (isArray(array) ? array.length : 0)));
    if (!Number.isFinite(length)) return [];
    run.items(length * arrays.length);
    return Array.from({ length }, (_, index) => arrays.map((array) => (isArray(array) ? array[index] : undefined)));
  }),
};

/** As JavaScript has it, for the result of a comparator: an empty array is true. */
function isTrue(value: Value): boolean {
  return Boolean(value);
}

function isGreater(first: Value, second: Value): boolean {
  if (typeof first === "number" && typeof second === "number") return first > second;
  return typeof first === "string" && typeof second === "string" && first > second;
}

/** The first of equal items. */
function distinct(items: ValueArray, run: Run): Value[] {
  const primitives = new Set<Value>();
  const structures: Value[] = [];
  const result: Value[] = [];
  for (const item of items) {
    if (typeof item === "object" && item !== null) {
      if (structures.some((other) => isEqual(item, other, run))) continue;
      structures.push(item);
    } else {
      if (primitives.has(item) && !Number.isNaN(item)) continue;
      primitives.add(item);
    }
    result.push(item);
  }
  run.items(items.length);
  return result;
}
