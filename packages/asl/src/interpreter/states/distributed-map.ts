/**
 * Map, distributed: its items are run by executions of their own, which a Map Run of the host starts.
 *
 * MapStateStarted{length} → MapRunStarted → MapRunSucceeded → MapStateSucceeded, a leaf
 *                                         → MapRunFailed → MapStateFailed, then Retry and Catch
 *
 * Everything that is evaluated once is evaluated here and goes with the request; what is evaluated for every item
 * (`ItemSelector`) is `mapRunItemInput`, which the host asks item by item.
 */
import type { DistributedMap, MapState } from "../../definition/machine.ts";
import { isJsonArray, isJsonObject } from "../../json/value.ts";
import type { Json } from "../../json/value.ts";
import { applyAnyTemplate, effectiveInput, exitOf } from "../data-flow.ts";
import type { Draft, WorkingScope } from "../draft.ts";
import { dataLimitExceeded, failureDetails, toFailure } from "../errors.ts";
import { evaluationOf } from "../evaluation.ts";
import type { Evaluation } from "../evaluation.ts";
import type { Frame, Phase, StateFailure } from "../execution.ts";
import { countOf } from "../field-values.ts";
import { givenItems, tolerancesOf } from "../map-fields.ts";
import { exceedsPayload } from "../payload.ts";
import type { MapRunBatcher, MapRunReader, MapRunRequest, MapRunWriter } from "../protocol.ts";
import { mapRunIdOf } from "../timers.ts";
import { attempt, completeState, failState, setPhase } from "../transitions.ts";

/** A Map Run that a state waits for. */
export interface RunningMapRun {
  readonly scope: WorkingScope;
  readonly frame: Frame;
  readonly state: MapState;
  readonly phase: Extract<Phase, { kind: "mapRun" }>;
}

export function runDistributedMap(
  draft: Draft,
  scope: WorkingScope,
  frame: Frame,
  state: MapState,
  distributed: DistributedMap,
): void {
  const evaluation = evaluationOf(draft, scope, frame);
  const input = effectiveInput(evaluation, state.flow);
  const { itemReader, itemBatcher, resultWriter, label, executionType } = distributed;
  const items = itemReader === undefined ? givenItems(evaluation, state, input) : undefined;
  const request: Omit<MapRunRequest, "mapRunId"> = {
    stateName: state.name,
    ...(label !== undefined && { label }),
    processor: state.processor,
    executionType,
    maxConcurrency: countOf(evaluation, state.maxConcurrency, input),
    ...tolerancesOf(evaluation, state, input),
    ...(items !== undefined && { items }),
    ...(itemReader !== undefined && { reader: readerOf(evaluation, itemReader, input) }),
    ...(itemBatcher !== undefined && { batcher: batcherOf(evaluation, itemBatcher, input) }),
    ...(resultWriter !== undefined && { writer: writerOf(evaluation, resultWriter, input) }),
    selection: {
      container: scope.container,
      input: frame.input,
      context: evaluation.context,
      variables: evaluation.variables,
    },
  };
  const mapRunId = mapRunIdOf(scope.id, draft.append(scope, "MapStateStarted", { length: lengthOf(items) }));
  draft.startMapRun({ kind: "startMapRun", mapRun: { mapRunId, ...request } });
  setPhase(scope, frame, { kind: "mapRun", mapRunId, isStarted: false });
}

/** AWS shows 0 for items that are still to be read. */
function lengthOf(items: Json | undefined): number {
  if (isJsonArray(items)) return items.length;
  return isJsonObject(items) ? Object.keys(items).length : 0;
}

function readerOf(
  evaluation: Evaluation,
  { action, parameters, config }: NonNullable<DistributedMap["itemReader"]>,
  input: Json,
): MapRunReader {
  const { maxItems, ...rest } = config;
  return {
    action,
    parameters: parameters === undefined ? {} : applyAnyTemplate(evaluation, parameters, input),
    config: { ...rest, ...(maxItems !== undefined && { maxItems: countOf(evaluation, maxItems, input) }) },
  };
}

function batcherOf(
  evaluation: Evaluation,
  { maxItemsPerBatch: items, maxInputBytesPerBatch: bytes, batchInput }: NonNullable<DistributedMap["itemBatcher"]>,
  input: Json,
): MapRunBatcher {
  return {
    ...(items !== undefined && { maxItemsPerBatch: countOf(evaluation, items, input) }),
    ...(bytes !== undefined && { maxInputBytesPerBatch: countOf(evaluation, bytes, input) }),
    ...(batchInput !== undefined && { batchInput: applyAnyTemplate(evaluation, batchInput, input) }),
  };
}

function writerOf(
  evaluation: Evaluation,
  { config, parameters }: NonNullable<DistributedMap["resultWriter"]>,
  input: Json,
): MapRunWriter {
  return {
    config,
    ...(parameters !== undefined && { parameters: applyAnyTemplate(evaluation, parameters, input) }),
  };
}

export function mapRunStarted(draft: Draft, { scope, frame, phase }: RunningMapRun, mapRunArn: string): void {
  if (phase.isStarted) return;
  draft.append(scope, "MapRunStarted", { mapRunArn });
  setPhase(scope, frame, { ...phase, isStarted: true });
}

export function mapRunSucceeded(draft: Draft, mapRun: RunningMapRun, output: Json): void {
  const { scope, frame, state } = mapRun;
  if (exceedsPayload(draft.text(output))) {
    mapRunFailed(draft, mapRun, toFailure(dataLimitExceeded(state.name), frame));
    return;
  }
  draft.append(scope, "MapRunSucceeded");
  draft.appendLeaf(scope.previousEventId, "MapStateSucceeded");
  attempt(draft, scope, frame, () => {
    const exit = exitOf(evaluationOf(draft, scope, frame), state.flow, output, { result: output });
    completeState(draft, scope, state, exit, state.next);
  });
}

export function mapRunFailed(draft: Draft, { scope, frame }: RunningMapRun, failure: StateFailure): void {
  draft.append(scope, "MapRunFailed", failureDetails(failure));
  draft.append(scope, "MapStateFailed");
  failState(draft, scope, frame, failure);
}
