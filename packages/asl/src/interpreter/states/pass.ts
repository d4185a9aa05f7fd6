/** Pass: hands its input on, reshaped, or puts a fixed result in its place. */
import type { PassState } from "../../definition/machine.ts";
import { effectiveInput, exitOf, workInput } from "../data-flow.ts";
import type { Draft, WorkingScope } from "../draft.ts";
import { evaluationOf } from "../evaluation.ts";
import type { Frame } from "../execution.ts";
import { completeState } from "../transitions.ts";

export function runPass(draft: Draft, scope: WorkingScope, frame: Frame, state: PassState): void {
  const evaluation = evaluationOf(draft, scope, frame);
  const input = workInput(evaluation, state.flow, effectiveInput(evaluation, state.flow));
  const exit = exitOf(evaluation, state.flow, state.result === undefined ? input : state.result);
  completeState(draft, scope, state, exit, state.next);
}
