/** `$formatNumber`. https://docs.jsonata.org/numeric-functions#formatnumber */
import { Fault } from "../../errors.ts";
import type { Run } from "../../run.ts";
import { isObject } from "../../value.ts";
import type { ValueObject } from "../../value.ts";
import { Builtin, text } from "../builtin.ts";
import type { Library } from "../builtin.ts";
import { round } from "../numbers.ts";
import { parseNumberPicture, symbolsOf } from "./parse.ts";
import type { NumberPicture, Symbols } from "./parse.ts";

export const numberPictureFunctions: Library = {
  formatNumber: new Builtin("<n-so?:s>", 3, ([number, picture, options], run) =>
    typeof number === "number"
      ? formatNumber(number, text(picture) ?? "", isObject(options) ? options : undefined, run)
      : undefined,
  ),
};

function formatNumber(number: number, source: string, options: ValueObject | undefined, run: Run): string {
  if (!Number.isFinite(number)) throw new Fault("D1001", { value: number });
  const symbols = symbolsOf(options);
  const [positive, negative] = parseNumberPicture(source, symbols);
  const picture = number >= 0 ? positive : (negative ?? { ...positive, prefix: symbols.minus + positive.prefix });
  const { mantissa, exponent } = scaled(number * picture.factor, picture);
  const rounded = round(mantissa, picture.maxFraction);
  run.text(picture.maxFraction + picture.minInteger);
  const digits = grouped(padded(rounded, picture, symbols), picture, symbols);
  const hidesPoint = !picture.hasDecimal || digits.endsWith(symbols.decimal);
  const body = hidesPoint ? digits.slice(0, -1) : digits;
  return picture.prefix + body + exponentText(exponent, picture, symbols) + picture.suffix;
}

function scaled(number: number, picture: NumberPicture): { mantissa: number; exponent: number | undefined } {
  if (picture.minExponent === 0) return { mantissa: number, exponent: undefined };
  const [most, least] = [10 ** picture.scale, 10 ** (picture.scale - 1)];
  let mantissa = number;
  let exponent = 0;
  // A number that is not above zero would be scaled up for ever.
  while (mantissa < least && mantissa > 0) {
    mantissa *= 10;
    exponent -= 1;
  }
  while (mantissa > most) {
    mantissa /= 10;
    exponent += 1;
  }
  return { mantissa, exponent };
}

/** Decimal digits; more than 100 of a fraction JavaScript does not give, and they are zeros. */
function digitsOf(number: number, places: number, symbols: Symbols): string {
  const fixed = Math.abs(number).toFixed(Math.min(places, 100));
  if (symbols.zero === "0") return fixed;
  return fixed.replaceAll(/\d/g, (digit) => String.fromCharCode(symbols.zero.charCodeAt(0) + Number(digit)));
}

/** With as many digits on either side of the separator as the picture wants at least. */
function padded(number: number, { minInteger, minFraction, maxFraction }: NumberPicture, symbols: Symbols): string {
  const { decimal, zero } = symbols;
  const [integer = "", fraction = ""] = digitsOf(number, maxFraction, symbols).split(".");
  const before = trimStart(integer, zero).padStart(minInteger, zero);
  const after = trimEnd(fraction, zero).padEnd(minFraction, zero);
  return before + decimal + after;
}

function trimStart(digits: string, zero: string): string {
  let start = 0;
  while (digits.charAt(start) === zero) start += 1;
  return digits.slice(start);
}

function trimEnd(digits: string, zero: string): string {
  let end = digits.length;
  while (end > 0 && digits.charAt(end - 1) === zero) end -= 1;
  return digits.slice(0, end);
}

/** Separators put in. Places are counted from the point, also where there are not that many digits, as JSONata does it. */
function grouped(digits: string, picture: NumberPicture, { decimal, grouping }: Symbols): string {
  const insert = (into: string, at: number): string => into.slice(0, at) + grouping + into.slice(at);
  let result = digits;
  let point = digits.indexOf(decimal);
  if (picture.regularGroup > 0) {
    const count = Math.floor((point - 1) / picture.regularGroup);
    for (let group = 1; group <= count; group += 1) result = insert(result, point - group * picture.regularGroup);
  } else {
    for (const place of picture.integerGroups) {
      result = insert(result, point - place);
      point += 1;
    }
  }
  for (const place of picture.fractionGroups) result = insert(result, place + result.indexOf(decimal) + 1);
  return result;
}

function exponentText(exponent: number | undefined, { minExponent }: NumberPicture, symbols: Symbols): string {
  if (exponent === undefined) return "";
  const digits = digitsOf(exponent, 0, symbols).padStart(minExponent, symbols.zero);
  return symbols.exponent + (exponent < 0 ? symbols.minus : "") + digits;
}
