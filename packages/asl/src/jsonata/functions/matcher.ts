/**
 * Matchers: regular expressions, and functions that behave like one. A match is `{match, start, end, groups, next}`;
 * `next` is a function without arguments that gives the following match.
 * https://docs.jsonata.org/regex#writing-a-higher-order-function
 */
import { Fault } from "../errors.ts";
import type { Matcher, Regex } from "../regex/regex.ts";
import { apply } from "../run.ts";
import type { Run } from "../run.ts";
import { isArray, isFunction, isObject, JsonataFunction } from "../value.ts";
import type { Value, ValueObject } from "../value.ts";

export class RegexFunction extends JsonataFunction {
  readonly arity = 2;
  readonly regex: Regex;
  readonly source: string;
  readonly position: number;

  constructor(regex: Regex, source: string, position: number) {
    super();
    this.regex = regex;
    this.source = source;
    this.position = position;
  }

  applyOnce([subject, from]: readonly Value[], _input: Value, run: Run): Value {
    if (subject === undefined) return undefined;
    const text = searchedText(subject);
    return this.match(text, this.start(text, run), typeof from === "number" ? from : 0);
  }

  start(text: string, run: Run): Matcher {
    run.spend(1 + text.length / 16);
    return this.regex.matcher(text, (steps) => run.spend(steps));
  }

  /** The match at `from` or behind it. */
  match(text: string, matcher: Matcher, from: number): ValueObject | undefined {
    if (from > text.length) return undefined;
    const found = matcher.next(from);
    if (found === undefined) return undefined;
    const { start, end, groups } = found;
    return { match: text.slice(start, end), start, end, groups, next: new NextMatch(this, text, matcher, end) };
  }
}

/** What JavaScript searches in for a value that is no text. */
function searchedText(value: Value): string {
  if (typeof value === "string") return value;
  return typeof value === "object" && value !== null ? "[object Object]" : String(value);
}

/** The rest of the matches in a text. */
class NextMatch extends JsonataFunction {
  readonly arity = 0;
  readonly #regex: RegexFunction;
  readonly #text: string;
  readonly #matcher: Matcher;
  readonly #from: number;

  constructor(regex: RegexFunction, text: string, matcher: Matcher, from: number) {
    super();
    this.#regex = regex;
    this.#text = text;
    this.#matcher = matcher;
    this.#from = from;
  }

  applyOnce(): Value {
    if (this.#from >= this.#text.length) return undefined;
    const next = this.#regex.match(this.#text, this.#matcher, this.#from);
    // One that matches nothing would match there for ever.
    if (next !== undefined && next["match"] === "")
      throw new Fault("D1004", { value: this.#regex.source }, this.#regex.position);
    return next;
  }
}

export interface Match {
  readonly match: string;
  readonly start: number;
  readonly end: number;
  readonly groups: readonly Value[];
  /** As a function that is called with it sees it. */
  readonly value: ValueObject;
}

const stepsPerMatch = 8;

/** Goes from match to match. */
export class Matches {
  readonly #run: Run;
  #next: Value;
  #args: readonly Value[];

  constructor(pattern: Value, text: string, run: Run) {
    this.#run = run;
    this.#next = pattern;
    this.#args = [text];
  }

  /** @throws Fault T1010 for a function that gives no match */
  next(): Match | undefined {
    this.#run.spend(stepsPerMatch);
    const found = apply(this.#next, this.#args, null, this.#run);
    if (found === undefined) return undefined;
    if (!isObject(found)) throw new Fault("T1010");
    const { match, start, end, groups, next } = found;
    if (typeof match !== "string" || typeof start !== "number" || !isFunction(next)) throw new Fault("T1010");
    this.#next = next;
    this.#args = [];
    return {
      match,
      start,
      end: typeof end === "number" ? end : start + match.length,
      groups: isArray(groups) ? groups : [],
      value: found,
    };
  }
}
