/** Intrinsic functions over arrays. */
import { deepEqual } from "../json/deep-equal.ts";
import { arity, array, integer, payloadBytesMax, refuse } from "./intrinsic.ts";
import type { IntrinsicFunction } from "./intrinsic.ts";
import type { Json } from "../json/value.ts";

const rangeItemsMax = 1_000;

function bounded(value: Json | undefined): readonly Json[] {
  const items = array(value);
  return new TextEncoder().encode(JSON.stringify(items)).length <= payloadBytesMax
    ? items
    : refuse("The array is larger than 256 KiB");
}

export const arrayFunctions: Readonly<Record<string, IntrinsicFunction>> = {
  Array: (parameters) => parameters,
  ArrayPartition(parameters) {
    arity(parameters, 2);
    const items = bounded(parameters[0]);
    const size = integer(parameters[1]);
    if (size < 1) refuse("The chunk size must be a positive integer");
    return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
      items.slice(index * size, (index + 1) * size),
    );
  },
  ArrayContains(parameters) {
    arity(parameters, 2);
    return bounded(parameters[0]).some((item) => deepEqual(item, parameters[1] ?? null));
  },
  ArrayRange(parameters) {
    arity(parameters, 3);
    const [first, last, increment] = [integer(parameters[0]), integer(parameters[1]), integer(parameters[2])];
    if (increment === 0) refuse("The increment must not be 0");
    const count = Math.max(0, Math.floor((last - first) / increment) + 1);
    if (count > rangeItemsMax) refuse(`The range has more than ${rangeItemsMax} elements`);
    return Array.from({ length: count }, (_, index) => first + index * increment);
  },
  ArrayGetItem(parameters) {
    arity(parameters, 2);
    const items = array(parameters[0]);
    const index = integer(parameters[1]);
    if (index < 0 || index >= items.length) refuse("The index is out of bounds");
    return items[index] ?? null;
  },
  ArrayLength(parameters) {
    arity(parameters, 1);
    return array(parameters[0]).length;
  },
  ArrayUnique(parameters) {
    arity(parameters, 1);
    const unique: Json[] = [];
    const seen = new Set<string>();
    for (const item of bounded(parameters[0])) {
      const key = JSON.stringify(sorted(item));
      if (!seen.has(key)) unique.push(item);
      seen.add(key);
    }
    return unique;
  },
};

/** The value with its keys in order, so that equal values have one text. */
function sorted(value: Json): Json {
  return JSON.parse(JSON.stringify(value), (_key, inner: Json) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  ) as Json;
}
