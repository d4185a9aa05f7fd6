/** Fail: ends its scope with the error and cause it names. */
import type { FailState, FailText } from "../../definition/machine.ts";
import { evaluationOf, readPath } from "../data-flow.ts";
import type { Evaluation } from "../data-flow.ts";
import type { Draft, WorkingScope } from "../draft.ts";
import { runtimeError, stateFailure } from "../errors.ts";
import type { Frame } from "../execution.ts";
import { failScope } from "../transitions.ts";

export function runFail(draft: Draft, scope: WorkingScope, frame: Frame, state: FailState): void {
  const evaluation = evaluationOf(draft, scope, frame);
  const error = resolveText(evaluation, state.error, "ErrorPath");
  const cause = resolveText(evaluation, state.cause, "CausePath");
  failScope(draft, scope, stateFailure(error, cause));
}

function resolveText(
  evaluation: Evaluation,
  text: FailText | undefined,
  field: "ErrorPath" | "CausePath",
): string | undefined {
  if (text === undefined) return undefined;
  if (text.kind === "literal") return text.text;
  const { context, draft, frame } = evaluation;
  const { path } = text;
  const value =
    path.kind === "path"
      ? readPath(evaluation, path, frame.input)
      : path.evaluate({ input: frame.input, context, host: draft.host });
  if (typeof value !== "string") {
    throw runtimeError(`The ${field} field does not refer to a string value: ${draft.text(value)}`);
  }
  return value;
}
