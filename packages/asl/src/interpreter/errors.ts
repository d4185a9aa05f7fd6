/**
 * How a state fails. Evaluating a path, a template or a rule throws; here the exception becomes the error name and the
 * cause text that AWS shows. What is none of the known exceptions is a fault of the program and stays an exception.
 */
import { PathNotFound, ReferencePathMismatch, TemplateError } from "../paths/errors.ts";
import type { Frame, StateFailure } from "./execution.ts";
import { CAUSE_LENGTH_MAX, ERROR_LENGTH_MAX } from "./limits.ts";

/** Thrown while a state runs; the state fails with this error. */
export class StateError extends Error {
  readonly errorName: string;
  /** False when AWS shows the text alone, without naming the state and the event. */
  readonly namesState: boolean;

  constructor(errorName: string, text: string, namesState = true) {
    super(text);
    this.errorName = errorName;
    this.namesState = namesState;
  }
}

/** A JSONata expression has no value, or not one its field can use. Leaves an `EvaluationFailed` event. */
export class QueryError extends StateError {
  /** The field, such as `Output/items[0]`. */
  readonly location: string;

  constructor(text: string, location: string) {
    super("States.QueryEvaluationError", text);
    this.location = location;
  }
}

export function runtimeError(text: string): StateError {
  return new StateError("States.Runtime", text);
}

/** @param subject the state's name, the function's ARN or the integration's service */
export function dataLimitExceeded(subject: string): StateError {
  const text = `The state/task '${subject}' returned a result with a size exceeding the maximum number of bytes service limit.`;
  return new StateError("States.DataLimitExceeded", text, false);
}

/** The failure an exception stands for, its cause prefixed as AWS does. Throws what it does not know. */
export function toFailure(problem: unknown, frame: Frame): StateFailure {
  if (problem instanceof StateError) {
    return problem.namesState
      ? stateFailure(problem.errorName, prefixed(problem.message, frame))
      : stateFailure(problem.errorName, problem.message);
  }
  if (problem instanceof TemplateError) return stateFailure(problem.errorName, prefixed(problem.cause, frame));
  if (problem instanceof ReferencePathMismatch) {
    return stateFailure("States.ResultPathMatchFailure", prefixed(problem.message, frame));
  }
  if (problem instanceof PathNotFound) return stateFailure("States.Runtime", prefixed(problem.message, frame));
  throw problem;
}

function prefixed(text: string, frame: Frame): string {
  return `An error occurred while executing the state '${frame.state}' (entered at the event id #${frame.enteredEventId}). ${text}`;
}

/** Both texts cut to the length the API can return. */
export function stateFailure(error: string | undefined, cause: string | undefined): StateFailure {
  return {
    ...(error !== undefined && { error: error.slice(0, ERROR_LENGTH_MAX) }),
    ...(cause !== undefined && { cause: cause.slice(0, CAUSE_LENGTH_MAX) }),
  };
}

/** A failure's texts as members of history details; what is missing is left out. */
export function failureDetails(failure: StateFailure): { readonly error?: string; readonly cause?: string } {
  return {
    ...(failure.error !== undefined && { error: failure.error }),
    ...(failure.cause !== undefined && { cause: failure.cause }),
  };
}
