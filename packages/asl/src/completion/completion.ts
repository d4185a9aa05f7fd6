/**
 * What may stand at a position of a definition, as facts an editor can show. No user interface is assumed: filtering by
 * what was typed, and sorting, are the editor's.
 */
import type { TextRange } from "../json/text-lines.ts";

export type CompletionKind =
  | "error"
  | "field"
  | "function"
  | "member"
  | "path"
  | "resource"
  | "state"
  | "stateType"
  | "value"
  | "variable";

export interface Completion {
  /** What a list shows: a name without its quotes. */
  readonly label: string;
  readonly kind: CompletionKind;
  /** Replaces the text of `range`; quotes, escapes and a missing colon are in it. */
  readonly insertText: string;
  /** What has been typed of it; empty when nothing has. */
  readonly range: TextRange;
  /** One line that says what it is. */
  readonly detail: string;
}

/** A resource that a Task may name, beside the integrations of AWS. */
export interface ResourceFact {
  readonly arn: string;
  readonly detail: string;
}

export interface CompletionOptions {
  /** Functions, activities and others that exist where the definition will run. */
  readonly resources?: readonly ResourceFact[];
  /** Whether to name AWS's optimized integrations as well. Default true. */
  readonly integrations?: boolean;
  /** An Express workflow is offered no resource that it may not use. Default `STANDARD`. */
  readonly type?: "EXPRESS" | "STANDARD";
}

/** A fact without its place. `text` is what stands in the definition, without quotes. */
export interface Fact {
  readonly label: string;
  readonly kind: CompletionKind;
  readonly detail: string;
  /** When it is not the label. */
  readonly text?: string;
  /** A JSON value that is no text, such as `true`: it is inserted without quotes. */
  readonly bare?: true;
}
