/**
 * The public face of JSONPath in a definition; the evaluator stands beside it.
 * Semantics are those of Jayway JsonPath 2.10, which AWS Step Functions uses.
 */
import type { Json, JsonObject } from "../json/value.ts";

/** What an expression may look at: `$` is the input, `$$` the context object, `$name` a variable. */
export interface Scope {
  readonly input: Json;
  readonly context: JsonObject;
  readonly variables?: JsonObject;
  /** Needed by `States.MathRandom` and `States.UUID` only: randomness is a parameter. */
  readonly host?: ExpressionHost;
}

export interface ExpressionHost {
  /** In [0, 1). */
  random(): number;
  uuid(): string;
}

/** A compiled JSONPath such as `$.a[0]`, `$$.Execution.Id` or `$.list[?(@.n > 3)]`. */
export interface CompiledPath {
  readonly kind: "path";
  /** As written in the definition. */
  readonly text: string;
  /** True when the path names at most one value: no wildcard, filter, slice, union or deep scan. */
  readonly definite: boolean;
  /**
   * The value the path names: bare for a definite path, a list (empty when nothing matches) for an indefinite one.
   * @throws PathNotFound when a definite path names nothing; its message is Jayway's.
   */
  evaluate(scope: Scope): Json;
}

/** A path that names one place and may be written to: `ResultPath`, `Variable`. */
export interface ReferencePath extends CompiledPath {
  /** The steps from the root: member names and array indexes. */
  readonly steps: readonly (string | number)[];
  /**
   * `target` with `value` at this place; missing objects on the way are made, the original stays as it is.
   * @throws ReferencePathMismatch when a step meets a value of another kind (`States.ResultPathMatchFailure`).
   */
  write(target: Json, value: Json): Json;
}
