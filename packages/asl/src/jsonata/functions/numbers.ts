/** https://docs.jsonata.org/numeric-functions and https://docs.jsonata.org/aggregation-functions */
import { Fault } from "../errors.ts";
import { isArray } from "../value.ts";
import type { Value } from "../value.ts";
import { Builtin, numeric } from "./builtin.ts";
import type { Library } from "./builtin.ts";

function ofNumber(act: (number: number) => number): Builtin {
  return new Builtin("<n-:n>", 1, ([number]) => (typeof number === "number" ? act(number) : undefined));
}

/** A function of numbers that has no value for none. */
function ofNumbers(act: (numbers: readonly number[]) => number): Builtin {
  return new Builtin("<a<n>:n>", 1, ([items]) => {
    const numbers = numbersOf(items);
    return numbers === undefined || numbers.length === 0 ? undefined : act(numbers);
  });
}

function numbersOf(items: Value): number[] | undefined {
  return isArray(items) ? items.map((item) => numeric(item) ?? Number.NaN) : undefined;
}

export const numberFunctions: Library = {
  sum: new Builtin("<a<n>:n>", 1, ([items]) => {
    const numbers = numbersOf(items);
    return numbers && sum(numbers);
  }),
  count: new Builtin("<a:n>", 1, ([items]) => (isArray(items) ? items.length : 0)),
  max: ofNumbers((numbers) => extreme(numbers, Math.max)),
  min: ofNumbers((numbers) => extreme(numbers, Math.min)),
  average: ofNumbers((numbers) => sum(numbers) / numbers.length),
  abs: ofNumber(Math.abs),
  floor: ofNumber(Math.floor),
  ceil: ofNumber(Math.ceil),
  sqrt: ofNumber((number) => {
    if (number < 0) throw new Fault("D3060", { value: number, index: 1 });
    return Math.sqrt(number);
  }),
  round: new Builtin("<n-n?:n>", 2, ([number, precision]) =>
    typeof number === "number" ? round(number, numeric(precision)) : undefined,
  ),
  power: new Builtin("<n-n:n>", 2, ([base, exponent]) => {
    if (typeof base !== "number") return undefined;
    const result = base ** (numeric(exponent) ?? Number.NaN);
    if (!Number.isFinite(result)) throw new Fault("D3061", { value: base, exp: exponent, index: 1 });
    return result;
  }),
  formatBase: new Builtin("<n-n?:s>", 2, ([number, radix]) => {
    if (typeof number !== "number") return undefined;
    const base = round(numeric(radix) ?? 10);
    if (!(base >= 2 && base <= 36)) throw new Fault("D3100", { value: base });
    return round(number).toString(base);
  }),
};

function sum(numbers: readonly number[]): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

function extreme(numbers: readonly number[], choose: (first: number, second: number) => number): number {
  return numbers.reduce((first, second) => choose(first, second));
}

/** To the nearest, halves to the even one; `precision` decimal places, or tens with a negative one. */
export function round(number: number, precision = 0): number {
  const shifted = precision === 0 ? number : shift(number, precision);
  let result = Math.round(shifted);
  if (Math.abs(result - shifted) === 0.5 && Math.abs(result % 2) === 1) result -= 1;
  if (precision !== 0) result = shift(result, -precision);
  return Object.is(result, -0) ? 0 : result;
}

/** Times a power of ten, on the decimal digits, where multiplying would not be exact. */
function shift(number: number, places: number): number {
  const [digits = "", exponent = "0"] = String(number).split("e");
  return Number(`${digits}e${Number(exponent) + places}`);
}
