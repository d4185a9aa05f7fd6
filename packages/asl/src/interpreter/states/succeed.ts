/** Succeed: ends the execution, or the branch or iteration it stands in. */
import type { SucceedState } from "../../definition/machine.ts";
import { effectiveInput, exitOf } from "../data-flow.ts";
import type { Draft, WorkingScope } from "../draft.ts";
import { evaluationOf } from "../evaluation.ts";
import type { Frame } from "../execution.ts";
import { completeState } from "../transitions.ts";

export function runSucceed(draft: Draft, scope: WorkingScope, frame: Frame, state: SucceedState): void {
  const evaluation = evaluationOf(draft, scope, frame);
  completeState(draft, scope, state, exitOf(evaluation, state.flow, effectiveInput(evaluation, state.flow)), null);
}
