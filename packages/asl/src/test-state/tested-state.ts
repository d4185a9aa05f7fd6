/** Finding the state that is to be tested: in a machine by its name, or the definition itself, with stand-ins for its targets. */
import type { CompileOptions } from "../definition/compilation.ts";
import { compileDefinition } from "../definition/compile-definition.ts";
import type { Diagnostic } from "../definition/diagnostic.ts";
import type { Machine, State } from "../definition/machine.ts";
import { parseJson } from "../json/parse-json.ts";
import { isJsonArray, isJsonObject } from "../json/value.ts";
import type { Json, JsonObject } from "../json/value.ts";

export type FoundState =
  | { readonly kind: "found"; readonly machine: Machine; readonly container: string; readonly state: State }
  | { readonly kind: "invalidDefinition"; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: "refused"; readonly message: string };

/** A single state has no name of its own. */
const SINGLE_STATE_NAME = "TestState";

export function findTestedState(
  definition: string,
  stateName: string | undefined,
  options: CompileOptions = {},
): FoundState {
  const { value } = parseJson(definition);
  const isSingle = isJsonObject(value) && !Object.hasOwn(value, "States");
  if (!isSingle && stateName === undefined) {
    return { kind: "refused", message: "A state name must be specified when testing a state of a state machine" };
  }
  if (isSingle && stateName !== undefined) {
    return { kind: "refused", message: "The definition must be a state machine when a state name is specified" };
  }
  const name = stateName ?? SINGLE_STATE_NAME;
  const text = isSingle ? JSON.stringify(machineAround(value, name)) : definition;
  const compiled = compileDefinition(text, options);
  if (!compiled.ok) return { kind: "invalidDefinition", diagnostics: compiled.diagnostics };
  for (const { pointer, states } of compiled.machine.containers.values()) {
    const state = states.get(name);
    if (state !== undefined) return { kind: "found", machine: compiled.machine, container: pointer, state };
  }
  return { kind: "refused", message: `The state '${name}' is not in the definition` };
}

/** A machine in which the state may go wherever it says. */
function machineAround(state: JsonObject, name: string): JsonObject {
  const targets = [state, ...objectsIn(state["Choices"]), ...objectsIn(state["Catch"])].flatMap((holder) =>
    ["Next", "Default"].flatMap((field) => holder[field] ?? []),
  );
  const states: Record<string, Json> = Object.fromEntries(
    targets.filter((target) => typeof target === "string").map((target) => [target, { Type: "Succeed" }]),
  );
  return { StartAt: name, States: { ...states, [name]: state } };
}

function objectsIn(list: Json | undefined): JsonObject[] {
  return isJsonArray(list) ? list.filter(isJsonObject) : [];
}
