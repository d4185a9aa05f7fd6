/**
 * Map, inline: runs its item processor once for every item, a window of iterations at a time.
 *
 * MapStateStarted{length} ─ every iteration's MapIterationStarted links here
 *   iteration done    → MapIterationSucceeded; the next item starts in its place
 *   iteration failed  → MapIterationFailed; if the Map does not tolerate it, the others are aborted, MapStateFailed,
 *                       then Retry and Catch
 *   all done          → MapStateSucceeded, a leaf: the exit links to the event before it
 *
 * Outputs come in the order of the items. An iteration whose failure is tolerated gives none.
 */
import type { MapState } from "../../definition/machine.ts";
import { isJsonArray } from "../../json/value.ts";
import type { Json } from "../../json/value.ts";
import { effectiveInput, exitOf } from "../data-flow.ts";
import type { Draft, WorkingScope } from "../draft.ts";
import { dataLimitExceeded, stateFailure } from "../errors.ts";
import { evaluationOf } from "../evaluation.ts";
import type { Evaluation } from "../evaluation.ts";
import type { ExecutionScope, Frame, MapItem, Phase, StateFailure } from "../execution.ts";
import { countOf } from "../field-values.ts";
import { INLINE_CONCURRENCY_MAX } from "../limits.ts";
import { exceedsTolerance, givenItems, isTolerant, iterationInput, tolerancesOf } from "../map-fields.ts";
import { isOversized } from "../payload.ts";
import { runDistributedMap } from "./distributed-map.ts";
import { abortChildren } from "../scope-tree.ts";
import { completeState, failScope, failState, failureOf, setPhase, startContainer } from "../transitions.ts";

type Iterations = Extract<Phase, { kind: "iterations" }>;

export function runMap(draft: Draft, scope: WorkingScope, frame: Frame, state: MapState): void {
  if (state.distributed !== undefined) {
    runDistributedMap(draft, scope, frame, state, state.distributed);
    return;
  }
  const evaluation = evaluationOf(draft, scope, frame);
  const input = effectiveInput(evaluation, state.flow);
  const phase: Iterations = {
    kind: "iterations",
    ...itemsOf(evaluation, state, input),
    maxConcurrency: concurrencyOf(evaluation, state, input),
    ...tolerancesOf(evaluation, state, input),
  };
  draft.append(scope, "MapStateStarted", { length: phase.items.length });
  setPhase(scope, frame, phase);
  if (phase.items.length === 0) finishMap(draft, scope, frame, state, []);
  else fillWindow(draft, scope, frame, state, phase);
}

function itemsOf(evaluation: Evaluation, state: MapState, input: Json): Pick<Iterations, "items" | "keys"> {
  const items = givenItems(evaluation, state, input);
  return isJsonArray(items) ? { items } : { items: Object.values(items), keys: Object.keys(items) };
}

/** How many iterations may run at once; 0, the default, asks for as many as there may be. */
function concurrencyOf(evaluation: Evaluation, state: MapState, input: Json): number {
  const count = countOf(evaluation, state.maxConcurrency, input);
  return count === 0 ? INLINE_CONCURRENCY_MAX : Math.min(count, INLINE_CONCURRENCY_MAX);
}

/**
 * Starts items until the window is full or none is left, and says whether they did start. One whose ItemSelector fails
 * has ended already, and the Map has to look at it before anything else may begin.
 */
function fillWindow(draft: Draft, scope: WorkingScope, frame: Frame, state: MapState, phase: Iterations): boolean {
  const { all, running } = draft.childCounts(scope.id);
  const end = Math.min(phase.items.length, all + phase.maxConcurrency - running);
  for (let index = all; index < end; index++) {
    if (!startIteration(draft, scope, frame, state, phase, index)) return false;
  }
  return true;
}

function startIteration(
  draft: Draft,
  scope: WorkingScope,
  frame: Frame,
  state: MapState,
  phase: Iterations,
  index: number,
): boolean {
  const key = phase.keys?.[index];
  const item: MapItem = { index, value: phase.items[index] ?? null, ...(key !== undefined && { key }) };
  const iteration = draft.create({
    parentId: scope.id,
    index,
    container: state.processor,
    previousEventId: scope.previousEventId,
    item,
  });
  draft.append(iteration, "MapIterationStarted", { name: state.name, index });
  let input: Json;
  try {
    const evaluation = evaluationOf(draft, scope, frame, { item });
    input = iterationInput(evaluation, state, item, effectiveInput(evaluation, state.flow));
  } catch (problem) {
    failScope(draft, iteration, failureOf(draft, iteration, frame, problem));
    return false;
  }
  startContainer(draft, iteration, input);
  return true;
}

/** An iteration is done, one way or the other. To be called within `attempt`. */
export function iterationEnded(
  draft: Draft,
  scope: WorkingScope,
  frame: Frame,
  state: MapState,
  iteration: WorkingScope,
): void {
  const { phase } = frame;
  if (phase.kind !== "iterations") return;
  const details = { name: state.name, index: iteration.index };
  if (iteration.failure === undefined) draft.append(iteration, "MapIterationSucceeded", details);
  else {
    draft.append(iteration, "MapIterationFailed", details);
    const failure = intolerable(draft, scope, phase, iteration.failure);
    if (failure !== undefined) {
      abortChildren(draft, scope);
      scope.previousEventId = iteration.previousEventId;
      draft.append(scope, "MapStateFailed");
      failState(draft, scope, frame, failure);
      return;
    }
  }
  if (!fillWindow(draft, scope, frame, state, phase)) return;
  if (draft.childCounts(scope.id).running > 0) return;
  const iterations = draft.children(scope.id);
  for (const done of iterations) draft.remove(done.id);
  scope.previousEventId = iteration.previousEventId;
  const results = iterations.filter((done) => done.failure === undefined).map((done) => done.output ?? null);
  finishMap(draft, scope, frame, state, results);
}

/** The failure of the Map that a failed iteration brings about; undefined when the Map tolerates it. */
function intolerable(
  draft: Draft,
  scope: ExecutionScope,
  phase: Iterations,
  failure: StateFailure,
): StateFailure | undefined {
  if (!isTolerant(phase)) return failure;
  const failed = draft.children(scope.id).filter((iteration) => iteration.failure !== undefined).length;
  if (!exceedsTolerance(phase, failed, phase.items.length)) return undefined;
  return stateFailure(
    "States.ExceedToleratedFailureThreshold",
    "The specified tolerated failure threshold was exceeded",
  );
}

function finishMap(draft: Draft, scope: WorkingScope, frame: Frame, state: MapState, results: readonly Json[]): void {
  draft.appendLeaf(scope.previousEventId, "MapStateSucceeded");
  if (isOversized(results)) throw dataLimitExceeded(state.name);
  const exit = exitOf(evaluationOf(draft, scope, frame), state.flow, results, { result: results });
  completeState(draft, scope, state, exit, state.next);
}
