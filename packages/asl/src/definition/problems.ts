/**
 * The problems found while a definition is compiled, each told once with its place.
 *
 * Checks name a place by its JSON pointer; the collector adds AWS's location and the range in the text. Compiling goes
 * on after a problem, so one pass names them all; a definition with an error gives no machine. Only what would take more
 * than `DIAGNOSTIC_CHARACTERS_MAX` to write down is left out.
 */
import type { JsonPlaces } from "../json/parse-json.ts";
import { DIAGNOSTIC_CHARACTERS_MAX } from "../json/places.ts";
import { parentPointer, pointerSegments } from "../json/pointer.ts";
import { textRange } from "../json/text-lines.ts";
import type { TextRange } from "../json/text-lines.ts";
import { isJsonArray, isJsonObject } from "../json/value.ts";
import type { Json } from "../json/value.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** Codes of `ValidateStateMachineDefinitionDiagnostic` that a definition's text can earn. */
export type DiagnosticCode =
  | "DUPLICATE_STATE_NAME"
  | "DUPLICATE_VARIABLE_NAME"
  | "INVALID_JSONATA_EXPRESSION"
  | "INVALID_JSON_DESCRIPTION"
  | "INVALID_STATE_NAME"
  | "MISSING_DESCRIPTION"
  | "MISSING_END_STATE"
  | "MISSING_TRANSITION_TARGET"
  | "NO_DOLLAR"
  | "NO_PATH"
  | "PASS_RESULT_IS_STATIC"
  | "SCHEMA_VALIDATION_FAILED"
  | "UNSUPPORTED_JSONATA_EXPRESSION";

/** What the range of a problem shows: the value, or the name of the member. */
type Focus = { readonly pointer: string; readonly part: "name" | "value" };

export class Problems {
  readonly #document: Json;
  readonly #places: JsonPlaces;
  readonly #diagnostics: Diagnostic[] = [];
  #hasErrors = false;
  #characters = 0;

  constructor(document: Json, places: JsonPlaces) {
    this.#document = document;
    this.#places = places;
  }

  get hasErrors(): boolean {
    return this.#hasErrors;
  }

  /** The object at `pointer` is wrong as a whole; shown at its name. */
  ofObject(pointer: string, message: string, code: DiagnosticCode = "SCHEMA_VALIDATION_FAILED"): void {
    this.#add("ERROR", code, message, pointer, { pointer, part: "name" });
  }

  /** The value at `pointer` is wrong. */
  ofValue(pointer: string, message: string, code: DiagnosticCode = "SCHEMA_VALIDATION_FAILED"): void {
    this.#add("ERROR", code, message, pointer, { pointer, part: "value" });
  }

  /** A member should not be there; AWS locates that at the object that holds it. */
  ofMember(pointer: string, message: string): void {
    this.#add("ERROR", "SCHEMA_VALIDATION_FAILED", message, parentPointer(pointer), { pointer, part: "name" });
  }

  /** The workflow as a whole: no location; shown at the name of its states. */
  ofWorkflow(code: DiagnosticCode, message: string): void {
    this.#hasErrors = true;
    const range = this.#places.nameRange("/States") ?? this.#valueRange("");
    this.#diagnostics.push({ severity: "ERROR", code, message, range });
  }

  warn(pointer: string, code: DiagnosticCode, message: string): void {
    this.#add("WARNING", code, message, pointer, { pointer, part: "value" });
  }

  /** How AWS names a place inside a state: `Output/items[0]`. */
  locationWithin(statePointer: string, pointer: string): string {
    return awsLocation(this.#document, pointer).slice(awsLocation(this.#document, statePointer).length + 1);
  }

  /** In the order of the text; what has no location comes last. */
  sorted(): Diagnostic[] {
    return sortByPlace(this.#diagnostics);
  }

  #add(severity: Diagnostic["severity"], code: DiagnosticCode, message: string, pointer: string, focus: Focus): void {
    this.#hasErrors ||= severity === "ERROR";
    // Both the pointer and the location are written down.
    this.#characters += 2 * pointer.length + message.length;
    if (this.#characters > DIAGNOSTIC_CHARACTERS_MAX && this.#diagnostics.length > 0) return;
    const range =
      (focus.part === "name" ? this.#places.nameRange(focus.pointer) : undefined) ?? this.#valueRange(focus.pointer);
    this.#diagnostics.push({
      severity,
      code,
      message,
      location: awsLocation(this.#document, pointer),
      pointer,
      range,
    });
  }

  /** The value at `pointer`, or the nearest value around a place that is not there. */
  #valueRange(pointer: string): TextRange {
    for (let place = pointer; place !== ""; place = parentPointer(place)) {
      const range = this.#places.valueRange(place);
      if (range) return range;
    }
    return this.#places.valueRange("") ?? textRange([0], 0, 0);
  }
}

/** Sorts by the place in the text; diagnostics without a location keep their order behind the others. */
export function sortByPlace(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const offset = ({ location, range }: Diagnostic) =>
    location === undefined ? Number.POSITIVE_INFINITY : range.startOffset;
  return diagnostics.toSorted((a, b) => (offset(a) === offset(b) ? 0 : offset(a) - offset(b)));
}

/**
 * A pointer in the form of AWS's locations: `/States/A/Choices[0]/Next`. The root is `/`.
 * AWS escapes nothing, so a name with a slash in it reads as two.
 */
export function awsLocation(document: Json, pointer: string): string {
  let location = "";
  let value: Json | undefined = document;
  for (const segment of pointerSegments(pointer)) {
    if (isJsonArray(value)) {
      location += `[${segment}]`;
      value = value[Number(segment)];
    } else {
      location += `/${segment}`;
      value = isJsonObject(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
    }
  }
  return location === "" ? "/" : location;
}
