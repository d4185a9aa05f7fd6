/** History events in the shape of AWS's `HistoryEvent`, except that `timestamp` is milliseconds since the epoch. */
import type { Json } from "../json/value.ts";

export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly type: HistoryEventType;
  /** The member that holds the details, such as `stateEnteredEventDetails`; absent for events that have none. */
  readonly detailsKey?: string;
  readonly details?: HistoryEventDetails;
}

export type HistoryEventDetails = { readonly [member: string]: Json };

/** The 62 values of AWS's `HistoryEventType`. */
export type HistoryEventType =
  | "ActivityFailed"
  | "ActivityScheduleFailed"
  | "ActivityScheduled"
  | "ActivityStarted"
  | "ActivitySucceeded"
  | "ActivityTimedOut"
  | "ChoiceStateEntered"
  | "ChoiceStateExited"
  | "EvaluationFailed"
  | "ExecutionAborted"
  | "ExecutionFailed"
  | "ExecutionRedriven"
  | "ExecutionStarted"
  | "ExecutionSucceeded"
  | "ExecutionTimedOut"
  | "FailStateEntered"
  | "LambdaFunctionFailed"
  | "LambdaFunctionScheduleFailed"
  | "LambdaFunctionScheduled"
  | "LambdaFunctionStartFailed"
  | "LambdaFunctionStarted"
  | "LambdaFunctionSucceeded"
  | "LambdaFunctionTimedOut"
  | "MapIterationAborted"
  | "MapIterationFailed"
  | "MapIterationStarted"
  | "MapIterationSucceeded"
  | "MapRunAborted"
  | "MapRunFailed"
  | "MapRunRedriven"
  | "MapRunStarted"
  | "MapRunSucceeded"
  | "MapStateAborted"
  | "MapStateEntered"
  | "MapStateExited"
  | "MapStateFailed"
  | "MapStateStarted"
  | "MapStateSucceeded"
  | "ParallelStateAborted"
  | "ParallelStateEntered"
  | "ParallelStateExited"
  | "ParallelStateFailed"
  | "ParallelStateStarted"
  | "ParallelStateSucceeded"
  | "PassStateEntered"
  | "PassStateExited"
  | "SucceedStateEntered"
  | "SucceedStateExited"
  | "TaskFailed"
  | "TaskScheduled"
  | "TaskStartFailed"
  | "TaskStarted"
  | "TaskStateAborted"
  | "TaskStateEntered"
  | "TaskStateExited"
  | "TaskSubmitFailed"
  | "TaskSubmitted"
  | "TaskSucceeded"
  | "TaskTimedOut"
  | "WaitStateAborted"
  | "WaitStateEntered"
  | "WaitStateExited";

const detailsKeys = new Map<HistoryEventType, string>();

/** The member of AWS's `HistoryEvent` that holds the details of an event of this type. */
export function detailsKeyOf(type: HistoryEventType): string {
  const known = detailsKeys.get(type);
  if (known !== undefined) return known;
  const key = makeDetailsKey(type);
  detailsKeys.set(type, key);
  return key;
}

function makeDetailsKey(type: HistoryEventType): string {
  if (type.endsWith("StateEntered")) return "stateEnteredEventDetails";
  if (type.endsWith("StateExited")) return "stateExitedEventDetails";
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
}
