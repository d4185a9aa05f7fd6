/**
 * Taking down parts of the tree of scopes: the branches of a Parallel that has failed, or everything when the execution
 * is stopped. What a state waits for is called off, and its `…Aborted` event is written.
 */
import { ROOT_SCOPE_ID } from "./draft.ts";
import type { Draft, WorkingScope } from "./draft.ts";
import type { ExecutionScope, Frame } from "./execution.ts";
import type { HistoryEventDetails, HistoryEventType } from "./history.ts";

/** Aborts and removes every scope below this one; the scope itself stays as it is. */
export function abortChildren(draft: Draft, scope: ExecutionScope): void {
  for (const id of postOrder(draft, scope)) {
    if (id !== scope.id) abortScope(draft, id);
    if (id !== scope.id) draft.remove(id);
  }
}

/** Aborts the state of the root and everything below. The scopes are left for `Draft.end` to drop. */
export function abortAll(draft: Draft): void {
  const root = draft.scope(ROOT_SCOPE_ID);
  if (root === undefined) return;
  for (const id of postOrder(draft, root)) abortScope(draft, id);
}

/** Calls off what the execution, as it was before this step, has armed and started. */
export function callOffAll(draft: Draft): void {
  for (const scope of Object.values(draft.execution.scopes)) {
    if (scope.frame !== undefined) callOff(draft, scope.frame);
  }
}

/** The scopes from the leaves up, siblings in order. A loop, since how deep scopes nest is the user's choice. */
function postOrder(draft: Draft, top: ExecutionScope): number[] {
  const found: number[] = [];
  const pending: ExecutionScope[] = [top];
  for (let scope = pending.pop(); scope !== undefined; scope = pending.pop()) {
    found.push(scope.id);
    pending.push(...draft.children(scope.id));
  }
  return found.toReversed();
}

function abortScope(draft: Draft, id: number): void {
  const scope = draft.edit(id);
  const { frame } = scope;
  if (frame !== undefined) {
    callOff(draft, frame);
    if (frame.phase.kind === "mapRun" && frame.phase.isStarted) appendIfRoom(draft, scope, "MapRunAborted");
    const type = abortedType(draft, scope, frame);
    if (type !== undefined) appendIfRoom(draft, scope, type);
    if (scope.item !== undefined) {
      appendIfRoom(draft, scope, "MapIterationAborted", { name: mapName(draft, scope), index: scope.index });
    }
  }
  linkParent(draft, scope);
}

/** The parent's own abort comes after the last event of its children. */
function linkParent(draft: Draft, scope: WorkingScope): void {
  if (scope.parentId === undefined) return;
  const parent = draft.edit(scope.parentId);
  parent.previousEventId = Math.max(parent.previousEventId, scope.previousEventId);
}

/** States that take no time have no event for being aborted. */
function abortedType(draft: Draft, scope: ExecutionScope, frame: Frame): HistoryEventType | undefined {
  const { type } = draft.stateOf(scope, frame.state);
  switch (type) {
    case "Map":
    case "Parallel":
    case "Task":
    case "Wait":
      return `${type}StateAborted`;
    case "Choice":
    case "Fail":
    case "Pass":
    case "Succeed":
      return undefined;
  }
}

/** An abort is told where it fits: a full history must not keep an execution from being stopped. */
function appendIfRoom(draft: Draft, scope: WorkingScope, type: HistoryEventType, details?: HistoryEventDetails): void {
  if (draft.hasHistoryRoom()) draft.append(scope, type, details);
}

function mapName(draft: Draft, iteration: ExecutionScope): string {
  const parent = iteration.parentId === undefined ? undefined : draft.scope(iteration.parentId);
  return parent?.frame?.state ?? "";
}

function callOff(draft: Draft, frame: Frame): void {
  const { phase } = frame;
  switch (phase.kind) {
    case "waiting":
    case "backingOff":
      draft.disarmTimer(phase.timerId);
      return;
    case "task":
      draft.cancelTask(phase.taskId);
      if (phase.timeoutTimerId !== undefined) draft.disarmTimer(phase.timeoutTimerId);
      if (phase.heartbeatTimerId !== undefined) draft.disarmTimer(phase.heartbeatTimerId);
      return;
    case "mapRun":
      draft.cancelMapRun(phase.mapRunId);
      return;
    case "branches":
    case "iterations":
    case "ready":
      return;
  }
}
