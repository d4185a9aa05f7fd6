/**
 * The loop of a step: lets scopes run until each of them waits for something, the execution has ended, or the step's
 * budget of states is used up.
 *
 * Scopes that ended come first, for their parents to look at; then the next scope that is ready. Both are queues in the
 * draft, so a thousand states in a row or a hundred levels of nesting are a thousand or a hundred turns of this loop.
 */
import type { Draft } from "./draft.ts";
import { STATES_PER_STEP_MAX } from "./limits.ts";
import { runChoice } from "./states/choice.ts";
import { runFail } from "./states/fail.ts";
import { iterationEnded, runMap } from "./states/map.ts";
import { branchEnded, runParallel } from "./states/parallel.ts";
import { runPass } from "./states/pass.ts";
import { runSucceed } from "./states/succeed.ts";
import { runTask } from "./states/task.ts";
import { runWait } from "./states/wait.ts";
import { attempt } from "./transitions.ts";

/** Runs every scope that is ready. Leaves `continue` among the commands when some have to wait for the next step. */
export function run(draft: Draft): void {
  const postponed: number[] = [];
  let budget = STATES_PER_STEP_MAX;
  let next = 0;
  while (!draft.hasEnded) {
    const endedId = draft.ended.pop();
    if (endedId !== undefined) {
      tellParent(draft, endedId);
      continue;
    }
    const readyId = draft.ready[next++];
    if (readyId === undefined) break;
    if (!isReady(draft, readyId)) continue;
    if (budget === 0) postponed.push(readyId);
    else {
      budget -= 1;
      runState(draft, readyId);
    }
  }
  if (!draft.hasEnded && postponed.some((id) => isReady(draft, id))) draft.requestContinue();
}

/** A scope that became ready may have been aborted since. */
function isReady(draft: Draft, scopeId: number): boolean {
  return draft.scope(scopeId)?.frame?.phase.kind === "ready";
}

/** Runs the state of a scope that is ready. */
export function runState(draft: Draft, scopeId: number): void {
  const scope = draft.edit(scopeId);
  const { frame } = scope;
  if (frame === undefined) return;
  const state = draft.stateOf(scope, frame.state);
  attempt(draft, scope, frame, () => {
    switch (state.type) {
      case "Choice":
        return runChoice(draft, scope, frame, state);
      case "Fail":
        return runFail(draft, scope, frame, state);
      case "Map":
        return runMap(draft, scope, frame, state);
      case "Parallel":
        return runParallel(draft, scope, frame, state);
      case "Pass":
        return runPass(draft, scope, frame, state);
      case "Succeed":
        return runSucceed(draft, scope, frame, state);
      case "Task":
        return runTask(draft, scope, frame, state);
      case "Wait":
        return runWait(draft, scope, frame, state);
    }
  });
}

/** Shows the parent's Parallel or Map that this branch or iteration has ended. */
function tellParent(draft: Draft, endedId: number): void {
  const ended = draft.scope(endedId) === undefined ? undefined : draft.edit(endedId);
  if (ended?.parentId === undefined) return;
  const parent = draft.edit(ended.parentId);
  const { frame } = parent;
  if (frame === undefined) return;
  const state = draft.stateOf(parent, frame.state);
  attempt(draft, parent, frame, () => {
    if (state.type === "Parallel") branchEnded(draft, parent, frame, state, ended);
    if (state.type === "Map") iterationEnded(draft, parent, frame, state, ended);
  });
}
