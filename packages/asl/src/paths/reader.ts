/** A cursor over the text of an expression, with errors that say where. */
import { PathSyntaxError } from "./errors.ts";

const escapes: ReadonlyMap<string, string> = new Map([
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

export class TextReader {
  readonly text: string;
  position = 0;

  constructor(text: string) {
    this.text = text;
  }

  get done(): boolean {
    return this.position >= this.text.length;
  }

  peek(length = 1): string {
    return this.text.slice(this.position, this.position + length);
  }

  /** Goes past `token` if it comes next. */
  take(token: string): boolean {
    if (!this.text.startsWith(token, this.position)) return false;
    this.position += token.length;
    return true;
  }

  expect(token: string): void {
    if (!this.take(token)) this.fail(`expected '${token}'`);
  }

  /** Goes past what a sticky expression matches and gives it. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) return undefined;
    this.position += found.length;
    return found;
  }

  /** Where a match of a sticky expression ends; here, when there is none. */
  ahead(pattern: RegExp): number {
    pattern.lastIndex = this.position;
    return this.position + (pattern.exec(this.text)?.[0].length ?? 0);
  }

  skipBlanks(): void {
    this.match(/\s*/y);
  }

  /** Jayway's blanks: spaces alone. */
  skipSpaces(): void {
    this.match(/ */y);
  }

  /** Where the bracket that opens here has closed; what stands in quotes is passed over. */
  closing(open: string, close: string): number {
    let depth = 0;
    for (let at = this.position; at < this.text.length; at += 1) {
      const character = this.text[at];
      if (character === "'" || character === '"') at = this.#endOfQuotes(at);
      else if (character === open) depth += 1;
      else if (character === close) {
        depth -= 1;
        if (depth === 0) return at + 1;
      }
    }
    return this.fail(`'${open}' is not closed`);
  }

  #endOfQuotes(start: number): number {
    for (let at = start + 1; at < this.text.length; at += 1) {
      if (this.text[at] === "\\") at += 1;
      else if (this.text[at] === this.text[start]) return at;
    }
    return this.fail("a quote is not closed");
  }

  /** A text in single or double quotes; a backslash makes the next character plain. */
  quoted(): string | undefined {
    return this.#inQuotes((character) => character);
  }

  /** A text in single or double quotes with the escapes of JSON; before another character a backslash is dropped. */
  quotedText(): string | undefined {
    return this.#inQuotes((character) => {
      if (character !== "u") return escapes.get(character) ?? character;
      const code = this.match(/[0-9a-fA-F]{4}/y) ?? this.fail("four hexadecimal digits are missing");
      return String.fromCharCode(Number.parseInt(code, 16));
    });
  }

  #inQuotes(unescape: (character: string) => string): string | undefined {
    const quote = this.peek();
    if (quote !== "'" && quote !== '"') return undefined;
    this.position += 1;
    let result = "";
    for (;;) {
      if (this.done) this.fail("a quote is not closed");
      let character = this.peek();
      this.position += 1;
      if (character === quote) return result;
      if (character === "\\") {
        character = this.peek();
        this.position += 1;
        character = unescape(character);
      }
      result += character;
    }
  }

  fail(reason: string): never {
    throw new PathSyntaxError(`Invalid path '${this.text}': ${reason} at position ${this.position}`);
  }
}
