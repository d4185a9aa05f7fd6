/**
 * Watching a state while it runs, step by step of its data flow: what TestState shows. An execution has no inspector.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_InspectionData.html
 */
import type { Json, JsonObject } from "../json/value.ts";
import type { StateFailure } from "./execution.ts";

/** Members of AWS's `InspectionData` that the data flow of a state fills. */
export type InspectionStep =
  | "afterArguments"
  | "afterInputPath"
  | "afterItemsPath"
  | "afterParameters"
  | "afterResultPath"
  | "afterResultSelector"
  | "result";

export interface Inspector {
  /** The context object to be shown in place of the execution's own. */
  readonly context?: JsonObject;
  /** A step came to this value. A step may come again, with the same value. */
  step(name: InspectionStep, value: Json): void;
  /** A retrier took the error, and its next attempt is due after this delay. */
  retried(retrierIndex: number, delayMilliseconds: number, failure: StateFailure): void;
  caught(catcherIndex: number, failure: StateFailure): void;
}
