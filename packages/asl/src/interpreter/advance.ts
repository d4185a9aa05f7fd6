/**
 * The interpreter: `advance(machine, execution, event, host) → Step`.
 *
 * A pure function. It takes an execution and one thing that happened to it and gives the execution that follows, the
 * history events in between, and what the host must do now. Between two events nothing is remembered but the execution.
 *
 * RUNNING ──▶ SUCCEEDED   the root scope ran to its end
 *         ──▶ FAILED      an error nothing caught, or a full history
 *         ──▶ TIMED_OUT   the timer "execution" (the machine's TimeoutSeconds)
 *         ──▶ ABORTED     stop
 *
 * An event for something that is no longer so (a timer or task of a state that was left, anything after the end) gives
 * an empty step: the same execution, nothing to do.
 */
import type { Machine } from "../definition/machine.ts";
import { Draft, HistoryFull, ROOT_SCOPE_ID } from "./draft.ts";
import { failureDetails, stateFailure } from "./errors.ts";
import type { Execution, Frame } from "./execution.ts";
import { HISTORY_EVENTS_MAX } from "./limits.ts";
import type { ExecutionEvent, InterpreterHost, Step } from "./protocol.ts";
import { run } from "./run.ts";
import { abortAll, callOffAll } from "./scope-tree.ts";
import { mapRunFailed, mapRunStarted, mapRunSucceeded } from "./states/distributed-map.ts";
import type { RunningMapRun } from "./states/distributed-map.ts";
import { taskFailed, taskHeartbeat, taskStarted, taskSubmitted, taskSucceeded, taskTimedOut } from "./states/task.ts";
import type { RunningTask } from "./states/task.ts";
import { finishWait } from "./states/wait.ts";
import { EXECUTION_TIMER_ID, scopeIdOf } from "./timers.ts";
import { attempt, disarmExecutionTimer, failScope, inputDetails, setPhase, startContainer } from "./transitions.ts";

/** What an execution is given when it is made; the rest of it is how far it has come. */
export interface NewExecution extends Pick<
  Execution,
  | "arn"
  | "name"
  | "roleArn"
  | "machineArn"
  | "machineName"
  | "machineVersionArn"
  | "machineAliasArn"
  | "input"
  | "startedAt"
> {
  readonly redriveCount?: number;
}

/** An execution that has not begun; its first event is `start`. */
export function newExecution(parameters: NewExecution): Execution {
  const { redriveCount = 0, ...given } = parameters;
  return { ...given, redriveCount, status: "RUNNING", nextEventId: 1, nextScopeId: ROOT_SCOPE_ID, scopes: {} };
}

/**
 * What follows when `event` happens to `execution`.
 *
 * @param machine compiled from the definition the execution was started with
 * @throws Error when the machine is not the execution's own
 */
export function advance(machine: Machine, execution: Execution, event: ExecutionEvent, host: InterpreterHost): Step {
  if (execution.status !== "RUNNING") {
    return { execution, changedScopeIds: [], removedScopeIds: [], commands: [], history: [] };
  }
  const draft = new Draft(machine, execution, host);
  try {
    handle(draft, event);
    run(draft);
  } catch (problem) {
    if (!(problem instanceof HistoryFull)) throw problem;
    failForFullHistory(draft);
  }
  return draft.toStep();
}

function handle(draft: Draft, event: ExecutionEvent): void {
  switch (event.kind) {
    case "start":
      return start(draft);
    case "continue":
      draft.ready.push(...draft.readyScopeIds());
      return;
    case "stop":
      return stop(draft, event.error, event.cause);
    case "timerFired":
      return timerFired(draft, event.timerId);
    case "taskStarted":
      return withTask(draft, event.taskId, (task) => taskStarted(draft, task, event.workerName));
    case "taskSubmitted":
      return withTask(draft, event.taskId, (task) => taskSubmitted(draft, task, event.output));
    case "taskHeartbeat":
      return withTask(draft, event.taskId, (task) => taskHeartbeat(draft, task));
    case "taskSucceeded":
      return withTask(draft, event.taskId, (task) => taskSucceeded(draft, task, event.output));
    case "mapRunStarted":
      return withMapRun(draft, event.mapRunId, (mapRun) => mapRunStarted(draft, mapRun, event.mapRunArn));
    case "mapRunSucceeded":
      return withMapRun(draft, event.mapRunId, (mapRun) => mapRunSucceeded(draft, mapRun, event.output));
    case "mapRunFailed": {
      const failure = stateFailure(event.error, event.cause);
      return withMapRun(draft, event.mapRunId, (mapRun) => mapRunFailed(draft, mapRun, failure));
    }
    case "taskFailed": {
      const failure = stateFailure(event.error, event.cause);
      return withTask(draft, event.taskId, (task) => taskFailed(draft, task, event.phase, failure));
    }
  }
}

/** ExecutionStarted and the first state's entry both link to no event: their `previousEventId` is 0. */
function start(draft: Draft): void {
  const { execution, machine } = draft;
  if (execution.nextEventId !== 1) return;
  const { machineAliasArn, machineVersionArn } = execution;
  draft.appendLeaf(0, "ExecutionStarted", {
    ...inputDetails(draft, execution.input),
    roleArn: execution.roleArn,
    ...(machineAliasArn !== undefined && { stateMachineAliasArn: machineAliasArn }),
    ...(machineVersionArn !== undefined && { stateMachineVersionArn: machineVersionArn }),
  });
  if (machine.timeoutSeconds !== undefined) {
    draft.armTimer(EXECUTION_TIMER_ID, execution.startedAt + machine.timeoutSeconds * 1000);
  }
  const root = draft.create({ index: 0, container: "", previousEventId: 0 });
  startContainer(draft, root, execution.input);
}

function stop(draft: Draft, error: string | undefined, cause: string | undefined): void {
  const failure = stateFailure(error, cause);
  abortAll(draft);
  disarmExecutionTimer(draft);
  draft.end("ABORTED", "ExecutionAborted", { failure }, failureDetails(failure));
}

function timeOut(draft: Draft): void {
  const failure = stateFailure("States.Timeout", undefined);
  abortAll(draft);
  draft.end("TIMED_OUT", "ExecutionTimedOut", { failure }, failureDetails(failure));
}

/** The history is full: the execution fails as a whole, and whatever this step was about to begin is dropped. */
function failForFullHistory(draft: Draft): void {
  const cause = `The execution reached the maximum number of history events (${HISTORY_EVENTS_MAX}).`;
  draft.dropCommands();
  callOffAll(draft);
  failScope(draft, draft.edit(ROOT_SCOPE_ID), stateFailure("States.Runtime", cause));
}

function timerFired(draft: Draft, timerId: string): void {
  if (timerId === EXECUTION_TIMER_ID) {
    if (draft.machine.timeoutSeconds !== undefined) timeOut(draft);
    return;
  }
  const scopeId = scopeIdOf(timerId);
  const frame = draft.scope(scopeId)?.frame;
  if (frame === undefined) return;
  const { phase } = frame;
  switch (phase.kind) {
    case "waiting":
      if (phase.timerId === timerId) waitIsOver(draft, scopeId, frame);
      return;
    case "backingOff":
      if (phase.timerId === timerId) {
        setPhase(draft.edit(scopeId), frame, { kind: "ready" });
        draft.ready.push(scopeId);
      }
      return;
    case "task":
      if (phase.timeoutTimerId === timerId || phase.heartbeatTimerId === timerId) {
        withTask(draft, phase.taskId, (task) => taskTimedOut(draft, task, timerId));
      }
      return;
    case "branches":
    case "iterations":
    case "mapRun":
    case "ready":
      return;
  }
}

function waitIsOver(draft: Draft, scopeId: number, frame: Frame): void {
  const scope = draft.edit(scopeId);
  const state = draft.stateOf(scope, frame.state);
  if (state.type === "Wait") attempt(draft, scope, frame, () => finishWait(draft, scope, frame, state));
}

/** Calls back with the task, if it is still out. */
function withTask(draft: Draft, taskId: string, act: (task: RunningTask) => void): void {
  const scopeId = scopeIdOf(taskId);
  const frame = draft.scope(scopeId)?.frame;
  if (frame === undefined || frame.phase.kind !== "task" || frame.phase.taskId !== taskId) return;
  const scope = draft.edit(scopeId);
  const state = draft.stateOf(scope, frame.state);
  if (state.type === "Task") act({ scope, frame, state, phase: frame.phase });
}

/** Calls back with the Map Run, if its state still waits for it. */
function withMapRun(draft: Draft, mapRunId: string, act: (mapRun: RunningMapRun) => void): void {
  const scopeId = scopeIdOf(mapRunId);
  const frame = draft.scope(scopeId)?.frame;
  if (frame === undefined || frame.phase.kind !== "mapRun" || frame.phase.mapRunId !== mapRunId) return;
  const scope = draft.edit(scopeId);
  const state = draft.stateOf(scope, frame.state);
  if (state.type === "Map") act({ scope, frame, state, phase: frame.phase });
}
