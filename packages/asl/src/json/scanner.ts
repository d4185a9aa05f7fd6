/**
 * One strict pass over a JSON text (RFC 8259): gives its value, or stops at the first character that is wrong.
 *
 * It accepts what `JSON.parse` accepts, down to lone surrogates and numbers that overflow, with one bound more: the
 * depth. Every refusal is in Jackson's words. A `recorder` hears of every member and value; the
 * ordinary pass has none and costs no more than the values it makes.
 */
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  MINUS,
  OPEN_BRACE,
  OPEN_BRACKET,
  PLUS,
  QUOTE,
  SLASH,
  SPACE,
  isDigit,
  isWhitespace,
} from "./characters.ts";
import {
  EXPECTED_VALUE,
  illegalWhitespace,
  isJavaIdentifierStart,
  mismatchedCloseMarker,
  missingCloseMarker,
  nestingTooDeep,
  tokenAt,
  trailingToken,
  unquotedControl,
  unrecognizedEscape,
  unrecognizedToken,
} from "./jackson-wording.ts";
import type { ContainerKind } from "./jackson-wording.ts";
import { endOfNumber } from "./number.ts";
import { badNumber, continuesToken, JsonSyntaxError, nonStandard, unexpected } from "./syntax-error.ts";
import { lineStarts, positionAt } from "./text-lines.ts";
import type { TextPosition } from "./text-lines.ts";
import { setOwn } from "./value.ts";
import type { Json } from "./value.ts";

/** Jackson's default for the depth of arrays and objects within one another. */
export const JSON_DEPTH_MAX = 1000;

/**
 * Hears of a text's parts in their order. Offsets count UTF-16 units from 0; `end` is the first offset behind. A member's
 * name comes before its value; what stands between `open` and `close` is within the array or object.
 */
export interface ScanRecorder {
  member(name: string, start: number, end: number, duplicate: boolean): void;
  open(kind: "array" | "object", start: number): void;
  close(end: number): void;
  scalar(start: number, end: number): void;
}

/** What a character behind a backslash stands for; `u` takes digits and is not among them. */
export const simpleEscapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** An array or object whose close marker is still to come. */
interface OpenContainer {
  readonly kind: Exclude<ContainerKind, "root">;
  readonly start: number;
}

export class JsonScanner {
  /** Whether some object had a member twice; the last one counts. */
  hasDuplicates = false;
  readonly #text: string;
  readonly #recorder: ScanRecorder | undefined;
  readonly #open: OpenContainer[] = [];
  #offset = 0;

  constructor(text: string, recorder?: ScanRecorder) {
    this.#text = text;
    this.#recorder = recorder;
  }

  /** @throws JsonSyntaxError at the first wrong character. */
  scan(): Json {
    this.#skipWhitespace();
    if (this.#atEnd()) throw this.#error("No content to map due to end-of-input", this.#offset);
    const value = this.#value();
    this.#refuseTrailing();
    return value;
  }

  #value(): Json {
    const start = this.#offset;
    const code = this.#text.charCodeAt(start);
    if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      this.#recorder?.open(code === OPEN_BRACE ? "object" : "array", start);
      const container = code === OPEN_BRACE ? this.#object() : this.#array();
      this.#recorder?.close(this.#offset);
      return container;
    }
    let value: Json;
    if (code === QUOTE) value = this.#string("string value");
    else if (code === MINUS || isDigit(code)) value = this.#number();
    else if (code === 0x74) value = this.#literal("true", true);
    else if (code === 0x66) value = this.#literal("false", false);
    else if (code === 0x6e) value = this.#literal("null", null);
    else throw this.#oddValue(start);
    this.#recorder?.scalar(start, this.#offset);
    return value;
  }

  #object(): Json {
    this.#enter("Object");
    const object: { [key: string]: Json } = {};
    for (let first = true; ; first = false) {
      if (this.#closes(CLOSE_BRACE)) return object;
      if (!first) this.#comma("Object");
      const keyStart = this.#offset;
      const code = this.#text.charCodeAt(keyStart);
      if (code !== QUOTE) throw unexpected(this.#text, keyStart, "was expecting double-quote to start field name");
      const key = this.#string("name");
      const keyEnd = this.#offset;
      this.#skipWhitespace();
      if (this.#atEnd()) throw this.#endBetween("Object");
      if (this.#text.charCodeAt(this.#offset) !== COLON) {
        throw unexpected(this.#text, this.#offset, "was expecting a colon to separate field name and value");
      }
      this.#offset += 1;
      this.#skipWhitespace();
      if (this.#atEnd()) throw this.#endBetween("Object");
      const duplicate = Object.hasOwn(object, key);
      this.hasDuplicates ||= duplicate;
      this.#recorder?.member(key, keyStart, keyEnd, duplicate);
      setOwn(object, key, this.#value());
    }
  }

  #array(): Json {
    this.#enter("Array");
    const array: Json[] = [];
    for (let first = true; ; first = false) {
      if (this.#closes(CLOSE_BRACKET)) return array;
      if (!first) this.#comma("Array");
      array.push(this.#value());
    }
  }

  #enter(kind: OpenContainer["kind"]): void {
    this.#open.push({ kind, start: this.#offset });
    if (this.#open.length > JSON_DEPTH_MAX)
      throw this.#error(nestingTooDeep(this.#open.length, JSON_DEPTH_MAX), this.#offset);
    this.#offset += 1;
  }

  /** Takes the close marker if it is next. At the end of the text, or at the other marker, it throws. */
  #closes(marker: typeof CLOSE_BRACE | typeof CLOSE_BRACKET): boolean {
    this.#skipWhitespace();
    const open = this.#open.at(-1);
    if (this.#atEnd() && open)
      throw this.#error(missingCloseMarker(open.kind, this.#position(open.start)), this.#offset);
    const code = this.#text.charCodeAt(this.#offset);
    if (code !== CLOSE_BRACE && code !== CLOSE_BRACKET) return false;
    if (code !== marker) throw this.#mismatchedClose(code, open);
    this.#open.pop();
    this.#offset += 1;
    return true;
  }

  #comma(kind: OpenContainer["kind"]): void {
    if (this.#text.charCodeAt(this.#offset) !== COMMA) {
      throw unexpected(this.#text, this.#offset, `was expecting comma to separate ${kind} entries`);
    }
    this.#offset += 1;
    this.#skipWhitespace();
    if (this.#atEnd()) throw this.#endBetween(kind);
  }

  #string(place: "name" | "string value"): string {
    const text = this.#text;
    let runStart = this.#offset + 1;
    let result = "";
    for (let offset = runStart; ; offset += 1) {
      if (offset >= text.length) {
        throw this.#error(
          place === "name"
            ? "Unexpected end-of-input in field name"
            : "Unexpected end-of-input: was expecting closing quote for a string value",
          offset,
        );
      }
      const code = text.charCodeAt(offset);
      if (code === QUOTE) {
        this.#offset = offset + 1;
        return result + text.slice(runStart, offset);
      }
      if (code < SPACE) throw this.#error(unquotedControl(code, place), offset);
      if (code === BACKSLASH) {
        result += text.slice(runStart, offset) + this.#escape(offset);
        offset += text.charAt(offset + 1) === "u" ? 5 : 1;
        runStart = offset + 1;
      }
    }
  }

  /** The character that the escape at `offset` stands for. */
  #escape(offset: number): string {
    const character = this.#text.charAt(offset + 1);
    if (character === "") throw this.#error("Unexpected end-of-input in character escape sequence", offset + 1);
    const simple = simpleEscapes.get(character);
    if (simple !== undefined) return simple;
    if (character !== "u") throw this.#error(unrecognizedEscape(character.charCodeAt(0)), offset + 1);
    for (let digit = offset + 2; digit < offset + 6; digit += 1) {
      if (digit >= this.#text.length) throw this.#error("Unexpected end-of-input in character escape sequence", digit);
      if (!/[0-9a-fA-F]/.test(this.#text.charAt(digit))) {
        throw unexpected(this.#text, digit, "expected a hex-digit for character escape sequence");
      }
    }
    return String.fromCharCode(Number.parseInt(this.#text.slice(offset + 2, offset + 6), 16));
  }

  #number(): number {
    const text = this.#text;
    const start = this.#offset;
    const end = endOfNumber(text, start);
    this.#offset = end;
    if (this.#open.length === 0 && end < text.length && !isWhitespace(text.charCodeAt(end))) {
      throw unexpected(text, end, "Expected space separating root-level values");
    }
    return Number(text.slice(start, end));
  }

  #literal<Value extends Json>(token: string, value: Value): Value {
    const start = this.#offset;
    const end = start + token.length;
    if (!this.#text.startsWith(token, start)) {
      let matched = 1;
      while (this.#text.charAt(start + matched) === token.charAt(matched)) matched += 1;
      throw this.#error(unrecognizedToken(tokenAt(this.#text, start, matched)), start);
    }
    if (continuesToken(this.#text, end))
      throw this.#error(unrecognizedToken(tokenAt(this.#text, start, token.length)), start);
    this.#offset = end;
    return value;
  }

  /** What Jackson says of a value that starts as none does. */
  #oddValue(offset: number): JsonSyntaxError {
    const character = this.#text.charAt(offset);
    const code = this.#text.charCodeAt(offset);
    const inside = this.#open.at(-1)?.kind;
    if (!inside && (code === CLOSE_BRACE || code === CLOSE_BRACKET)) return this.#mismatchedClose(code, undefined);
    if (inside === "Array" && code === CLOSE_BRACE) return unexpected(this.#text, offset, "expected a value");
    if (code === PLUS) return this.#plusSign(offset);
    if (character === "N") return nonStandard(this.#text, "NaN", offset, 1);
    if (character === "I") return nonStandard(this.#text, "Infinity", offset, 1);
    if (isJavaIdentifierStart(character)) return this.#error(unrecognizedToken(tokenAt(this.#text, offset, 1)), offset);
    return unexpected(this.#text, offset, EXPECTED_VALUE);
  }

  #plusSign(offset: number): JsonSyntaxError {
    if (offset + 1 >= this.#text.length) return this.#error("Unexpected end-of-input in a Number value", offset + 1);
    return badNumber(
      this.#text,
      offset,
      "JSON spec does not allow numbers to have plus signs: enable `JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow",
    );
  }

  #refuseTrailing(): void {
    this.#skipWhitespace();
    if (this.#atEnd()) return;
    const start = this.#offset;
    const code = this.#text.charCodeAt(start);
    if (code === CLOSE_BRACE || code === CLOSE_BRACKET) throw this.#mismatchedClose(code, undefined);
    throw this.#error(trailingToken(this.#tokenType(code)), start);
  }

  /** Jackson's name for the token that starts here. Like Jackson it looks no further than it must. */
  #tokenType(code: number): string {
    if (code === QUOTE) return "VALUE_STRING";
    if (code === OPEN_BRACE) return "START_OBJECT";
    if (code === OPEN_BRACKET) return "START_ARRAY";
    const start = this.#offset;
    const value = this.#value();
    const token = this.#text.slice(start, this.#offset);
    if (typeof value !== "number") return `VALUE_${token.toUpperCase()}`;
    return /[.eE]/.test(token) ? "VALUE_NUMBER_FLOAT" : "VALUE_NUMBER_INT";
  }

  #skipWhitespace(): void {
    while (isWhitespace(this.#text.charCodeAt(this.#offset))) this.#offset += 1;
    if (this.#atEnd()) return;
    const code = this.#text.charCodeAt(this.#offset);
    if (code < SPACE) throw this.#error(illegalWhitespace(code), this.#offset);
    if (code === SLASH) {
      throw unexpected(
        this.#text,
        this.#offset,
        "maybe a (non-standard) comment? (not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser)",
      );
    }
  }

  #atEnd(): boolean {
    return this.#offset >= this.#text.length;
  }

  #position(offset: number): TextPosition {
    return positionAt(lineStarts(this.#text), offset);
  }

  #mismatchedClose(code: number, open: OpenContainer | undefined): JsonSyntaxError {
    const actual = code === CLOSE_BRACKET ? "]" : "}";
    return this.#error(
      mismatchedCloseMarker(actual, open?.kind ?? "root", open && this.#position(open.start)),
      this.#offset,
    );
  }

  #endBetween(kind: OpenContainer["kind"]): JsonSyntaxError {
    return this.#error(`Unexpected end-of-input within/between ${kind} entries`, this.#offset);
  }

  #error(message: string, offset: number): JsonSyntaxError {
    return new JsonSyntaxError(message, offset);
  }
}
