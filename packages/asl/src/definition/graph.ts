/**
 * The graph of one container: every transition leads to a state of the same container, every state can be reached from
 * `StartAt`, and some state is terminal. Loops are legal. Works on the definition as written, in either query language.
 *
 * A state whose transitions are malformed has already been reported; what would only follow from that (states that
 * seem unreachable, a workflow that seems endless) is not reported again.
 */
import { childPointer } from "../json/pointer.ts";
import { isJsonArray, isJsonObject } from "../json/value.ts";
import type { Json, JsonObject } from "../json/value.ts";
import type { FieldReader } from "./field-reader.ts";

interface Edge {
  readonly target: string;
  readonly pointer: string;
}

interface Exits {
  readonly edges: readonly Edge[];
  /** The scope can end in this state. */
  readonly terminal: boolean;
  /** Some transition is malformed, so this is not the whole truth. */
  readonly unknown: boolean;
}

/** AWS writes `'Next'` whichever field the name stands in. */
export function checkGraph(container: FieldReader, states: FieldReader): void {
  const { problems } = container;
  const exits = new Map(
    Object.keys(states.object).map((name) => [name, exitsOf(states.raw(name), states.place(name))]),
  );
  for (const edge of [...exits.values()].flatMap((exit) => exit.edges)) {
    if (!exits.has(edge.target))
      problems.ofValue(edge.pointer, `Missing 'Next' target: ${edge.target}`, "MISSING_TRANSITION_TARGET");
  }
  const startAt = container.raw("StartAt");
  if (typeof startAt !== "string") return;
  if (!exits.has(startAt)) {
    problems.ofValue(container.place("StartAt"), `Missing 'StartAt' target: ${startAt}`, "MISSING_TRANSITION_TARGET");
    return;
  }
  const all = [...exits.values()];
  if (!all.some((exit) => exit.terminal || exit.unknown)) {
    const message = "Workflow has no terminal state";
    if (container.pointer === "") problems.ofWorkflow("MISSING_END_STATE", message);
    else problems.ofObject(container.pointer, message, "MISSING_END_STATE");
    // AWS does not look for unreachable states in a workflow without an end.
    return;
  }
  reportUnreachable(startAt, exits, states);
}

function reportUnreachable(startAt: string, exits: ReadonlyMap<string, Exits>, states: FieldReader): void {
  const reached = new Set([startAt]);
  for (const name of reached) {
    const exit = exits.get(name);
    if (exit?.unknown) return;
    for (const edge of exit?.edges ?? []) if (exits.has(edge.target)) reached.add(edge.target);
  }
  for (const name of exits.keys()) {
    if (reached.has(name)) continue;
    states.problems.ofObject(states.place(name), `State "${name}" is not reachable.`, "MISSING_TRANSITION_TARGET");
  }
}

function exitsOf(state: Json | undefined, pointer: string): Exits {
  if (!isJsonObject(state)) return { edges: [], terminal: false, unknown: true };
  const edges = edgesOf(state, pointer);
  switch (state["Type"]) {
    case "Succeed":
    case "Fail":
      return { edges: [], terminal: true, unknown: false };
    case "Choice":
      return { edges, terminal: false, unknown: !hasSoundChoices(state) };
    case "Map":
    case "Parallel":
    case "Pass":
    case "Task":
    case "Wait": {
      const terminal = state["End"] === true;
      return { edges, terminal, unknown: !terminal && typeof state["Next"] !== "string" };
    }
    default:
      return { edges, terminal: false, unknown: true };
  }
}

/** Every name this state may hand on to: `Next`, `Default`, and the `Next` of choices and catchers. */
function edgesOf(state: JsonObject, pointer: string): Edge[] {
  const own = state["Type"] === "Choice" ? ["Default"] : ["Next"];
  const edges = own.flatMap((field) => edgeOf(state, field, pointer));
  const listField = state["Type"] === "Choice" ? "Choices" : "Catch";
  const list = state[listField];
  if (isJsonArray(list)) {
    const listPointer = childPointer(pointer, listField);
    for (const [index, item] of list.entries()) {
      if (isJsonObject(item)) edges.push(...edgeOf(item, "Next", childPointer(listPointer, index)));
    }
  }
  return edges;
}

function edgeOf(holder: JsonObject, field: string, pointer: string): Edge[] {
  const target = holder[field];
  return typeof target === "string" ? [{ target, pointer: childPointer(pointer, field) }] : [];
}

function hasSoundChoices(state: JsonObject): boolean {
  const choices = state["Choices"];
  const isSound =
    isJsonArray(choices) &&
    choices.length > 0 &&
    choices.every((choice) => isJsonObject(choice) && typeof choice["Next"] === "string");
  return isSound && (state["Default"] === undefined || typeof state["Default"] === "string");
}
