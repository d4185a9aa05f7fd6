import type { TextRange } from "../json/text-lines.ts";

/**
 * What is wrong with a definition, in the form of AWS's `ValidateStateMachineDefinitionDiagnostic`.
 * A definition that does not parse names every problem, each with its place.
 */
export interface Diagnostic {
  readonly severity: "ERROR" | "WARNING";
  /** AWS's code: `INVALID_JSON_DESCRIPTION`, `SCHEMA_VALIDATION_FAILED`, `MISSING_TRANSITION_TARGET`, … */
  readonly code: string;
  /** AWS's text, without the location. */
  readonly message: string;
  /**
   * AWS's location, such as `/States/Reserve/Next` or `/States/Reserve/Catch[0]/Next`: names as they are, array indexes
   * in brackets, `/` for the whole definition. Absent when the text is not JSON, or when the whole workflow is meant.
   */
  readonly location?: string;
  /** The same place as a JSON pointer (RFC 6901), such as `/States/Reserve/Catch/0/Next`. */
  readonly pointer?: string;
  /**
   * Where the problem stands in the text, for an editor: the value at the location, or the name of the field or state
   * that is meant, or the token at which the text stops being JSON. Every diagnostic has one.
   */
  readonly range: TextRange;
}
