/**
 * Expressions into tokens. A token's position is where it ends, as in JSONata's own errors. A slash begins a regular expression or divides; only the parser knows which, and says so.
 */
import { simpleEscapes } from "../../json/scanner.ts";
import { Fault } from "../errors.ts";

export type Token = { readonly position: number } & (
  | { readonly type: "operator" | "name" | "variable" | "string"; readonly value: string }
  | { readonly type: "number"; readonly value: number }
  | { readonly type: "constant"; readonly value: boolean | null }
  | { readonly type: "regex"; readonly value: string; readonly flags: string }
  | { readonly type: "end"; readonly value: "(end)" }
);

const pairs: ReadonlySet<string> = new Set(["..", ":=", "!=", ">=", "<=", "**", "~>"]);
/** Also what ends a name: `!` and `~` begin operators without being one. */
const operators: ReadonlySet<string> = new Set(".[]{}(),@#;:?+-*/%|=<>^&!~");
const whitespace = /[ \t\n\r\v]*/y;
const number = /(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[Ee][-+]?[0-9]+)?/y;

export class Tokenizer {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /**
   * @param isAfterOperand a slash that comes next divides
   * @throws Fault
   */
  next(isAfterOperand: boolean): Token {
    this.#skip();
    const position = this.#at;
    const character = this.#source.charAt(position);
    if (character === "") return { type: "end", value: "(end)", position };
    if (character === "/" && !isAfterOperand) return this.#regex();
    const pair = this.#source.slice(position, position + 2);
    if (pairs.has(pair)) return this.#operator(pair);
    if (operators.has(character)) return this.#operator(character);
    if (character === '"' || character === "'") return this.#string(character);
    return this.#number() ?? (character === "`" ? this.#quotedName() : this.#name());
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#source)?.[0];
  }

  /** White space and comments. */
  #skip(): void {
    for (;;) {
      this.#at += this.#match(whitespace)?.length ?? 0;
      if (!this.#source.startsWith("/*", this.#at)) return;
      const end = this.#source.indexOf("*/", this.#at + 2);
      if (end < 0) throw new Fault("S0106", {}, this.#at);
      this.#at = end + 2;
    }
  }

  #operator(value: string): Token {
    this.#at += value.length;
    return { type: "operator", value, position: this.#at };
  }

  #string(quote: string): Token {
    const position = this.#at;
    let value = "";
    for (let at = position + 1; at < this.#source.length; at += 1) {
      const character = this.#source.charAt(at);
      if (character === quote) {
        this.#at = at + 1;
        return { type: "string", value, position: this.#at };
      }
      if (character !== "\\") {
        value += character;
        continue;
      }
      at += 1;
      const escaped = this.#source.charAt(at);
      if (escaped === "u") {
        value += this.#hexadecimal(at);
        at += 4;
      } else {
        const replacement = simpleEscapes.get(escaped);
        if (replacement === undefined) throw new Fault("S0103", {}, at, escaped);
        value += replacement;
      }
    }
    throw new Fault("S0101", {}, this.#source.length);
  }

  #hexadecimal(at: number): string {
    const digits = this.#source.slice(at + 1, at + 5);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new Fault("S0104", {}, at);
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #number(): Token | undefined {
    const text = this.#match(number);
    if (text === undefined) return undefined;
    const position = this.#at;
    const value = Number(text);
    if (!Number.isFinite(value)) throw new Fault("S0102", {}, position, text);
    this.#at += text.length;
    return { type: "number", value, position: this.#at };
  }

  #quotedName(): Token {
    const start = this.#at + 1;
    const end = this.#source.indexOf("`", start);
    if (end < 0) throw new Fault("S0105", {}, this.#source.length);
    this.#at = end + 1;
    return { type: "name", value: this.#source.slice(start, end), position: this.#at };
  }

  #name(): Token {
    const start = this.#at;
    let end = start;
    while (end < this.#source.length && !this.#endsName(this.#source.charAt(end))) end += 1;
    this.#at = end;
    const text = this.#source.slice(start, end);
    if (text.startsWith("$")) return { type: "variable", value: text.slice(1), position: end };
    switch (text) {
      case "and":
      case "in":
      case "or":
        return { type: "operator", value: text, position: end };
      case "false":
      case "true":
        return { type: "constant", value: text === "true", position: end };
      case "null":
        return { type: "constant", value: null, position: end };
      default:
        return { type: "name", value: text, position: end };
    }
  }

  #endsName(character: string): boolean {
    return operators.has(character) || " \t\n\r\v".includes(character);
  }

  /** From the slash on. It ends at a slash that no bracket is open at and no backslash stands before. */
  #regex(): Token {
    const start = this.#at + 1;
    let depth = 0;
    for (let at = start; at < this.#source.length; at += 1) {
      const character = this.#source.charAt(at);
      if (character === "/" && depth === 0 && !this.#isEscaped(at)) return this.#regexFrom(start, at);
      if (this.#source.charAt(at - 1) === "\\") continue;
      if ("([{".includes(character)) depth += 1;
      if (")]}".includes(character)) depth -= 1;
    }
    throw new Fault("S0302", {}, this.#source.length);
  }

  #regexFrom(start: number, end: number): Token {
    if (end === start) throw new Fault("S0301", {}, end);
    let at = end + 1;
    while (this.#source.charAt(at) === "i" || this.#source.charAt(at) === "m") at += 1;
    this.#at = at;
    const flags = this.#source.slice(end + 1, at);
    return { type: "regex", value: this.#source.slice(start, end), flags, position: at };
  }

  #isEscaped(at: number): boolean {
    let backslashes = 0;
    while (this.#source.charAt(at - 1 - backslashes) === "\\") backslashes += 1;
    return backslashes % 2 === 1;
  }
}
