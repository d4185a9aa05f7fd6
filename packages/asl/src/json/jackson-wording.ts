/**
 * The words in which Jackson, the JSON parser behind AWS Step Functions, refuses a text.
 * Checked against jackson-core 2.17.2 (`JsonProcessingException.getOriginalMessage`), including its missing blanks.
 */
import type { TextPosition } from "./text-lines.ts";

const VALID_TOKENS = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
/** Jackson cuts a token it does not know after this many characters. */
const TOKEN_CHARACTERS_MAX = 256;

/** What a close marker can end; Jackson calls everything outside of them `root`. */
export type ContainerKind = "root" | "Array" | "Object";

export const EXPECTED_VALUE = `expected a valid value ${VALID_TOKENS}`;

/** An unexpected UTF-16 unit, or the reason it is unexpected for in `why`. */
export function unexpectedCharacter(code: number, why: string): string {
  return `Unexpected character (${describeCharacter(code)}): ${why}`;
}

export function unexpectedNumberCharacter(code: number, why: string): string {
  return `Unexpected character (${describeCharacter(code)}) in numeric value: ${why}`;
}

export function unrecognizedToken(token: string): string {
  return `Unrecognized token '${token}': was expecting ${VALID_TOKENS}`;
}

export function illegalWhitespace(code: number): string {
  return `Illegal character (${describeCharacter(code)}): only regular white space (\\r, \\n, \\t) is allowed between tokens`;
}

export function unquotedControl(code: number, place: "name" | "string value"): string {
  return `Illegal unquoted character (${describeCharacter(code)}): has to be escaped using backslash to be included in ${place}`;
}

export function unrecognizedEscape(code: number): string {
  return `Unrecognized character escape ${describeCharacter(code)}`;
}

export function nonStandardToken(token: string): string {
  return `Non-standard token '${token}': enable \`JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS\` to allow`;
}

export function missingCloseMarker(kind: ContainerKind, start: TextPosition): string {
  return `Unexpected end-of-input: expected close marker for ${kind} (start marker at ${describePosition(start)})`;
}

export function mismatchedCloseMarker(actual: "]" | "}", kind: ContainerKind, start?: TextPosition): string {
  const expected = actual === "]" ? "}" : "]";
  return `Unexpected close marker '${actual}': expected '${expected}' (for ${kind} starting at ${describePosition(start)})`;
}

/** `tokenType` is the name of Jackson's `JsonToken`. */
export function trailingToken(tokenType: string): string {
  return (
    `Trailing token (of type ${tokenType}) found after value (bound as \`com.fasterxml.jackson.databind.JsonNode\`): ` +
    "not allowed as per `DeserializationFeature.FAIL_ON_TRAILING_TOKENS`"
  );
}

export function nestingTooDeep(depth: number, depthMax: number): string {
  return `Document nesting depth (${depth}) exceeds the maximum allowed (${depthMax}, from \`StreamReadConstraints.getMaxNestingDepth()\`)`;
}

/** The token at `start`: as many Java identifier characters as follow the `matched` ones. */
export function tokenAt(text: string, start: number, matched: number): string {
  let end = start + matched;
  while (end < text.length && isJavaIdentifierPart(text.charAt(end))) {
    end += 1;
    if (end - start >= TOKEN_CHARACTERS_MAX) return `${text.slice(start, end)}...`;
  }
  return text.slice(start, end);
}

export function isJavaIdentifierStart(character: string): boolean {
  return /^[\p{L}\p{Nl}\p{Sc}\p{Pc}]$/u.test(character);
}

export function isJavaIdentifierPart(character: string): boolean {
  // Java counts the ignorable control characters as parts of an identifier.
  // oxlint-disable-next-line no-control-regex -- Java counts these control characters
  return /^[\p{L}\p{Nl}\p{Sc}\p{Pc}\p{Nd}\p{Mc}\p{Mn}\p{Cf}\0-\x08\x0e-\x1b\x7f-\x9f]$/u.test(character);
}

function describeCharacter(code: number): string {
  const isControl = code < 0x20 || (code >= 0x7f && code <= 0x9f);
  if (isControl) return `(CTRL-CHAR, code ${code})`;
  const hexadecimal = code > 255 ? ` / 0x${code.toString(16)}` : "";
  return `'${String.fromCharCode(code)}' (code ${code}${hexadecimal})`;
}

function describePosition(position: TextPosition | undefined): string {
  const place = position ? `line: ${position.line}, column: ${position.column}` : "line: 1";
  return `[Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); ${place}]`;
}
