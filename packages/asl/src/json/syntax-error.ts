/** The one error of the scanner, and the refusals that several of its parts share. */
import { DIGIT_0 } from "./characters.ts";
import {
  isJavaIdentifierPart,
  nonStandardToken,
  tokenAt,
  unexpectedCharacter,
  unexpectedNumberCharacter,
  unrecognizedToken,
} from "./jackson-wording.ts";

/** The text is not JSON. `message` is Jackson's. */
export class JsonSyntaxError extends Error {
  override readonly name = "JsonSyntaxError";
  /** Counts UTF-16 units from 0. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

export function unexpected(text: string, offset: number, why: string): JsonSyntaxError {
  return new JsonSyntaxError(unexpectedCharacter(text.charCodeAt(offset), why), offset);
}

export function badNumber(text: string, offset: number, why: string): JsonSyntaxError {
  return new JsonSyntaxError(unexpectedNumberCharacter(text.charCodeAt(offset), why), offset);
}

/** `token` is not JSON, but Jackson knows it; when only its beginning is there, the token found is unrecognized. */
export function nonStandard(text: string, token: string, start: number, matched: number): JsonSyntaxError {
  let length = matched;
  while (length < token.length && text.charAt(start + length) === token.charAt(length)) length += 1;
  const whole = length === token.length && !continuesToken(text, start + length);
  return new JsonSyntaxError(whole ? nonStandardToken(token) : unrecognizedToken(tokenAt(text, start, length)), start);
}

/** Jackson looks at what follows a complete token only from the digits on. */
export function continuesToken(text: string, offset: number): boolean {
  return text.charCodeAt(offset) >= DIGIT_0 && isJavaIdentifierPart(text.charAt(offset));
}
