/** What goes wrong with an expression: when it is compiled (`…SyntaxError`) and when it is evaluated. */

/** The text is not a path. */
export class PathSyntaxError extends Error {
  override readonly name = "PathSyntaxError";
}

/**
 * Why an evaluation gives nothing. A filter takes the first for an absent value and the second for "does not match";
 * the last two go through it.
 * - `not-found`: a definite path names nothing (Jayway's PathNotFoundException).
 * - `invalid`: the path cannot be applied to the value (InvalidPathException).
 * - `failed`: a function cannot work on its values, or the evaluation takes too long (JsonPathException).
 * - `out-of-bounds`: a function's index is beyond its array (IndexOutOfBoundsException).
 */
export type PathFailure = "not-found" | "invalid" | "failed" | "out-of-bounds";

/** A path gives no value; the message is Jayway's. */
export class PathNotFound extends Error {
  override readonly name = "PathNotFound";
  readonly failure: PathFailure;

  constructor(message: string, failure: PathFailure = "not-found") {
    super(message);
    this.failure = failure;
  }
}

/** `ResultPath` meets a value it cannot write into. */
export class ReferencePathMismatch extends Error {
  override readonly name = "ReferencePathMismatch";
}

/** A template holds a field that is neither a path nor an intrinsic function. */
export class TemplateSyntaxError extends Error {
  override readonly name = "TemplateSyntaxError";
  /** JSON pointer relative to the template. */
  readonly pointer: string;

  constructor(message: string, pointer = "") {
    super(message);
    this.pointer = pointer;
  }
}

/** A template cannot be filled in. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
  /** AWS's error name, such as `States.IntrinsicFailure`. */
  readonly errorName: string;
  override readonly cause: string;

  constructor(errorName: string, cause: string) {
    super(cause);
    this.errorName = errorName;
    this.cause = cause;
  }
}
