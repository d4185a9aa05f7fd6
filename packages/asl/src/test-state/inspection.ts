/** What a test shows of its state, and the inspector that collects it. */
import type { State } from "../definition/machine.ts";
import type { StateFailure } from "../interpreter/execution.ts";
import type { InspectionStep, Inspector } from "../interpreter/inspection.ts";
import type { Json, JsonObject } from "../json/value.ts";

/**
 * AWS's `InspectionData`, its texts as JSON values.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_InspectionData.html
 */
export interface InspectionData extends Partial<Readonly<Record<InspectionStep, Json>>> {
  readonly input: Json;
  readonly afterItemsPointer?: Json;
  readonly afterItemSelector?: Json;
  readonly afterItemBatcher?: Json;
  readonly toleratedFailureCount?: number;
  readonly toleratedFailurePercentage?: number;
  readonly maxConcurrency?: number;
  /** The workflow's variables after the state. */
  readonly variables?: JsonObject;
  readonly errorDetails?: {
    readonly retryIndex?: number;
    readonly retryBackoffIntervalSeconds?: number;
    readonly catchIndex?: number;
  };
}

type MapData = Pick<
  InspectionData,
  | "afterItemBatcher"
  | "afterItemSelector"
  | "afterItemsPointer"
  | "maxConcurrency"
  | "toleratedFailureCount"
  | "toleratedFailurePercentage"
>;

const RESULT_TYPES: ReadonlySet<State["type"]> = new Set(["Map", "Parallel", "Pass", "Task"]);
const RESULT_STEPS: ReadonlySet<InspectionStep> = new Set(["afterResultPath", "afterResultSelector", "result"]);

export class Inspection implements Inspector {
  readonly context?: JsonObject;
  readonly #state: State;
  readonly #input: Json;
  readonly #steps: { [Step in InspectionStep]?: Json } = {};
  #map: MapData = {};
  #error: NonNullable<InspectionData["errorDetails"]> | undefined;
  failure: StateFailure | undefined;
  isCaught = false;

  constructor(state: State, input: Json, context: JsonObject | undefined) {
    this.#state = state;
    this.#input = input;
    if (context !== undefined) this.context = context;
  }

  step(name: InspectionStep, value: Json): void {
    // A state without work has no result, and a catcher's error is none.
    if (RESULT_STEPS.has(name) && (this.isCaught || !RESULT_TYPES.has(this.#state.type))) return;
    this.#steps[name] = value;
  }

  retried(retryIndex: number, delayMilliseconds: number, failure: StateFailure): void {
    this.failure = failure;
    this.#error = { retryIndex, retryBackoffIntervalSeconds: Math.round(delayMilliseconds / 1000) };
  }

  caught(catchIndex: number, failure: StateFailure): void {
    this.isCaught = true;
    this.failure = failure;
    this.#error = { catchIndex };
  }

  /** What a Map shows besides. */
  ofMap(data: MapData): void {
    this.#map = { ...this.#map, ...data };
  }

  data(variables: JsonObject | undefined): InspectionData {
    return {
      input: this.#input,
      ...this.#steps,
      ...this.#map,
      ...(variables !== undefined && { variables }),
      ...(this.#error !== undefined && { errorDetails: this.#error }),
    };
  }
}
