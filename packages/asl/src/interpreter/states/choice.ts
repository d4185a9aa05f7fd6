/** Choice: goes where the first rule that applies leads, else to the default. */
import type { ChoiceRule, ChoiceState } from "../../definition/machine.ts";
import type { Json } from "../../json/value.ts";
import { effectiveInput, exitOf } from "../data-flow.ts";
import type { Draft, WorkingScope } from "../draft.ts";
import { StateError } from "../errors.ts";
import { evaluationOf, pathScope } from "../evaluation.ts";
import type { Evaluation } from "../evaluation.ts";
import type { Frame } from "../execution.ts";
import { conditionOf } from "../field-values.ts";
import { completeState } from "../transitions.ts";

export function runChoice(draft: Draft, scope: WorkingScope, frame: Frame, state: ChoiceState): void {
  const evaluation = evaluationOf(draft, scope, frame);
  const input = effectiveInput(evaluation, state.flow);
  const rule = state.choices.find((candidate) => applies(evaluation, candidate, input));
  const next = rule?.next ?? state.defaultNext;
  if (next === undefined) {
    throw new StateError(
      "States.NoChoiceMatched",
      "Failed to transition out of the state. The state does not point to a next state.",
    );
  }
  completeState(draft, scope, state, exitOf(evaluation, (rule ?? state).flow, input), next);
}

function applies(evaluation: Evaluation, { test }: ChoiceRule, input: Json): boolean {
  if (test.kind === "comparison") return test.rule.matches(pathScope(evaluation, input));
  return conditionOf(evaluation, test.value);
}
