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
  /** JSON pointer into the definition, such as `/States/Reserve/Next`; absent when the text is not JSON. */
  readonly location?: string;
  /** Where the location stands in the text, for an editor. Lines and columns count from 1, offsets from 0. */
  readonly range?: TextRange;
}

export interface TextRange {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly line: number;
  readonly column: number;
}
