/** Fail: ends its scope with the error and cause it names. */
import type { FailState } from "../../definition/machine.ts";
import type { Draft, WorkingScope } from "../draft.ts";
import { stateFailure } from "../errors.ts";
import { evaluationOf } from "../evaluation.ts";
import type { Frame } from "../execution.ts";
import { textOf } from "../field-values.ts";
import { failScope } from "../transitions.ts";

export function runFail(draft: Draft, scope: WorkingScope, frame: Frame, state: FailState): void {
  const evaluation = evaluationOf(draft, scope, frame);
  const error = state.error && textOf(evaluation, state.error, frame.input);
  const cause = state.cause && textOf(evaluation, state.cause, frame.input);
  failScope(draft, scope, stateFailure(error, cause));
}
