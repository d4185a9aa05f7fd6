/**
 * Strict JSON parsing for definitions and inputs: the value, the place of every part, and what is wrong, in Jackson's words.
 *
 * A text that is not JSON has one diagnostic, at the first wrong character. A text with duplicate members still has a
 * value (the last one counts) and one diagnostic for each repeated member, so that all its other problems can be named too.
 * The index of places is built by a second pass, and only when something asks for it.
 */
import type { Diagnostic } from "../definition/diagnostic.ts";
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

/** Offsets only; lines and columns are worked out for the ranges that are asked for. */
interface Span {
  readonly start: number;
  readonly end: number;
}

class LazyPlaces implements JsonPlaces {
  readonly #text: string;
  readonly #values = new Map<string, Span>();
  readonly #names = new Map<string, Span>();
  readonly #duplicates: { readonly pointer: string; readonly span: Span }[] = [];
  #starts: readonly number[] | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  valueRange(pointer: string): TextRange | undefined {
    return this.#range(this.#index() && this.#values.get(pointer));
  }

  nameRange(pointer: string): TextRange | undefined {
    return this.#range(this.#index() && this.#names.get(pointer));
  }

  duplicates(): Diagnostic[] {
    this.#index();
    return this.#duplicates.map(({ pointer, span }) => ({
      severity: "ERROR",
      code: "INVALID_JSON_DESCRIPTION",
      message: `Duplicate field '${pointerSegments(pointer).at(-1) ?? ""}'`,
      location: pointer,
      pointer,
      range: this.#rangeOf(span),
    }));
  }

  #index(): true {
    if (this.#starts) return true;
    this.#starts = lineStarts(this.#text);
    const scanner = new JsonScanner(this.#text, {
      member: (pointer, start, end, duplicate) => {
        this.#names.set(pointer, { start, end });
        if (duplicate) this.#duplicates.push({ pointer, span: { start, end } });
      },
      value: (pointer, start, end) => this.#values.set(pointer, { start, end }),
    });
    try {
      scanner.scan();
    } catch (error) {
      // A text that is not JSON has places up to its first error.
      if (!(error instanceof JsonSyntaxError)) throw error;
    }
    return true;
  }

  #range(span: Span | undefined): TextRange | undefined {
    return span && this.#rangeOf(span);
  }

  #rangeOf(span: Span): TextRange {
    return textRange(this.#starts ?? [0], span.start, span.end);
  }
}
