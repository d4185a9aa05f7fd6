/**
 * Pictures of integers: `#,##0`, `Ww`, `I`, `1;o`. https://docs.jsonata.org/numeric-functions#formatinteger
 */
import { Fault } from "../../errors.ts";
import type { Run } from "../../run.ts";
import { toLetters, toRoman, toWords } from "./words.ts";

export type IntegerPicture = {
  readonly isOrdinal: boolean;
  readonly letterCase: "lower" | "title" | "upper";
} & (
  | { readonly form: "letters" | "roman" | "words" }
  /** Counting with other characters, which is not supported. */
  | { readonly form: "sequence"; readonly token: string }
  | DecimalPicture
);

export interface DecimalPicture {
  readonly form: "decimal";
  /** The code of the digit zero. */
  readonly zero: number;
  mandatoryDigits: number;
  readonly optionalDigits: number;
  /** Counted in digits from the right. */
  readonly separators: readonly Separator[];
  /** The one that stands after each so many digits, when they are regular. */
  readonly regular: Separator | undefined;
}

export interface Separator {
  readonly position: number;
  readonly character: string;
}

const decimalZeros = [
  0x30, 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50,
  0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50,
  0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
];

/** @throws Fault D3131 */
export function parseIntegerPicture(picture: string): IntegerPicture {
  const semicolon = picture.lastIndexOf(";");
  const primary = semicolon < 0 ? picture : picture.slice(0, semicolon);
  const isOrdinal = semicolon >= 0 && picture.charAt(semicolon + 1) === "o";
  switch (primary) {
    case "A":
      return { form: "letters", letterCase: "upper", isOrdinal };
    case "a":
      return { form: "letters", letterCase: "lower", isOrdinal };
    case "I":
      return { form: "roman", letterCase: "upper", isOrdinal };
    case "i":
      return { form: "roman", letterCase: "lower", isOrdinal };
    case "W":
      return { form: "words", letterCase: "upper", isOrdinal };
    case "Ww":
      return { form: "words", letterCase: "title", isOrdinal };
    case "w":
      return { form: "words", letterCase: "lower", isOrdinal };
    default:
      return { letterCase: "lower", isOrdinal, ...parseDigits(primary) };
  }
}

function parseDigits(primary: string): DecimalPicture | { readonly form: "sequence"; readonly token: string } {
  let zero: number | undefined;
  let mandatoryDigits = 0;
  let optionalDigits = 0;
  const separators: Separator[] = [];
  for (const character of [...primary].toReversed()) {
    const code = character.codePointAt(0) ?? 0;
    const group = decimalZeros.find((first) => code >= first && code <= first + 9);
    if (group !== undefined) {
      mandatoryDigits += 1;
      zero ??= group;
      if (group !== zero) throw new Fault("D3131");
    } else if (character === "#") optionalDigits += 1;
    else separators.push({ position: mandatoryDigits + optionalDigits, character });
  }
  if (zero === undefined) return { form: "sequence", token: primary };
  return { form: "decimal", zero, mandatoryDigits, optionalDigits, separators, regular: regularOf(separators) };
}

function regularOf(separators: readonly Separator[]): Separator | undefined {
  const [first] = separators;
  if (first === undefined || separators.some(({ character }) => character !== first.character)) return undefined;
  const size = regularSize(separators.map(({ position }) => position));
  return size > 0 ? { position: size, character: first.character } : undefined;
}

/** The distance of separators that stand at each multiple of it; 0 when they do not. */
export function regularSize(positions: readonly number[]): number {
  if (positions.length === 0) return 0;
  const size = positions.reduce(greatestCommonDivisor);
  return positions.every((_, index) => positions.includes((index + 1) * size)) ? size : 0;
}

function greatestCommonDivisor(first: number, second: number): number {
  return second === 0 ? first : greatestCommonDivisor(second, first % second);
}

/** @throws Fault D3130 for a picture that counts otherwise than in digits, letters, words or Roman numerals */
export function formatWithPicture(number: number, picture: IntegerPicture, run: Run): string {
  if (!Number.isFinite(number)) throw new Fault("D1001", { value: number });
  const formatted = formatMagnitude(Math.abs(number), picture, run);
  return number < 0 ? `-${formatted}` : formatted;
}

function formatMagnitude(number: number, picture: IntegerPicture, run: Run): string {
  switch (picture.form) {
    case "letters":
      return toLetters(number, picture.letterCase === "upper" ? "A" : "a");
    case "roman":
      run.text(number / 1_000);
      return picture.letterCase === "upper" ? toRoman(number).toUpperCase() : toRoman(number);
    case "words": {
      const words = toWords(number, picture.isOrdinal);
      if (picture.letterCase === "title") return words;
      return picture.letterCase === "upper" ? words.toUpperCase() : words.toLowerCase();
    }
    case "decimal":
      run.text(picture.mandatoryDigits);
      return withSuffix(formatDigits(number, picture), picture.isOrdinal);
    case "sequence":
      throw new Fault("D3130", { value: picture.token });
  }
}

function formatDigits(number: number, { mandatoryDigits, zero, separators, regular }: DecimalPicture): string {
  const padded = String(number).padStart(mandatoryDigits, "0");
  const digits = [...padded].map((digit) => String.fromCodePoint((digit.codePointAt(0) ?? 0) + zero - 0x30)).join("");
  if (regular === undefined) return separators.toReversed().reduce(separate, digits);
  const count = Math.floor((digits.length - 1) / regular.position);
  let result = digits;
  for (let index = count; index > 0; index -= 1)
    result = separate(result, { position: regular.position * index, character: regular.character });
  return result;
}

/** Puts a separator in, so many characters from the right. */
function separate(digits: string, { position, character }: Separator): string {
  const at = digits.length - position;
  return at < 0 ? character + digits.slice(at) : digits.slice(0, at) + character + digits.slice(at);
}

function withSuffix(digits: string, isOrdinal: boolean): string {
  if (!isOrdinal) return digits;
  if (digits.at(-2) === "1") return `${digits}th`;
  const suffixes: Readonly<Record<string, string>> = { "1": "st", "2": "nd", "3": "rd" };
  return digits + (suffixes[digits.at(-1) ?? ""] ?? "th");
}
