/** Succeed: ends the execution, or the branch or iteration it stands in. */
import type { SucceedState } from "../../definition/machine.ts";
import { effectiveInput, effectiveOutput, evaluationOf } from "../data-flow.ts";
import type { Draft, WorkingScope } from "../draft.ts";
import type { Frame } from "../execution.ts";
import { completeState } from "../transitions.ts";

export function runSucceed(draft: Draft, scope: WorkingScope, frame: Frame, state: SucceedState): void {
  const evaluation = evaluationOf(draft, scope, frame);
  const output = effectiveOutput(evaluation, state, effectiveInput(evaluation, state));
  completeState(draft, scope, state, output, null);
}
