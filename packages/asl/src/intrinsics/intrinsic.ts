/** What an intrinsic function is, and the checks their parameters share. */
import { isJsonArray } from "../json/value.ts";
import type { Json } from "../json/value.ts";
import type { ExpressionHost } from "../paths/path.ts";

export type IntrinsicFunction = (parameters: readonly Json[], host: ExpressionHost | undefined) => Json;

/** The function refuses its parameters, or one of them names nothing, which is `States.Runtime`. */
export class IntrinsicProblem extends Error {
  readonly errorName: "States.IntrinsicFailure" | "States.Runtime";

  constructor(message: string, errorName: "States.IntrinsicFailure" | "States.Runtime" = "States.IntrinsicFailure") {
    super(message);
    this.errorName = errorName;
  }
}

export const payloadBytesMax = 262_144;
export const textCharactersMax = 10_000;

export function refuse(reason: string): never {
  throw new IntrinsicProblem(reason);
}

export function arity(parameters: readonly Json[], least: number, most = least): void {
  if (parameters.length < least || parameters.length > most) refuse("Invalid number of arguments");
}

export function text(value: Json | undefined): string {
  return typeof value === "string" ? value : refuse("Invalid argument type: a string is needed");
}

/**
 * What a backslash and the character after it stand for. Only the reserved characters can be escaped:
 * https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html#amazon-states-language-intrinsic-functions-escapes
 */
export function unescaped(character: string): string {
  if (character !== "" && "'{}\\".includes(character)) return character;
  return refuse(`An open escape backslash was found before '${character}'`);
}

export function shortText(value: Json | undefined): string {
  const found = text(value);
  return found.length <= textCharactersMax
    ? found
    : refuse(`The string is longer than ${textCharactersMax} characters`);
}

export function array(value: Json | undefined): readonly Json[] {
  return isJsonArray(value) ? value : refuse("Invalid argument type: an array is needed");
}

/** A number rounded to a whole one within 32 bits. */
export function integer(value: Json | undefined): number {
  if (typeof value !== "number") return refuse("Invalid argument type: a number is needed");
  const whole = Math.round(value);
  return whole >= -2_147_483_648 && whole <= 2_147_483_647 ? whole : refuse("The number is out of range");
}
