/**
 * Entering, leaving and failing a state: the moves every type of state shares.
 *
 * None of them calls another scope. A scope that ends is put on the draft's `ended` queue and its parent looks at it
 * from the loop (`run.ts`), so neither nesting nor a chain of failures makes the stack grow.
 */
import type { ErrorHandling, State } from "../definition/machine.ts";
import type { Json } from "../json/value.ts";
import { exitOf } from "./data-flow.ts";
import type { Exit } from "./data-flow.ts";
import { ROOT_SCOPE_ID } from "./draft.ts";
import type { Draft, WorkingScope } from "./draft.ts";
import { dataLimitExceeded, failureDetails, QueryError, toFailure } from "./errors.ts";
import { evaluationOf } from "./evaluation.ts";
import type { Frame, Phase, StateFailure } from "./execution.ts";
import { chooseCatcher, chooseRetry } from "./retry-catch.ts";
import { EXECUTION_TIMER_ID, retryTimerId } from "./timers.ts";
import { assign, forgetVariables } from "./variables.ts";

const NOT_TRUNCATED = { truncated: false };
const NO_RETRIES: readonly number[] = [];
const READY: Phase = { kind: "ready" };

/** Fixed texts, not made anew for every event: they are looked up by identity. */
const ENTERED = {
  Choice: "ChoiceStateEntered",
  Fail: "FailStateEntered",
  Map: "MapStateEntered",
  Parallel: "ParallelStateEntered",
  Pass: "PassStateEntered",
  Succeed: "SucceedStateEntered",
  Task: "TaskStateEntered",
  Wait: "WaitStateEntered",
} as const;
const EXITED = {
  Choice: "ChoiceStateExited",
  Map: "MapStateExited",
  Parallel: "ParallelStateExited",
  Pass: "PassStateExited",
  Succeed: "SucceedStateExited",
  Task: "TaskStateExited",
  Wait: "WaitStateExited",
} as const;

/** The details members of an input or output: its JSON text, and that nothing was cut off. */
export function inputDetails(draft: Draft, input: Json): { input: string; inputDetails: { truncated: boolean } } {
  return { input: draft.text(input), inputDetails: NOT_TRUNCATED };
}

export function outputDetails(draft: Draft, output: Json): { output: string; outputDetails: { truncated: boolean } } {
  return { output: draft.text(output), outputDetails: NOT_TRUNCATED };
}

/** Puts a scope into the first state of its container. */
export function startContainer(draft: Draft, scope: WorkingScope, input: Json): void {
  const container = draft.machine.containers.get(scope.container);
  if (container === undefined) throw new Error(`The machine has no states at '${scope.container}'.`);
  enterState(draft, scope, container.startAt, input);
}

function enterState(draft: Draft, scope: WorkingScope, name: string, input: Json): void {
  const state = draft.stateOf(scope, name);
  const enteredEventId = draft.nextEventId;
  draft.append(scope, ENTERED[state.type], { name, input: draft.text(input), inputDetails: NOT_TRUNCATED });
  scope.frame = {
    state: name,
    input,
    enteredAt: draft.host.now,
    enteredEventId,
    retries: "retry" in state ? state.retry.map(() => 0) : NO_RETRIES,
    phase: READY,
  };
  draft.ready.push(scope.id);
}

/** Sets what the scope's state now waits for. */
export function setPhase(scope: WorkingScope, frame: Frame, phase: Phase): void {
  scope.frame = { ...frame, phase };
}

/**
 * Does a part of a state's work; what it throws as an error of the state fails the state.
 *
 * @param frame the frame as it was before the work
 */
export function attempt(draft: Draft, scope: WorkingScope, frame: Frame, work: () => void): void {
  try {
    work();
  } catch (problem) {
    failState(draft, scope, frame, failureOf(draft, scope, frame, problem));
  }
}

/** The failure an exception stands for; that of a query is told to the history at once. */
export function failureOf(draft: Draft, scope: WorkingScope, frame: Frame, problem: unknown): StateFailure {
  const failure = toFailure(problem, frame);
  if (problem instanceof QueryError) {
    const details = { ...failureDetails(failure), location: problem.location, state: frame.state };
    draft.append(scope, "EvaluationFailed", details);
  }
  return failure;
}

/** Leaves a state. To be called within `attempt`: what is too large is thrown. */
export function completeState(
  draft: Draft,
  scope: WorkingScope,
  state: Exclude<State, { type: "Fail" }>,
  exit: Exit,
  next: string | null,
): void {
  const { output, assignment } = exit;
  if (draft.exceedsPayload(output)) throw dataLimitExceeded(state.name);
  if (assignment !== undefined) assign(draft, scope, state.name, assignment);
  const { name } = state;
  const text = draft.text(output);
  draft.append(
    scope,
    EXITED[state.type],
    assignment === undefined
      ? { name, output: text, outputDetails: NOT_TRUNCATED }
      : {
          name,
          output: text,
          outputDetails: NOT_TRUNCATED,
          assignedVariables: assignment.texts,
          assignedVariablesDetails: NOT_TRUNCATED,
        },
  );
  if (next !== null) enterState(draft, scope, next, output);
  else endScope(draft, scope, output);
}

/** A scope that ran to its end: the execution has succeeded, or the parent is to look. */
function endScope(draft: Draft, scope: WorkingScope, output: Json): void {
  if (scope.id === ROOT_SCOPE_ID) {
    disarmExecutionTimer(draft);
    draft.end("SUCCEEDED", "ExecutionSucceeded", { output }, outputDetails(draft, output));
    return;
  }
  closeScope(draft, scope);
  scope.output = output;
  draft.ended.push(scope.id);
}

/** A state failed: retry it, go to a catcher's state, or fail the scope. */
export function failState(draft: Draft, scope: WorkingScope, frame: Frame, failure: StateFailure): void {
  const state = draft.stateOf(scope, frame.state);
  if (!("retry" in state)) {
    failScope(draft, scope, failure);
    return;
  }
  const retry = chooseRetry(state, frame.retries, failure, () => draft.host.random());
  if (retry !== undefined) {
    draft.inspector?.retried(retry.retrierIndex, retry.delayMilliseconds, failure);
    const retries = frame.retries.map((count, index) => (index === retry.retrierIndex ? count + 1 : count));
    const retryNumber = retries.reduce((sum, count) => sum + count, 0);
    const id = retryTimerId(scope.id, frame.enteredEventId, retryNumber);
    draft.armTimer(id, draft.host.now + retry.delayMilliseconds);
    setPhase(scope, { ...frame, retries }, { kind: "backingOff", timerId: id });
    return;
  }
  catchFailure(draft, scope, frame, state, failure);
}

function catchFailure(
  draft: Draft,
  scope: WorkingScope,
  frame: Frame,
  state: Exclude<State, { type: "Fail" }> & ErrorHandling,
  failure: StateFailure,
): void {
  const catcher = chooseCatcher(state, failure);
  if (catcher === undefined) {
    failScope(draft, scope, failure);
    return;
  }
  draft.inspector?.caught(state.catch.indexOf(catcher), failure);
  try {
    const outcome = errorOutput(failure);
    const exit = exitOf(evaluationOf(draft, scope, frame), catcher.flow, outcome, { errorOutput: outcome });
    completeState(draft, scope, state, exit, catcher.next);
  } catch (problem) {
    // The catcher itself failed. Asking the catchers again could go round for ever.
    failScope(draft, scope, failureOf(draft, scope, frame, problem));
  }
}

/** What a catcher's state gets to see. */
function errorOutput(failure: StateFailure): Json {
  const { error, cause } = failure;
  return { ...(error !== undefined && { Error: error }), ...(cause !== undefined && { Cause: cause }) };
}

/** Nothing took the error: the execution has failed, or the parent is to look. */
export function failScope(draft: Draft, scope: WorkingScope, failure: StateFailure): void {
  if (scope.id === ROOT_SCOPE_ID) {
    disarmExecutionTimer(draft);
    draft.end("FAILED", "ExecutionFailed", { failure }, failureDetails(failure));
    return;
  }
  closeScope(draft, scope);
  scope.failure = failure;
  draft.ended.push(scope.id);
}

/** Of a branch or iteration that is done only the outcome is kept. */
function closeScope(draft: Draft, scope: WorkingScope): void {
  draft.close(scope);
  forgetVariables(draft, scope);
}

/** The execution's own timeout no longer matters. */
export function disarmExecutionTimer(draft: Draft): void {
  if (draft.machine.timeoutSeconds !== undefined) draft.disarmTimer(EXECUTION_TIMER_ID);
}
