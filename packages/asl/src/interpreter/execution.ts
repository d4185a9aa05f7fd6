/**
 * An execution as plain JSON: the interpreter's whole memory between two events.
 *
 * It is a tree of scopes. The root scope runs the machine; every branch of a Parallel and every iteration of a Map runs
 * in a scope of its own whose parent is the scope that waits in that Parallel or Map state. A scope is in exactly one
 * state (`frame`). Nothing here is a function, a promise or a class, so an execution can be written down after any step
 * and taken up again by another process; the machine is compiled anew from the definition's text.
 *
 * `advance` never changes an execution it was given: it returns a new one that shares every scope it did not touch.
 */
import type { Json, JsonObject } from "../json/value.ts";

export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

export interface Execution {
  readonly arn: string;
  readonly name: string;
  readonly roleArn: string;
  readonly machineArn: string;
  readonly machineName: string;
  /** Shown in `ExecutionStarted` when the execution was started through a version or an alias. */
  readonly machineVersionArn?: string;
  readonly machineAliasArn?: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly input: Json;
  readonly redriveCount: number;
  readonly status: ExecutionStatus;
  /** Set when the status is SUCCEEDED. */
  readonly output?: Json;
  /** Set when the execution ended otherwise. */
  readonly error?: string;
  readonly cause?: string;
  /** The id the next history event gets; ids count from 1 without gaps. */
  readonly nextEventId: number;
  readonly nextScopeId: number;
  /** Live scopes by id. The root scope is 0. Empty once the execution has ended. */
  readonly scopes: { readonly [scopeId: number]: ExecutionScope };
}

export interface ExecutionScope {
  readonly id: number;
  /** The scope that waits for this one; absent in the root. */
  readonly parentId?: number;
  /** Branch or iteration number in the parent's Parallel or Map; 0 in the root. */
  readonly index: number;
  /** Pointer of the `StateContainer` this scope runs. */
  readonly container: string;
  /** The history event the next event of this scope links to: its last one, or the parent's `…Started`. */
  readonly previousEventId: number;
  /** The state the scope is in; absent for a branch or iteration that is done and waits for its siblings. */
  readonly frame?: Frame;
  /** Result of a finished branch or iteration, kept until the parent's state completes. */
  readonly output?: Json;
  /** Why an iteration failed whose failure the Map tolerates, kept like `output`. */
  readonly failure?: StateFailure;
  /** What the states of this scope have assigned. Names are unlike those of the scopes around it. */
  readonly variables?: JsonObject;
  /** UTF-8 bytes of the variables' JSON texts. */
  readonly variableBytes?: number;
  /** For an iteration of a Map: what `$$.Map.Item` shows inside it. */
  readonly item?: MapItem;
}

/** One item of a Map: `$$.Map.Item.Index`, `.Value` and, when an object is iterated, `.Key`. */
export interface MapItem {
  readonly index: number;
  readonly value: Json;
  readonly key?: string;
}

/** An error on its way through Retry and Catch. Both texts may be missing: a Fail state need not name them. */
export interface StateFailure {
  readonly error?: string;
  readonly cause?: string;
  /** The task missed its heartbeat: shown as `States.Timeout`, and matched by `States.HeartbeatTimeout` too. */
  readonly heartbeat?: true;
}

/** One state being executed. `phase` is what it waits for. */
export interface Frame {
  readonly state: string;
  /** Raw input, before InputPath. */
  readonly input: Json;
  readonly enteredAt: number;
  /** Id of the `…StateEntered` event. */
  readonly enteredEventId: number;
  /** Attempts used, one counter per retrier in definition order. */
  readonly retries: readonly number[];
  readonly phase: Phase;
}

export type Phase =
  /** A Wait state, until its timer fires. */
  | { readonly kind: "waiting"; readonly timerId: string }
  /** A failed attempt, until its retrier's delay is over. */
  | { readonly kind: "backingOff"; readonly timerId: string }
  /** A Task handed out, until it succeeds, fails or times out. */
  | {
      readonly kind: "task";
      readonly taskId: string;
      readonly timeoutTimerId?: string;
      readonly heartbeatTimerId?: string;
      readonly heartbeatSeconds?: number;
      /** `submitted` only in patterns that wait after the request was answered. */
      readonly progress: "scheduled" | "started" | "submitted";
    }
  /**
   * A Parallel, until every branch is done. The branches are the scopes that have this one as parent; this scope itself
   * does not change while they run, so a step writes only what moved.
   */
  | { readonly kind: "branches" }
  /**
   * A Map, until every iteration is done. The iterations, live and finished, are the scopes that have this one as
   * parent. They start in the order of their index, so their number is the index of the next.
   */
  | {
      readonly kind: "iterations";
      readonly items: readonly Json[];
      /** Present when an object was iterated. */
      readonly keys?: readonly string[];
      /** Iterations that may run at once, at least 1. */
      readonly maxConcurrency: number;
      readonly toleratedFailureCount?: number;
      readonly toleratedFailurePercentage?: number;
    }
  /** A Distributed Map, until its Map Run succeeds or fails. */
  | { readonly kind: "mapRun"; readonly mapRunId: string; readonly isStarted: boolean }
  /** Entered, or due for another attempt: run it. Kept between two steps when the budget was used up (`continue`). */
  | { readonly kind: "ready" };
