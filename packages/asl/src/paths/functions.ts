/** The functions that may end a path: `$.list.length()`, `$.numbers.sum()`. */
import { isJsonArray, isJsonObject } from "../json/value.ts";
import type { Json } from "../json/value.ts";
import type { Segment } from "./segments.ts";

type Call = Extract<Segment, { kind: "call" }>;

export const functionNames: ReadonlySet<string> = new Set([
  "avg",
  "concat",
  "first",
  "index",
  "keys",
  "last",
  "length",
  "max",
  "min",
  "stddev",
  "sum",
  "append",
]);

/** Undefined when the function does not apply to the value. */
export function callFunction({ name, parameters }: Call, value: Json, root: Json): Json | undefined {
  const given = parameters.map((parameter) => parameter({ current: value, root }) ?? null);
  switch (name) {
    case "length":
      if (isJsonArray(value) || typeof value === "string") return value.length;
      return isJsonObject(value) ? Object.keys(value).length : undefined;
    case "keys":
      return isJsonObject(value) ? Object.keys(value) : undefined;
    case "first":
      return isJsonArray(value) ? value.at(0) : undefined;
    case "last":
      return isJsonArray(value) ? value.at(-1) : undefined;
    case "index":
      return isJsonArray(value) && typeof given[0] === "number" ? value.at(given[0]) : undefined;
    case "append":
      return isJsonArray(value) ? [...value, ...given] : undefined;
    case "concat":
      return [...(isJsonArray(value) ? value : []), ...given.flat()]
        .filter((item) => typeof item === "string" || typeof item === "number")
        .join("");
    default:
      return aggregate(name, [...(isJsonArray(value) ? value : []), ...given.flat()]);
  }
}

function aggregate(name: string, values: readonly Json[]): number | undefined {
  const numbers = values.filter((item) => typeof item === "number");
  if (numbers.length === 0) return undefined;
  const sum = numbers.reduce((total, number) => total + number, 0);
  const mean = sum / numbers.length;
  switch (name) {
    case "sum":
      return sum;
    case "avg":
      return mean;
    case "min":
      return numbers.reduce((least, number) => Math.min(least, number));
    case "max":
      return numbers.reduce((most, number) => Math.max(most, number));
    case "stddev":
      return Math.sqrt(numbers.reduce((total, number) => total + (number - mean) ** 2, 0) / numbers.length);
    default:
      return undefined;
  }
}
