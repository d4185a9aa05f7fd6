/** Choice: goes where the first rule that applies leads, else to the default. */
import type { ChoiceState } from "../../definition/machine.ts";
import { effectiveInput, effectiveOutput, evaluationOf } from "../data-flow.ts";
import type { Draft, WorkingScope } from "../draft.ts";
import { StateError } from "../errors.ts";
import type { Frame } from "../execution.ts";
import { completeState } from "../transitions.ts";

export function runChoice(draft: Draft, scope: WorkingScope, frame: Frame, state: ChoiceState): void {
  const evaluation = evaluationOf(draft, scope, frame);
  const input = effectiveInput(evaluation, state);
  const { context } = evaluation;
  const rule = state.choices.find((candidate) => candidate.matches({ input, context }));
  const next = rule?.next ?? state.defaultNext;
  if (next === undefined) {
    throw new StateError(
      "States.NoChoiceMatched",
      "Failed to transition out of the state. The state does not point to a next state.",
    );
  }
  completeState(draft, scope, state, effectiveOutput(evaluation, state, input), next);
}
