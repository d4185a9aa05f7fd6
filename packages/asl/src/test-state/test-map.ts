/**
 * A Map under test: its items are found and made into the inputs of iterations or batches; the iterations do not run, the
 * mock says what they came to, and `mapIterationFailureCount` how many of them failed.
 */
import type { DistributedMap, MapState } from "../definition/machine.ts";
import { applyAnyTemplate, effectiveInput, exitOf } from "../interpreter/data-flow.ts";
import type { Draft, WorkingScope } from "../interpreter/draft.ts";
import { stateFailure, StateError } from "../interpreter/errors.ts";
import { evaluationOf } from "../interpreter/evaluation.ts";
import type { Evaluation } from "../interpreter/evaluation.ts";
import type { Frame, MapItem } from "../interpreter/execution.ts";
import { countOf } from "../interpreter/field-values.ts";
import { exceedsTolerance, givenItems, iterationInput, tolerancesOf } from "../interpreter/map-fields.ts";
import { utf8Length } from "../interpreter/payload.ts";
import { completeState, failState } from "../interpreter/transitions.ts";
import { pointerSegments } from "../json/pointer.ts";
import { isJsonArray, isJsonObject } from "../json/value.ts";
import type { Json } from "../json/value.ts";
import type { Inspection } from "./inspection.ts";
import type { TestConfiguration, TestMock } from "./test-state.ts";

export interface TestedMap {
  readonly draft: Draft;
  readonly scope: WorkingScope;
  readonly frame: Frame;
  readonly inspection: Inspection;
}

/** To be called within `attempt`. */
export function testMap(tested: TestedMap, state: MapState, mock: TestMock, configuration: TestConfiguration): void {
  const { draft, scope, frame, inspection } = tested;
  const evaluation = evaluationOf(draft, scope, frame);
  const input = effectiveInput(evaluation, state.flow);
  const items = itemsOf(tested, state, configuration, evaluation, input);
  const tolerances = tolerancesOf(evaluation, state, input);
  inspection.ofMap({ ...tolerances, maxConcurrency: countOf(evaluation, state.maxConcurrency, input) });
  const inputs = items.map((item) => iterationInput(evaluationOf(draft, scope, frame, { item }), state, item, input));
  if (state.itemSelector !== undefined) inspection.ofMap({ afterItemSelector: inputs });
  const batcher = state.distributed?.itemBatcher;
  if (batcher !== undefined) inspection.ofMap({ afterItemBatcher: batchesOf(evaluation, batcher, inputs, input) });
  const failures = configuration.mapIterationFailureCount ?? 0;
  if (failures > 0 && exceedsTolerance(tolerances, failures, items.length)) {
    throw new StateError(
      "States.ExceedToleratedFailureThreshold",
      "The specified tolerated failure threshold was exceeded",
      false,
    );
  }
  if ("errorOutput" in mock) {
    failState(draft, scope, frame, stateFailure(mock.errorOutput.error, mock.errorOutput.cause));
    return;
  }
  completeState(draft, scope, state, exitOf(evaluation, state.flow, mock.result, { result: mock.result }), state.next);
}

function itemsOf(
  { inspection }: TestedMap,
  state: MapState,
  configuration: TestConfiguration,
  evaluation: Evaluation,
  input: Json,
): readonly MapItem[] {
  const reader = state.distributed?.itemReader;
  if (reader === undefined) return itemsIn(givenItems(evaluation, state, input));
  if (reader.parameters !== undefined) applyAnyTemplate(evaluation, reader.parameters, input);
  const pointer = reader.config.itemsPointer;
  const read = configuration.mapItemReaderData ?? [];
  const items = pointer === undefined ? read : pointed(read, pointer);
  if (pointer !== undefined) inspection.ofMap({ afterItemsPointer: items });
  if (!isJsonArray(items) && !isJsonObject(items)) {
    throw new StateError("States.ItemReaderFailed", "Attempting to map over non-iterable node.", false);
  }
  const { maxItems } = reader.config;
  const most = maxItems === undefined ? 0 : countOf(evaluation, maxItems, input);
  return most > 0 ? itemsIn(items).slice(0, most) : itemsIn(items);
}

function itemsIn(items: Json): readonly MapItem[] {
  if (isJsonArray(items)) return items.map((value, index) => ({ index, value }));
  return Object.entries(isJsonObject(items) ? items : {}).map(([key, value], index) => ({ index, value, key }));
}

/** What a JSON pointer names; null when it names nothing. */
function pointed(document: Json, pointer: string): Json {
  let value: Json | undefined = document;
  for (const segment of pointerSegments(pointer)) {
    if (isJsonArray(value)) value = value[Number(segment)];
    else value = isJsonObject(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
  }
  return value ?? null;
}

/** The inputs of the children: as many items in each as its bounds allow, at least one. */
function batchesOf(
  evaluation: Evaluation,
  { maxItemsPerBatch, maxInputBytesPerBatch, batchInput }: NonNullable<DistributedMap["itemBatcher"]>,
  inputs: readonly Json[],
  input: Json,
): Json {
  const itemsMax = maxItemsPerBatch === undefined ? 0 : countOf(evaluation, maxItemsPerBatch, input);
  const bytesMax = maxInputBytesPerBatch === undefined ? 0 : countOf(evaluation, maxInputBytesPerBatch, input);
  const head = batchInput === undefined ? {} : { BatchInput: applyAnyTemplate(evaluation, batchInput, input) };
  const batches: { readonly items: Json[]; bytes: number }[] = [];
  const emptyBytes = utf8Length(JSON.stringify({ ...head, Items: [] }));
  for (const item of inputs) {
    const bytes = utf8Length(JSON.stringify(item));
    const last = batches.at(-1);
    const isFull =
      last === undefined ||
      (itemsMax > 0 && last.items.length >= itemsMax) ||
      (bytesMax > 0 && last.bytes + bytes + 1 > bytesMax);
    if (isFull) batches.push({ items: [item], bytes: emptyBytes + bytes });
    else {
      last.items.push(item);
      last.bytes += bytes + 1;
    }
  }
  return batches.map(({ items }) => ({ ...head, Items: items }));
}
