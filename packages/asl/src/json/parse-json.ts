/**
 * Strict JSON parsing for definitions and inputs: the value, the place of every part, and what is wrong, in Jackson's words.
 *
 * A text that is not JSON has one diagnostic, at the first wrong character. A text with duplicate members still has a
 * value (the last one counts) and one diagnostic for each repeated member, so that all its other problems can be named too.
 * The index of places is built by a second pass, and only when something asks for it.
 */
import type { Diagnostic } from "../definition/diagnostic.ts";
import { PlaceIndex } from "./places.ts";
import type { Span } from "./places.ts";
import { pointerSegments } from "./pointer.ts";
import { isWhitespace } from "./characters.ts";
import { JsonScanner } from "./scanner.ts";
import { JsonSyntaxError } from "./syntax-error.ts";
import { lineStarts, positionAt, textRange } from "./text-lines.ts";
import type { TextRange } from "./text-lines.ts";
import { tokenFrom } from "./tolerant-tokens.ts";
import type { Json } from "./value.ts";

export interface ParsedJson {
  /** Absent when the text is not JSON. */
  readonly value?: Json;
  readonly places: JsonPlaces;
  /** Code `INVALID_JSON_DESCRIPTION`; empty when all is well. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Where the parts of a JSON text stand, by JSON pointer. */
export interface JsonPlaces {
  /** The value at `pointer`. */
  valueRange(pointer: string): TextRange | undefined;
  /** The name of the member at `pointer`, with its quotes; absent for the root and for array items. */
  nameRange(pointer: string): TextRange | undefined;
}

/** Never throws. Depth is bounded by `JSON_DEPTH_MAX`; the caller bounds the length. */
export function parseJson(text: string): ParsedJson {
  const places = new LazyPlaces(text);
  const scanner = new JsonScanner(text);
  try {
    const value = scanner.scan();
    return { value, places, diagnostics: scanner.hasDuplicates ? places.duplicates() : [] };
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return { places, diagnostics: [syntaxDiagnostic(text, error)] };
  }
}

/**
 * Jackson's message for a text that is not JSON, `undefined` for one that is. AWS shows it for a bad execution input:
 * `Invalid State Machine Execution Input: 'Unrecognized token 'not': was expecting (JSON String, …)'`.
 */
export function jacksonMessage(text: string): string | undefined {
  try {
    new JsonScanner(text).scan();
    return undefined;
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return error.message;
  }
}

function syntaxDiagnostic(text: string, error: JsonSyntaxError): Diagnostic {
  const starts = lineStarts(text);
  const position = positionAt(starts, error.offset);
  return {
    severity: "ERROR",
    code: "INVALID_JSON_DESCRIPTION",
    message: `${error.message} [line: ${position.line}, column: ${position.column}]`,
    range: shownRange(text, starts, error.offset),
  };
}

/** What an editor can underline: the token at the offset, or at the end of the text what stands last in it. */
function shownRange(text: string, starts: readonly number[], offset: number): TextRange {
  let start = offset;
  if (start >= text.length) {
    start = text.length - 1;
    while (start > 0 && isWhitespace(text.charCodeAt(start))) start -= 1;
  }
  const token = tokenFrom(text, start);
  const isWord = token?.kind === "word" && token.start === start;
  return textRange(starts, Math.max(start, 0), isWord ? token.end : Math.min(start + 1, text.length));
}

/** Lines and columns are worked out for the ranges that are asked for. */
class LazyPlaces implements JsonPlaces {
  readonly #text: string;
  #index: PlaceIndex | undefined;
  #starts: readonly number[] | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  valueRange(pointer: string): TextRange | undefined {
    const span = this.#places().value(pointer);
    return span && this.#rangeOf(span);
  }

  nameRange(pointer: string): TextRange | undefined {
    const span = this.#places().name(pointer);
    return span && this.#rangeOf(span);
  }

  duplicates(): Diagnostic[] {
    return this.#places().duplicates.map(({ pointer, span }) => ({
      severity: "ERROR",
      code: "INVALID_JSON_DESCRIPTION",
      message: `Duplicate field '${pointerSegments(pointer).at(-1) ?? ""}'`,
      location: pointer,
      pointer,
      range: this.#rangeOf(span),
    }));
  }

  #places(): PlaceIndex {
    if (this.#index) return this.#index;
    this.#index = new PlaceIndex();
    try {
      new JsonScanner(this.#text, this.#index).scan();
    } catch (error) {
      // A text that is not JSON has places up to its first error.
      if (!(error instanceof JsonSyntaxError)) throw error;
    }
    return this.#index;
  }

  #rangeOf(span: Span): TextRange {
    this.#starts ??= lineStarts(this.#text);
    return textRange(this.#starts, span.start, span.end);
  }
}
