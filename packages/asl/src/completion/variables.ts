/**
 * The variables a state can read: those that states before it assign, in its own container and in those around it. What
 * a state assigns is visible from the next state on; the executions of a Distributed Map see nothing from outside.
 */
import type { ObjectNode } from "../json/syntax-tree.ts";
import { memberName } from "../json/syntax-tree.ts";
import { memberText, memberValue } from "./structure.ts";
import type { Part, Surroundings } from "./structure.ts";

/** A variable's name without `$`, and the first state that assigns it. */
export interface VariableInScope {
  readonly name: string;
  readonly assignedBy: string;
}

export function variablesInScope({ parts }: Surroundings): VariableInScope[] {
  const found = new Map<string, VariableInScope>();
  // From the inside out; every `States` object on the way holds one state that is on the way too.
  for (let index = parts.length - 1; index >= 0; index -= 1) {
    const part = parts[index];
    if (part?.structure === "processorConfig" || !part) continue;
    if (part.structure === "processor" && isDistributed(part)) break;
    if (part.structure !== "states" || part.node.kind !== "object" || typeof part.segment !== "string") continue;
    for (const variable of assignedBefore(part.node, part.segment)) {
      if (!found.has(variable.name)) found.set(variable.name, variable);
    }
  }
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function isDistributed({ node }: Part): boolean {
  const config = node.kind === "object" ? memberValue(node, "ProcessorConfig") : undefined;
  return config?.kind === "object" && memberText(config, "Mode") === "DISTRIBUTED";
}

function assignedBefore(states: ObjectNode, name: string): VariableInScope[] {
  const nodes = new Map(
    states.members.flatMap((member) =>
      member.value?.kind === "object" ? [[memberName(member), member.value] as const] : [],
    ),
  );
  const before = new Map<string, Set<string>>();
  for (const [from, node] of nodes) {
    for (const target of transitionsOf(node)) before.set(target, (before.get(target) ?? new Set()).add(from));
  }
  const reached = new Set(before.get(name));
  for (const state of reached) for (const earlier of before.get(state) ?? []) reached.add(earlier);
  return [...nodes].flatMap(([state, node]) =>
    reached.has(state) ? assignedBy(node).map((variable) => ({ name: variable, assignedBy: state })) : [],
  );
}

/** The state's own fields, its choice rules and its catchers: what may have `Next`, and what may have `Assign`. */
function holdersOf(state: ObjectNode): ObjectNode[] {
  const lists = ["Choices", "Catch"].flatMap((field) => {
    const list = memberValue(state, field);
    return list?.kind === "array" ? list.items : [];
  });
  return [state, ...lists.filter((item) => item.kind === "object")];
}

function transitionsOf(state: ObjectNode): string[] {
  return holdersOf(state).flatMap((holder) => ["Next", "Default"].flatMap((field) => memberText(holder, field) ?? []));
}

function assignedBy(state: ObjectNode): string[] {
  return holdersOf(state).flatMap((holder) => {
    const assign = memberValue(holder, "Assign");
    if (assign?.kind !== "object") return [];
    return assign.members.map((member) => memberName(member).replace(/\.\$$/, "")).filter((name) => name !== "");
  });
}
