/** The fields of a Map that both its forms evaluate: the items, the tolerances, and the input made of an item. */
import type { MapState } from "../definition/machine.ts";
import { isJsonArray, isJsonObject } from "../json/value.ts";
import type { Json, JsonObject } from "../json/value.ts";
import { applyAnyTemplate, inspected, readPath } from "./data-flow.ts";
import { QueryError, runtimeError } from "./errors.ts";
import type { Evaluation } from "./evaluation.ts";
import type { MapItem } from "./execution.ts";
import { countOf, numberOf } from "./field-values.ts";
import { fillTemplate, queryOf, unexpectedType } from "./query.ts";

/** The items of the state's input: a list, or an object whose members are the items. */
export function givenItems(evaluation: Evaluation, state: MapState, input: Json): JsonObject | readonly Json[] {
  if (state.flow.language === "JSONata") return queriedItems(evaluation, state, input);
  const path = state.items?.kind === "path" ? state.items.path : undefined;
  const items = path === undefined ? input : readPath(evaluation, path, input);
  inspected(evaluation, "afterItemsPath", items);
  if (isJsonArray(items) || isJsonObject(items)) return items;
  throw runtimeError(`Reference path "${path?.text ?? "$"}" must point to array.`);
}

function queriedItems(evaluation: Evaluation, state: MapState, input: Json): JsonObject | readonly Json[] {
  if (state.items === undefined) {
    if (isJsonArray(input)) return input;
    throw new QueryError(`Map state input must be an array but was: ${evaluation.text(input)}`, "Items");
  }
  if (state.items.kind === "path") throw new Error("A JSONata state has no paths.");
  const items =
    state.items.kind === "template"
      ? fillTemplate(evaluation, state.items.template)
      : queryOf(evaluation)(state.items.expression);
  if (isJsonArray(items) || isJsonObject(items)) return items;
  if (state.items.kind === "template") throw new Error("A list or an object stays one.");
  throw unexpectedType(evaluation, state.items.expression, "array", items);
}

export interface Tolerances {
  readonly toleratedFailureCount?: number;
  readonly toleratedFailurePercentage?: number;
}

/** How many failures the Map takes, found once, when it begins. */
export function tolerancesOf(evaluation: Evaluation, state: MapState, input: Json): Tolerances {
  const { toleratedFailureCount: count, toleratedFailurePercentage: percentage } = state;
  const toleratedFailureCount = count && countOf(evaluation, count, input);
  const toleratedFailurePercentage = percentage && numberOf(evaluation, percentage, input);
  if (
    toleratedFailurePercentage !== undefined &&
    (toleratedFailurePercentage < 0 || toleratedFailurePercentage > 100)
  ) {
    throw runtimeError("ToleratedFailurePercentage must be between 0 and 100.");
  }
  return {
    ...(toleratedFailureCount !== undefined && { toleratedFailureCount }),
    ...(toleratedFailurePercentage !== undefined && { toleratedFailurePercentage }),
  };
}

/** Whether a Map takes any failures. Of one that does not, the first is its own. */
export function isTolerant({ toleratedFailureCount, toleratedFailurePercentage }: Tolerances): boolean {
  return toleratedFailureCount !== undefined || toleratedFailurePercentage !== undefined;
}

/** Whether so many failures are more than a Map takes; without tolerances every one is. */
export function exceedsTolerance(tolerances: Tolerances, failed: number, all: number): boolean {
  const { toleratedFailureCount, toleratedFailurePercentage } = tolerances;
  if (!isTolerant(tolerances)) return failed > 0;
  const tooMany = toleratedFailureCount !== undefined && failed > toleratedFailureCount;
  return tooMany || (toleratedFailurePercentage !== undefined && (failed / all) * 100 > toleratedFailurePercentage);
}

/** What ItemSelector makes of the item; without one the item, or the pair of key and value of an object's member. */
export function iterationInput(evaluation: Evaluation, state: MapState, item: MapItem, effective: Json): Json {
  if (state.itemSelector !== undefined) return applyAnyTemplate(evaluation, state.itemSelector, effective);
  return item.key === undefined ? item.value : { Key: item.key, Value: item.value };
}
