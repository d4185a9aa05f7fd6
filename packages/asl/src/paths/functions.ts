/**
 * The functions that may end a path: `$.list.length()`, `$.numbers.sum()`. They work on the value before them and, some
 * of them, on parameters. Numbers other than those of the value itself, and texts, may come as parameters one by one or in lists.
 */
import { isJsonArray, isJsonObject } from "../json/value.ts";
import type { Json } from "../json/value.ts";
import { PathNotFound } from "./errors.ts";
import { javaText } from "./java-text.ts";

type PathFunction = (value: Json, parameters: readonly Json[]) => Json;

/** How many parameters each function takes. */
export const functionParameters: ReadonlyMap<string, { readonly least: number; readonly most: number }> = new Map([
  ["append", { least: 0, most: Infinity }],
  ["avg", { least: 0, most: Infinity }],
  ["concat", { least: 0, most: Infinity }],
  ["first", { least: 0, most: 0 }],
  ["index", { least: 1, most: 1 }],
  ["keys", { least: 0, most: 0 }],
  ["last", { least: 0, most: 0 }],
  ["length", { least: 0, most: 0 }],
  ["max", { least: 0, most: Infinity }],
  ["min", { least: 0, most: Infinity }],
  ["size", { least: 0, most: 0 }],
  ["stddev", { least: 0, most: Infinity }],
  ["sum", { least: 0, most: Infinity }],
]);

const functions: Readonly<Record<string, PathFunction>> = {
  append: (value, parameters) => (isJsonArray(value) ? [...value, ...parameters] : value),
  avg: (value, parameters) => mean(numbers(value, parameters)),
  concat: (value, parameters) =>
    (isJsonArray(value) ? value.filter((item) => typeof item === "string") : []).join("") +
    parameters
      .flat()
      .filter((item) => item !== null)
      .map(javaText)
      .join(""),
  first: (value) => itemAt(value, 0),
  index: (value, [index = null]) => {
    if (typeof index !== "number") throw outOfBounds(0, 0);
    return itemAt(value, Math.trunc(index));
  },
  keys: (value) => (isJsonObject(value) ? Object.keys(value) : null),
  last: (value) => itemAt(value, -1),
  length: lengthOf,
  // Jayway starts from Java's smallest positive double, so the greatest of negative numbers is that.
  max: (value, parameters) => numbers(value, parameters).reduce((most, next) => Math.max(most, next), Number.MIN_VALUE),
  min: (value, parameters) => numbers(value, parameters).reduce((least, next) => Math.min(least, next)),
  size: lengthOf,
  stddev(value, parameters) {
    const all = numbers(value, parameters);
    const total = sum(all);
    const squares = all.reduce((before, next) => before + next * next, 0);
    return Math.sqrt(squares / all.length - (total * total) / all.length / all.length);
  },
  sum: (value, parameters) => sum(numbers(value, parameters)),
};

/** @throws PathNotFound */
export function callFunction(name: string, value: Json, parameters: readonly Json[]): Json {
  const apply = functions[name];
  if (apply === undefined) throw new PathNotFound(`Function with name: ${name} does not exist.`, "invalid");
  const result = apply(value, parameters);
  if (typeof result === "number" && !Number.isFinite(result))
    throw new PathNotFound(`The result of the function ${name} is not a number`, "failed");
  return result;
}

/** A parameter is there for `$..x.length()` only: what the scan found. A text has no length here. */
function lengthOf(value: Json, [scanned]: readonly Json[]): number | null {
  const measured = scanned ?? value;
  if (isJsonArray(measured)) return measured.length;
  return isJsonObject(measured) ? Object.keys(measured).length : null;
}

function numbers(value: Json, parameters: readonly Json[]): readonly number[] {
  const found = [...(isJsonArray(value) ? value : []), ...parameters.flat()].filter((item) => typeof item === "number");
  if (found.length === 0) throw nothingToCount();
  return found;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, next) => total + next, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

/** @param index from the end when negative; from there Jayway does not reach the first element */
function itemAt(value: Json, index: number): Json {
  if (!isJsonArray(value)) throw nothingToCount();
  if (index < 0 && value.length + index <= 0)
    throw new PathNotFound(`Target index:${index} larger than object count:${value.length}`, "failed");
  const found = value.at(index);
  if (found === undefined) throw outOfBounds(index, value.length);
  return found;
}

function nothingToCount(): PathNotFound {
  return new PathNotFound("Aggregation function attempted to calculate value using empty array", "failed");
}

function outOfBounds(index: number, length: number): PathNotFound {
  return new PathNotFound(`Index ${index} out of bounds for length ${length}`, "out-of-bounds");
}
