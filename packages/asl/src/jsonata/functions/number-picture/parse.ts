/**
 * Pictures of decimal numbers: `#,##0.00`, with a second one for negative numbers behind a semicolon.
 * https://www.w3.org/TR/xpath-functions-31/#formatting-numbers
 */
import { Fault } from "../../errors.ts";
import type { ValueObject } from "../../value.ts";
import { regularSize } from "../dates/integer-picture.ts";

/** The characters that mean something in a picture. */
export interface Symbols {
  readonly decimal: string;
  readonly grouping: string;
  readonly exponent: string;
  readonly minus: string;
  readonly percent: string;
  readonly perMille: string;
  readonly zero: string;
  readonly optional: string;
  readonly pattern: string;
}

export function symbolsOf(options: ValueObject | undefined): Symbols {
  const symbol = (name: string, usual: string): string => {
    const given = options?.[name];
    return typeof given === "string" ? given : usual;
  };
  return {
    decimal: symbol("decimal-separator", "."),
    grouping: symbol("grouping-separator", ","),
    exponent: symbol("exponent-separator", "e"),
    minus: symbol("minus-sign", "-"),
    percent: symbol("percent", "%"),
    perMille: symbol("per-mille", "\u2030"),
    zero: symbol("zero-digit", "0"),
    optional: symbol("digit", "#"),
    pattern: symbol("pattern-separator", ";"),
  };
}

export interface NumberPicture {
  readonly prefix: string;
  readonly suffix: string;
  /** What the number is multiplied with. */
  readonly factor: number;
  readonly hasDecimal: boolean;
  readonly minInteger: number;
  /** Integer digits of a mantissa. */
  readonly scale: number;
  readonly minFraction: number;
  readonly maxFraction: number;
  /** 0 without an exponent. */
  readonly minExponent: number;
  /** Where separators stand, in digits from the point. */
  readonly integerGroups: readonly number[];
  readonly fractionGroups: readonly number[];
  /** The distance of separators in the integer part, 0 when they are not regular. */
  readonly regularGroup: number;
}

type PictureCode = `D308${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}` | `D309${0 | 1 | 2 | 3}`;

interface Parts {
  readonly picture: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly active: string;
  readonly mantissa: string;
  readonly exponent: string | undefined;
  readonly integer: string;
  readonly fraction: string;
}

/** One picture, or that of negative numbers as well. @throws Fault D3080 to D3093 */
export function parseNumberPicture(picture: string, symbols: Symbols): [NumberPicture, NumberPicture | undefined] {
  const [first = "", second, third] = picture.split(symbols.pattern);
  if (third !== undefined) throw new Fault("D3080");
  const parser = new PictureParser(symbols);
  return [parser.parse(first), second === undefined ? undefined : parser.parse(second)];
}

class PictureParser {
  readonly #symbols: Symbols;
  readonly #digits: ReadonlySet<string>;
  readonly #active: ReadonlySet<string>;

  constructor(symbols: Symbols) {
    const zero = symbols.zero.charCodeAt(0);
    this.#symbols = symbols;
    this.#digits = new Set(Array.from({ length: 10 }, (_, index) => String.fromCharCode(zero + index)));
    const { decimal, exponent, grouping, optional, pattern } = symbols;
    this.#active = new Set([...this.#digits, decimal, exponent, grouping, optional, pattern]);
  }

  parse(picture: string): NumberPicture {
    const parts = this.#split(picture);
    this.#check(parts);
    return this.#analyse(parts);
  }

  #split(picture: string): Parts {
    const { exponent: exponentSign, decimal } = this.#symbols;
    const isActive = (character: string): boolean => this.#active.has(character) && character !== exponentSign;
    const characters = picture.split("");
    const first = characters.findIndex(isActive);
    // Without an active character there is no mantissa, which is an error of its own.
    if (first < 0) throw new Fault("D3085");
    const last = characters.findLastIndex(isActive);
    const prefix = picture.slice(0, first);
    const suffix = picture.slice(last + 1);
    const active = picture.slice(first, last + 1);
    const exponentAt = picture.indexOf(exponentSign, first);
    const hasExponent = exponentAt >= 0 && exponentAt <= picture.length - suffix.length;
    // JSONata counts this place from the start of the picture, not of its active part.
    const mantissa = hasExponent ? active.slice(0, exponentAt) : active;
    const exponent = hasExponent ? active.slice(exponentAt + 1) : undefined;
    const point = mantissa.indexOf(decimal);
    const integer = point < 0 ? mantissa : mantissa.slice(0, point);
    const fraction = point < 0 ? suffix : mantissa.slice(point + 1);
    return { picture, prefix, suffix, active, mantissa, exponent, integer, fraction };
  }

  #count(text: string, withOptional: boolean): number {
    let count = 0;
    for (const character of text.split(""))
      if (this.#digits.has(character) || (withOptional && character === this.#symbols.optional)) count += 1;
    return count;
  }

  /** Where several things are wrong, JSONata names the last. */
  #check(parts: Parts): void {
    const { picture, integer, fraction, exponent } = parts;
    const { grouping, optional, percent, perMille } = this.#symbols;
    const hasPercent = picture.includes(percent) || picture.includes(perMille);
    const optionalInteger = integer.indexOf(optional);
    const optionalFraction = fraction.lastIndexOf(optional);
    const wrong: readonly (PictureCode | false)[] = [
      exponent !== undefined && (exponent === "" || this.#count(exponent, false) < exponent.length) && "D3093",
      exponent !== undefined && exponent !== "" && hasPercent && "D3092",
      optionalFraction >= 0 && this.#count(fraction.slice(optionalFraction), false) > 0 && "D3091",
      optionalInteger >= 0 && this.#count(integer.slice(0, optionalInteger), false) > 0 && "D3090",
      picture.includes(grouping + grouping) && "D3089",
      this.#groupingProblem(parts),
      parts.active.split("").some((character) => !this.#active.has(character)) && "D3086",
      this.#count(parts.mantissa, true) === 0 && "D3085",
      picture.includes(percent) && picture.includes(perMille) && "D3084",
      picture.indexOf(perMille) !== picture.lastIndexOf(perMille) && "D3083",
      picture.indexOf(percent) !== picture.lastIndexOf(percent) && "D3082",
      picture.indexOf(this.#symbols.decimal) !== picture.lastIndexOf(this.#symbols.decimal) && "D3081",
    ];
    const code = wrong.find((found) => found !== false);
    if (code) throw new Fault(code);
  }

  #groupingProblem({ picture, integer }: Parts): "D3087" | "D3088" | false {
    const { decimal, grouping } = this.#symbols;
    const at = picture.indexOf(decimal);
    if (at >= 0) return (picture.charAt(at - 1) === grouping || picture.charAt(at + 1) === grouping) && "D3087";
    return integer.endsWith(grouping) && "D3088";
  }

  #analyse({ picture, prefix, suffix, integer, fraction, exponent }: Parts): NumberPicture {
    const { decimal, optional, percent, perMille } = this.#symbols;
    const integerGroups = this.#groups(integer, integer, false);
    const scale = this.#count(integer, false);
    let minInteger = scale;
    let minFraction = this.#count(fraction, false);
    let maxFraction = this.#count(fraction, true);
    if (minInteger === 0 && maxFraction === 0) {
      if (exponent === undefined) minInteger = 1;
      else [minFraction, maxFraction] = [1, 1];
    }
    if (exponent !== undefined && minInteger === 0 && integer.includes(optional)) minInteger = 1;
    if (minInteger === 0 && minFraction === 0) minFraction = 1;
    return {
      prefix,
      suffix,
      factor: picture.includes(percent) ? 100 : picture.includes(perMille) ? 1_000 : 1,
      hasDecimal: picture.includes(decimal),
      minInteger,
      scale,
      minFraction,
      maxFraction,
      minExponent: exponent === undefined ? 0 : this.#count(exponent, false),
      integerGroups,
      fractionGroups: this.#groups(fraction, integer, true),
      regularGroup: regularSize(integerGroups),
    };
  }

  /** JSONata looks for all separators but the first in the integer part, also for the fraction. */
  #groups(part: string, integer: string, isFraction: boolean): number[] {
    const { grouping } = this.#symbols;
    const positions: number[] = [];
    if (grouping === "") return positions;
    for (let at = part.indexOf(grouping); at >= 0; at = integer.indexOf(grouping, at + 1))
      positions.push(this.#count(isFraction ? part.slice(0, at) : part.slice(at), true));
    return positions;
  }
}
