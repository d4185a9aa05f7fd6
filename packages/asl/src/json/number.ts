/** Numbers of JSON: where one ends, and what Jackson says of one that is none. */
import { DIGIT_0, MINUS, PLUS, POINT, isDigit } from "./characters.ts";
import { EXPECTED_VALUE } from "./jackson-wording.ts";
import { badNumber, JsonSyntaxError, nonStandard, unexpected } from "./syntax-error.ts";

/**
 * The offset behind the number that starts at `start` with a digit or a minus sign.
 * @throws JsonSyntaxError
 */
export function endOfNumber(text: string, start: number): number {
  let offset = text.charCodeAt(start) === MINUS ? afterMinus(text, start) : start;
  if (text.charCodeAt(offset) === DIGIT_0) {
    offset += 1;
    if (isDigit(text.charCodeAt(offset)))
      throw new JsonSyntaxError("Invalid numeric value: Leading zeroes not allowed", offset);
  } else offset = skipDigits(text, offset);
  if (text.charCodeAt(offset) === POINT) {
    const fraction = offset + 1;
    offset = skipDigits(text, fraction);
    // Jackson names the point itself when the text ends behind it.
    if (offset === fraction)
      throw badNumber(text, fraction < text.length ? fraction : fraction - 1, "Decimal point not followed by a digit");
  }
  if (text.charAt(offset).toLowerCase() === "e") {
    offset += 1;
    if (text.charCodeAt(offset) === PLUS || text.charCodeAt(offset) === MINUS) offset += 1;
    const exponent = offset;
    offset = skipDigits(text, exponent);
    if (offset === exponent) {
      if (exponent >= text.length)
        throw new JsonSyntaxError("Unexpected end-of-inputexpected a digit for number exponent", exponent);
      throw badNumber(text, exponent, "Exponent indicator not followed by a digit");
    }
  }
  return offset;
}

/** The offset of the digit behind the minus sign at `start`. */
function afterMinus(text: string, start: number): number {
  const offset = start + 1;
  if (offset >= text.length) throw new JsonSyntaxError("Unexpected end-of-inputNo digit following sign", offset);
  const code = text.charCodeAt(offset);
  if (isDigit(code)) return offset;
  if (code === POINT) throw unexpected(text, offset, EXPECTED_VALUE);
  const infinite = text.charAt(offset) === "I";
  if (infinite && offset + 1 >= text.length)
    throw new JsonSyntaxError("Unexpected end-of-input in a Number value", offset + 1);
  for (const token of ["-INF", "-Infinity"]) {
    if (text.startsWith(token.slice(0, 3), start)) throw nonStandard(text, token, start, 3);
  }
  throw badNumber(
    text,
    infinite ? offset + 1 : offset,
    "expected digit (0-9) to follow minus sign, for valid numeric value",
  );
}

function skipDigits(text: string, from: number): number {
  let offset = from;
  while (isDigit(text.charCodeAt(offset))) offset += 1;
  return offset;
}
