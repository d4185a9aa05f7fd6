/** A cursor over the text of an expression, with errors that say where. */
import { PathSyntaxError } from "./errors.ts";

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

  skipBlanks(): void {
    this.match(/\s*/y);
  }

  /** A text in single or double quotes; a backslash makes the next character plain. */
  quoted(): string | undefined {
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
      }
      result += character;
    }
  }

  fail(reason: string): never {
    throw new PathSyntaxError(`Invalid path '${this.text}': ${reason} at position ${this.position}`);
  }
}
