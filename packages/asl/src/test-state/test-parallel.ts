/** A Parallel under test: its branches do not run, the mock says what they came to. */
import type { ParallelState } from "../definition/machine.ts";
import { effectiveInput, exitOf, workInput } from "../interpreter/data-flow.ts";
import type { Draft, WorkingScope } from "../interpreter/draft.ts";
import { stateFailure } from "../interpreter/errors.ts";
import { evaluationOf } from "../interpreter/evaluation.ts";
import type { Frame } from "../interpreter/execution.ts";
import { completeState, failState } from "../interpreter/transitions.ts";
import type { TestMock } from "./test-state.ts";

/** To be called within `attempt`. */
export function testParallel(
  draft: Draft,
  scope: WorkingScope,
  frame: Frame,
  state: ParallelState,
  mock: TestMock,
): void {
  const evaluation = evaluationOf(draft, scope, frame);
  workInput(evaluation, state.flow, effectiveInput(evaluation, state.flow));
  if ("errorOutput" in mock) {
    const { error, cause } = mock.errorOutput;
    failState(draft, scope, frame, stateFailure(error, cause));
    return;
  }
  completeState(draft, scope, state, exitOf(evaluation, state.flow, mock.result, { result: mock.result }), state.next);
}
