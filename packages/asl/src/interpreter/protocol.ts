/**
 * What goes in and out of the interpreter: events happen to an execution, commands are what its host must now do.
 *
 * The host commits the new execution, the history events and the commands' rows in one write set, then carries the
 * commands out. It may answer a command with an event at once, within the same decision; the interpreter holds no state of its own.
 */
import type { Json, JsonObject } from "../json/value.ts";
import type { ItemReader, ReaderConfig, TaskResource, WriterConfig } from "../definition/machine.ts";
import type { Execution } from "./execution.ts";
import type { HistoryEvent } from "./history.ts";

export type ExecutionEvent =
  /** First event of every execution. */
  | { readonly kind: "start" }
  /** Answers the command of the same name. */
  | { readonly kind: "continue" }
  | { readonly kind: "timerFired"; readonly timerId: string }
  /** A worker took the activity task, or the request of an integration is on its way. */
  | { readonly kind: "taskStarted"; readonly taskId: string; readonly workerName?: string }
  /** The request was answered and the task now waits for its token or for the job's end. Not for request-response. */
  | { readonly kind: "taskSubmitted"; readonly taskId: string; readonly output: Json }
  | { readonly kind: "taskHeartbeat"; readonly taskId: string }
  | { readonly kind: "taskSucceeded"; readonly taskId: string; readonly output: Json }
  /**
   * `phase` names the history event, by what the task is:
   *
   * | phase    | integration        | function                       | activity                 |
   * | -------- | ------------------ | ------------------------------ | ------------------------ |
   * | schedule | `TaskStartFailed`  | `LambdaFunctionScheduleFailed` | `ActivityScheduleFailed` |
   * | start    | `TaskStartFailed`  | `LambdaFunctionStartFailed`    | `ActivityFailed`         |
   * | submit   | `TaskSubmitFailed` | `LambdaFunctionFailed`         | `ActivityFailed`         |
   * | run      | `TaskFailed`       | `LambdaFunctionFailed`         | `ActivityFailed`         |
   */
  | {
      readonly kind: "taskFailed";
      readonly taskId: string;
      readonly error?: string;
      readonly cause?: string;
      readonly phase: "schedule" | "start" | "submit" | "run";
    }
  /** The Map Run exists; said once. */
  | { readonly kind: "mapRunStarted"; readonly mapRunId: string; readonly mapRunArn: string }
  /** `output`: what the Map's ResultWriter left to be the state's result. */
  | { readonly kind: "mapRunSucceeded"; readonly mapRunId: string; readonly output: Json }
  | { readonly kind: "mapRunFailed"; readonly mapRunId: string; readonly error?: string; readonly cause?: string }
  /** StopExecution. */
  | { readonly kind: "stop"; readonly error?: string; readonly cause?: string };

export type Command =
  | { readonly kind: "startTask"; readonly task: TaskRequest }
  /** The task is no longer wanted: its state was aborted or timed out. Unknown ids are ignored. */
  | { readonly kind: "cancelTask"; readonly taskId: string }
  /** A Distributed Map begins. Its children are executions of their own, which the host runs. */
  | { readonly kind: "startMapRun"; readonly mapRun: MapRunRequest }
  /** The Map Run is no longer wanted: its state was aborted. Unknown ids are ignored. */
  | { readonly kind: "cancelMapRun"; readonly mapRunId: string }
  /** Durable; fires once, never early. `at` is milliseconds since the epoch. Arming an armed timer moves it. */
  | { readonly kind: "armTimer"; readonly timerId: string; readonly at: number }
  | { readonly kind: "disarmTimer"; readonly timerId: string }
  /** More states are ready, but this step has used its budget: call `advance` again with `continue`. */
  | { readonly kind: "continue" }
  /** The execution has ended; its status, output, error and cause stand in `Step.execution`. */
  | { readonly kind: "finish" };

export interface TaskRequest {
  /** Unique within the execution; a retry is a new task. */
  readonly taskId: string;
  readonly stateName: string;
  readonly resource: TaskResource;
  /** Parameters after the template was evaluated. */
  readonly input: Json;
  /** What `$$.Task.Token` showed; present for activities and `waitForTaskToken`. */
  readonly token?: string;
  readonly timeoutSeconds?: number;
  readonly heartbeatSeconds?: number;
  readonly credentials?: Json;
}

/** A Distributed Map with everything evaluated that is evaluated once. Plain JSON. */
export interface MapRunRequest {
  /** Unique within the execution; a retry is a new Map Run. */
  readonly mapRunId: string;
  readonly stateName: string;
  readonly label?: string;
  /** Pointer of the container that every child runs. */
  readonly processor: string;
  readonly executionType: "EXPRESS" | "STANDARD";
  /** 0 leaves the bound to the host. */
  readonly maxConcurrency: number;
  readonly toleratedFailureCount?: number;
  readonly toleratedFailurePercentage?: number;
  /** Items of the state's input, a list or an object; absent when they are to be read. */
  readonly items?: Json;
  readonly reader?: MapRunReader;
  readonly batcher?: MapRunBatcher;
  readonly writer?: MapRunWriter;
  /** What `mapRunItemInput` needs to make a child's input of an item. */
  readonly selection: MapRunSelection;
}

export interface MapRunReader {
  readonly action: ItemReader["action"];
  readonly parameters: Json;
  readonly config: Omit<ReaderConfig, "maxItems"> & { readonly maxItems?: number };
}

export interface MapRunBatcher {
  readonly maxItemsPerBatch?: number;
  readonly maxInputBytesPerBatch?: number;
  readonly batchInput?: Json;
}

export interface MapRunWriter {
  /** Parameters of `s3:putObject`; absent when the results are the state's result. */
  readonly parameters?: Json;
  readonly config: WriterConfig;
}

/** The state as it stood when the Map Run began. */
export interface MapRunSelection {
  /** Pointer of the container of the Map state. */
  readonly container: string;
  readonly input: Json;
  readonly context: JsonObject;
  readonly variables: JsonObject;
}

/** What the interpreter takes from its host: time, randomness and ids are parameters. */
export interface InterpreterHost {
  /** Milliseconds since the epoch; constant within one step. */
  readonly now: number;
  /** In [0, 1). */
  random(): number;
  uuid(): string;
  /** An unguessable token for the task, at most 1024 characters. */
  taskToken(taskId: string): string;
}

export interface Step {
  readonly execution: Execution;
  /** Scopes that are new or changed, and scopes that are gone: what the host has to write. */
  readonly changedScopeIds: readonly number[];
  readonly removedScopeIds: readonly number[];
  readonly commands: readonly Command[];
  /** In order of their ids. */
  readonly history: readonly HistoryEvent[];
}
