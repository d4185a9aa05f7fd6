/**
 * Task: hands work to the host and waits for its outcome.
 *
 * scheduled → started → (submitted, in patterns that wait after the answer) → succeeded, failed or timed out
 *
 * A retry is a new task with a new id; the state is not entered again. Both timers count from the `…Scheduled` event.
 */
import type { FieldValue, TaskState } from "../../definition/machine.ts";
import { isJsonObject } from "../../json/value.ts";
import type { Json } from "../../json/value.ts";
import { applyAnyTemplate, effectiveInput, exitOf, resultSubject, workInput } from "../data-flow.ts";
import type { Draft, WorkingScope } from "../draft.ts";
import { dataLimitExceeded, failureDetails, QueryError, runtimeError, stateFailure, toFailure } from "../errors.ts";
import { evaluationOf } from "../evaluation.ts";
import type { Evaluation } from "../evaluation.ts";
import type { Frame, Phase, StateFailure } from "../execution.ts";
import { secondsOf } from "../field-values.ts";
import { WAIT_SECONDS_MAX } from "../limits.ts";
import { exceedsPayload } from "../payload.ts";
import type { ExecutionEvent } from "../protocol.ts";
import { failureType, scheduledDetails, startedDetails, subjectDetails, taskEventType } from "../task-history.ts";
import { taskIdOf, timerId } from "../timers.ts";
import { attempt, completeState, failState, outputDetails, setPhase } from "../transitions.ts";

type TaskPhase = Extract<Phase, { kind: "task" }>;

/** A task that is out: where it is, and what it is. */
export interface RunningTask {
  readonly scope: WorkingScope;
  readonly frame: Frame;
  readonly state: TaskState;
  readonly phase: TaskPhase;
}

export function runTask(draft: Draft, scope: WorkingScope, frame: Frame, state: TaskState): void {
  const { resource } = state;
  const taskId = taskIdOf(scope.id, draft.nextEventId);
  const hasToken =
    resource.kind === "activity" || (resource.kind === "integration" && resource.pattern === "waitForTaskToken");
  const token = hasToken ? draft.host.taskToken(taskId) : undefined;
  const evaluation = evaluationOf(draft, scope, frame, token === undefined ? {} : { token });
  const effective = effectiveInput(evaluation, state.flow);
  const input = workInput(evaluation, state.flow, effective);
  if (exceedsPayload(draft.text(input))) throw dataLimitExceeded(state.name);
  const timeoutSeconds = timerSeconds(evaluation, "TimeoutSeconds", state.timeout, effective);
  const heartbeatSeconds = timerSeconds(evaluation, "HeartbeatSeconds", state.heartbeat, effective);
  const credentials = credentialsOf(evaluation, state, effective);
  const request = {
    taskId,
    stateName: state.name,
    resource,
    input,
    ...(token !== undefined && { token }),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    ...(heartbeatSeconds !== undefined && { heartbeatSeconds }),
    ...(credentials !== undefined && { credentials }),
  };
  const eventId = draft.append(scope, taskEventType(resource, "Scheduled"), scheduledDetails(draft, request));
  draft.startTask({ kind: "startTask", task: request });
  setPhase(scope, frame, {
    kind: "task",
    taskId,
    ...armTimeout(draft, scope, eventId, timeoutSeconds),
    ...armHeartbeat(draft, scope, eventId, heartbeatSeconds),
    progress: "scheduled",
  });
}

/** The role to assume, which only the running state knows to be a text. */
function credentialsOf(evaluation: Evaluation, { credentials }: TaskState, input: Json): Json | undefined {
  if (credentials === undefined) return undefined;
  const value = applyAnyTemplate(evaluation, credentials, input);
  const roleArn = isJsonObject(value) ? value["RoleArn"] : undefined;
  if (typeof roleArn === "string") return value;
  const text = `The RoleArn of the field 'Credentials' must be a string but was: ${evaluation.text(roleArn ?? null)}`;
  throw credentials.kind === "template" ? runtimeError(text) : new QueryError(text, "Credentials/RoleArn");
}

function timerSeconds(
  evaluation: Evaluation,
  name: string,
  value: FieldValue<number> | undefined,
  input: Json,
): number | undefined {
  if (value === undefined) return undefined;
  const seconds = secondsOf(evaluation, name, value, input);
  if (seconds >= 1 && seconds <= WAIT_SECONDS_MAX) return seconds;
  const [field, shown] = value.kind === "path" ? [value.field, `${value.path.text} == ${seconds}`] : [name, seconds];
  const text = `The ${field} parameter must be between 1 and ${WAIT_SECONDS_MAX}: ${shown}`;
  throw value.kind === "jsonata" ? new QueryError(text, name) : runtimeError(text);
}

function armTimeout(
  draft: Draft,
  scope: WorkingScope,
  eventId: number,
  seconds: number | undefined,
): Pick<TaskPhase, "timeoutTimerId"> {
  if (seconds === undefined) return {};
  const timeoutTimerId = timerId("timeout", scope.id, eventId);
  draft.armTimer(timeoutTimerId, draft.host.now + seconds * 1000);
  return { timeoutTimerId };
}

function armHeartbeat(
  draft: Draft,
  scope: WorkingScope,
  eventId: number,
  seconds: number | undefined,
): Pick<TaskPhase, "heartbeatTimerId" | "heartbeatSeconds"> {
  if (seconds === undefined) return {};
  const heartbeatTimerId = timerId("heartbeat", scope.id, eventId);
  draft.armTimer(heartbeatTimerId, draft.host.now + seconds * 1000);
  return { heartbeatTimerId, heartbeatSeconds: seconds };
}

/** The request is on its way, or a worker took it. Said once. */
export function taskStarted(draft: Draft, task: RunningTask, workerName: string | undefined): void {
  const { scope, frame, state, phase } = task;
  if (phase.progress !== "scheduled") return;
  draft.append(scope, taskEventType(state.resource, "Started"), startedDetails(state.resource, workerName));
  setPhase(scope, frame, { ...phase, progress: "started" });
}

/** The request was answered and the task goes on. Only for an integration that waits, and said once. */
export function taskSubmitted(draft: Draft, task: RunningTask, output: Json): void {
  const { scope, frame, state, phase } = task;
  const { resource } = state;
  if (resource.kind !== "integration" || resource.pattern === "request" || phase.progress === "submitted") return;
  if (exceedsPayload(draft.text(output))) {
    draft.cancelTask(phase.taskId);
    failOversized(draft, task);
    return;
  }
  draft.append(scope, "TaskSubmitted", { ...subjectDetails(resource), ...outputDetails(draft, output) });
  setPhase(scope, frame, { ...phase, progress: "submitted" });
}

/** The worker is alive: its heartbeat timer starts anew. Leaves no event. */
export function taskHeartbeat(draft: Draft, task: RunningTask): void {
  const { heartbeatTimerId, heartbeatSeconds } = task.phase;
  if (heartbeatTimerId === undefined || heartbeatSeconds === undefined) return;
  draft.armTimer(heartbeatTimerId, draft.host.now + heartbeatSeconds * 1000);
}

export function taskSucceeded(draft: Draft, task: RunningTask, output: Json): void {
  const { scope, frame, state, phase } = task;
  if (exceedsPayload(draft.text(output))) {
    failOversized(draft, task);
    return;
  }
  disarmTimers(draft, phase);
  const details = { ...subjectDetails(state.resource), ...outputDetails(draft, output) };
  draft.append(scope, taskEventType(state.resource, "Succeeded"), details);
  attempt(draft, scope, frame, () => {
    const exit = exitOf(evaluationOf(draft, scope, frame), state.flow, output, { result: output });
    completeState(draft, scope, state, exit, state.next);
  });
}

export function taskFailed(
  draft: Draft,
  task: RunningTask,
  phase: Extract<ExecutionEvent, { kind: "taskFailed" }>["phase"],
  failure: StateFailure,
): void {
  const { scope, frame, state } = task;
  disarmTimers(draft, task.phase);
  const details = { ...subjectDetails(state.resource), ...failureDetails(failure) };
  draft.append(scope, failureType(state.resource, phase), details);
  failState(draft, scope, frame, failure);
}

function failOversized(draft: Draft, task: RunningTask): void {
  taskFailed(draft, task, "run", toFailure(dataLimitExceeded(resultSubject(task.state)), task.frame));
}

/** One of the task's timers fired. A missed heartbeat is shown as `States.Timeout` too. */
export function taskTimedOut(draft: Draft, task: RunningTask, firedTimerId: string): void {
  const { scope, frame, state, phase } = task;
  draft.cancelTask(phase.taskId);
  disarmTimers(draft, phase, firedTimerId);
  const isHeartbeat = firedTimerId === phase.heartbeatTimerId;
  const failure: StateFailure = {
    ...stateFailure("States.Timeout", undefined),
    ...(isHeartbeat && { heartbeat: true }),
  };
  const details = { ...subjectDetails(state.resource), ...failureDetails(failure) };
  draft.append(scope, taskEventType(state.resource, "TimedOut"), details);
  failState(draft, scope, frame, failure);
}

function disarmTimers(draft: Draft, phase: TaskPhase, firedTimerId?: string): void {
  for (const id of [phase.timeoutTimerId, phase.heartbeatTimerId]) {
    if (id !== undefined && id !== firedTimerId) draft.disarmTimer(id);
  }
}
