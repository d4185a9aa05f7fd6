/**
 * What must hold after every step of every execution, whatever the machine. Each check throws with what it found.
 */
import { EXECUTION_TIMER_ID } from "../timers.ts";
import type { Machine } from "../../definition/machine.ts";
import type { Execution } from "../execution.ts";
import type { ExecutionEvent, Step } from "../protocol.ts";
import { sameJson } from "./json.ts";

/** Timers armed, tasks and Map Runs started, as a host that carried out every command has them. */
export interface Outside {
  readonly timerIds: ReadonlySet<string>;
  readonly taskIds: ReadonlySet<string>;
  readonly mapRunIds: ReadonlySet<string>;
}

export function checkStep(
  machine: Machine,
  before: Execution,
  event: ExecutionEvent,
  step: Step,
  outside: Outside,
): void {
  try {
    checkPlainJson(step);
    checkChangedScopes(before, step);
    checkNumbering(before, step);
    checkOutside(machine, step.execution, outside);
    checkContinue(step);
    checkFinish(before, step);
  } catch (problem) {
    throw new Error(`After ${JSON.stringify(event)} from ${JSON.stringify(before)}`, { cause: problem });
  }
}

function checkPlainJson(step: Step): void {
  if (!sameJson(step, JSON.parse(JSON.stringify(step)))) throw new Error("The step is not plain JSON.");
}

/** The scopes named as changed or removed are exactly those that differ. */
function checkChangedScopes(before: Execution, step: Step): void {
  const changed = new Set(step.changedScopeIds);
  const removed = new Set(step.removedScopeIds);
  if (changed.size !== step.changedScopeIds.length || removed.size !== step.removedScopeIds.length) {
    throw new Error("A scope is named twice.");
  }
  const after = step.execution.scopes;
  for (const id of new Set([...Object.keys(before.scopes), ...Object.keys(after)].map(Number))) {
    const isChanged = after[id] !== undefined && !sameJson(before.scopes[id], after[id]);
    const isRemoved = before.scopes[id] !== undefined && after[id] === undefined;
    if (changed.delete(id) !== isChanged) throw new Error(`Scope ${id}: changed is ${isChanged}, told otherwise.`);
    if (removed.delete(id) !== isRemoved) throw new Error(`Scope ${id}: removed is ${isRemoved}, told otherwise.`);
  }
  const nowhere = [...changed, ...removed];
  if (nowhere.length > 0) throw new Error(`Told of scopes that are nowhere: ${nowhere.join(", ")}.`);
}

function checkNumbering(before: Execution, step: Step): void {
  step.history.forEach((event, index) => {
    if (event.id !== before.nextEventId + index) throw new Error(`Event ${event.id} is out of order.`);
  });
  if (step.execution.nextEventId !== before.nextEventId + step.history.length) {
    throw new Error("nextEventId does not follow the last event.");
  }
}

/** What is armed and started is exactly what some scope waits for. */
function checkOutside(machine: Machine, execution: Execution, outside: Outside): void {
  const timerIds = new Set<string>();
  const taskIds = new Set<string>();
  const mapRunIds = new Set<string>();
  if (machine.timeoutSeconds !== undefined && execution.status === "RUNNING") timerIds.add(EXECUTION_TIMER_ID);
  for (const scope of Object.values(execution.scopes)) {
    const phase = scope.frame?.phase;
    if (phase?.kind === "waiting" || phase?.kind === "backingOff") timerIds.add(phase.timerId);
    if (phase?.kind === "mapRun") mapRunIds.add(phase.mapRunId);
    if (phase?.kind !== "task") continue;
    taskIds.add(phase.taskId);
    if (phase.timeoutTimerId !== undefined) timerIds.add(phase.timeoutTimerId);
    if (phase.heartbeatTimerId !== undefined) timerIds.add(phase.heartbeatTimerId);
  }
  checkSame("timers", timerIds, outside.timerIds);
  checkSame("tasks", taskIds, outside.taskIds);
  checkSame("Map Runs", mapRunIds, outside.mapRunIds);
}

function checkSame(what: string, expected: ReadonlySet<string>, actual: ReadonlySet<string>): void {
  const difference = [...expected.symmetricDifference(actual)];
  if (difference.length > 0) throw new Error(`Scopes and host disagree on the ${what} ${difference.join(", ")}.`);
}

/** `continue` is asked for only when a scope is ready. */
function checkContinue(step: Step): void {
  const hasReady = Object.values(step.execution.scopes).some((scope) => scope.frame?.phase.kind === "ready");
  const asks = step.commands.some((command) => command.kind === "continue");
  if (asks && !hasReady) throw new Error("Asks to continue with nothing ready.");
}

/** `finish` comes once, last, in the step that ends the execution; nothing is left then, and nothing follows. */
function checkFinish(before: Execution, step: Step): void {
  const { execution, commands, history } = step;
  const ends = before.status === "RUNNING" && execution.status !== "RUNNING";
  const finishes = commands.filter((command) => command.kind === "finish").length;
  if (finishes !== (ends ? 1 : 0)) throw new Error(`${finishes} finish commands.`);
  if (ends && commands.at(-1)?.kind !== "finish") throw new Error("finish is not the last command.");
  if (ends && Object.keys(execution.scopes).length > 0) throw new Error("Scopes are left.");
  if (before.status === "RUNNING") return;
  if (commands.length + history.length > 0 || !sameJson(before, execution))
    throw new Error("It went on after its end.");
}
