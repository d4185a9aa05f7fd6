/** Pass: hands its input on, reshaped, or puts a fixed result in its place. */
import type { PassState } from "../../definition/machine.ts";
import { applyTemplate, effectiveInput, evaluationOf, outputOf } from "../data-flow.ts";
import type { Draft, WorkingScope } from "../draft.ts";
import type { Frame } from "../execution.ts";
import { completeState } from "../transitions.ts";

export function runPass(draft: Draft, scope: WorkingScope, frame: Frame, state: PassState): void {
  const evaluation = evaluationOf(draft, scope, frame);
  const input = applyTemplate(evaluation, state.parameters, effectiveInput(evaluation, state));
  const output = outputOf(evaluation, state, state.result === undefined ? input : state.result);
  completeState(draft, scope, state, output, state.next);
}
