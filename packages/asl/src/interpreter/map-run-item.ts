/** The input of a child of a Map Run: what `ItemSelector` makes of an item, in the state as it was when the run began. */
import type { Machine } from "../definition/machine.ts";
import type { Json } from "../json/value.ts";
import { effectiveInput } from "./data-flow.ts";
import type { Evaluation, EvaluationHost } from "./evaluation.ts";
import type { MapItem } from "./execution.ts";
import { iterationInput } from "./map-fields.ts";
import { itemObject } from "./context-object.ts";
import type { MapRunRequest } from "./protocol.ts";

/**
 * @param machine of the execution the Map Run belongs to
 * @throws StateError, TemplateError and what else evaluating a field throws
 */
export function mapRunItemInput(machine: Machine, request: MapRunRequest, item: MapItem, host: EvaluationHost): Json {
  const { selection, stateName } = request;
  const state = machine.containers.get(selection.container)?.states.get(stateName);
  if (state?.type !== "Map") throw new Error(`The machine has no Map '${stateName}' in '${selection.container}'.`);
  const evaluation: Evaluation = {
    stateName,
    input: selection.input,
    context: { ...selection.context, Map: { Item: itemObject(item) } },
    variables: selection.variables,
    host,
    inspector: undefined,
    text: JSON.stringify,
  };
  return iterationInput(evaluation, state, item, effectiveInput(evaluation, state.flow));
}
