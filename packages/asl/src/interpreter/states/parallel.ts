/**
 * Parallel: runs its branches side by side, each in a scope of its own, and gives their outputs in order.
 *
 * ParallelStateStarted ─ every branch's first event links here
 *   all branches done   → ParallelStateSucceeded, a leaf: the exit links to the last event of the last branch
 *   one branch failed   → the others are aborted, ParallelStateFailed, then Retry and Catch with the branch's error
 */
import type { ParallelState } from "../../definition/machine.ts";
import { effectiveInput, exitOf, workInput } from "../data-flow.ts";
import type { Draft, WorkingScope } from "../draft.ts";
import { dataLimitExceeded } from "../errors.ts";
import { evaluationOf } from "../evaluation.ts";
import type { ExecutionScope, Frame, StateFailure } from "../execution.ts";
import { isOversized } from "../payload.ts";
import { abortChildren } from "../scope-tree.ts";
import { completeState, failState, setPhase, startContainer } from "../transitions.ts";

export function runParallel(draft: Draft, scope: WorkingScope, frame: Frame, state: ParallelState): void {
  const evaluation = evaluationOf(draft, scope, frame);
  const input = workInput(evaluation, state.flow, effectiveInput(evaluation, state.flow));
  const startedEventId = draft.append(scope, "ParallelStateStarted");
  setPhase(scope, frame, { kind: "branches" });
  state.branches.forEach((container, index) => {
    const branch = draft.create({ parentId: scope.id, index, container, previousEventId: startedEventId });
    startContainer(draft, branch, input);
  });
}

/** A branch is done, one way or the other. To be called within `attempt`. */
export function branchEnded(
  draft: Draft,
  scope: WorkingScope,
  frame: Frame,
  state: ParallelState,
  branch: WorkingScope,
): void {
  if (branch.failure !== undefined) {
    branchFailed(draft, scope, frame, branch, branch.failure);
    return;
  }
  if (draft.childCounts(scope.id).running > 0) return;
  const branches = draft.children(scope.id);
  const results = branches.map((done) => done.output ?? null);
  dropChildren(draft, branches);
  scope.previousEventId = branch.previousEventId;
  draft.appendLeaf(scope.previousEventId, "ParallelStateSucceeded");
  if (isOversized(results)) throw dataLimitExceeded(state.name);
  const exit = exitOf(evaluationOf(draft, scope, frame), state.flow, results, { result: results });
  completeState(draft, scope, state, exit, state.next);
}

function branchFailed(
  draft: Draft,
  scope: WorkingScope,
  frame: Frame,
  branch: ExecutionScope,
  failure: StateFailure,
): void {
  abortChildren(draft, scope);
  scope.previousEventId = branch.previousEventId;
  draft.append(scope, "ParallelStateFailed");
  failState(draft, scope, frame, failure);
}

function dropChildren(draft: Draft, children: readonly ExecutionScope[]): void {
  for (const child of children) draft.remove(child.id);
}
