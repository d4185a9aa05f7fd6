/** From a definition to its graph. Anything will do as a definition: what cannot be understood is left out. */
import { childPointer } from "../json/pointer.ts";
import { isJsonArray, isJsonObject } from "../json/value.ts";
import type { Json, JsonObject } from "../json/value.ts";
import { conditionText } from "./condition-text.ts";
import type { DefinitionGraph, GraphEdge, GraphNode, GraphScope, StateNode } from "./graph.ts";

/** A scope that is still to be looked at. */
interface PendingScope {
  readonly pointer: string;
  readonly kind: GraphScope["kind"];
  readonly holder?: string;
  readonly definition: JsonObject;
}

/**
 * The graph of a definition, sound or not. `definition` is its JSON; of a text that is not JSON yet, what
 * `parseTolerantly` gives. A name that leads nowhere has a node of kind `missing`.
 */
export function graphOf(definition: Json): DefinitionGraph {
  const scopes: GraphScope[] = [];
  const pending: PendingScope[] = isJsonObject(definition) ? [{ pointer: "", kind: "machine", definition }] : [];
  for (let scope = pending.pop(); scope; scope = pending.pop()) {
    const builder = new ScopeBuilder(scope);
    scopes.push(builder.build());
    // The last one pushed is taken first: so scopes come in the order of the text.
    pending.push(...builder.inner.toReversed());
  }
  return { scopes };
}

class ScopeBuilder {
  readonly inner: PendingScope[] = [];
  readonly #scope: PendingScope;
  readonly #states: JsonObject;
  readonly #statesPointer: string;
  readonly #missing = new Map<string, GraphNode>();
  readonly #edges: GraphEdge[] = [];
  readonly #end: string;

  constructor(scope: PendingScope) {
    this.#scope = scope;
    const states = field(scope.definition, "States");
    this.#states = isJsonObject(states) ? states : {};
    this.#statesPointer = childPointer(scope.pointer, "States");
    this.#end = `${scope.pointer}#end`;
  }

  build(): GraphScope {
    const { pointer, kind, holder, definition } = this.#scope;
    const start = `${pointer}#start`;
    this.#edge({ kind: "start", from: start }, definition, pointer, "StartAt");
    const states = Object.entries(this.#states).map(([name, state]) =>
      this.#state(name, isJsonObject(state) ? state : {}, childPointer(this.#statesPointer, name)),
    );
    const ends = this.#edges.some((edge) => edge.kind === "end");
    return {
      pointer,
      kind,
      ...(holder !== undefined && { holder }),
      nodes: [
        { kind: "start", id: start },
        ...states,
        ...this.#missing.values(),
        ...(ends ? [{ kind: "end", id: this.#end } as const] : []),
      ],
      edges: this.#edges,
    };
  }

  #state(name: string, state: JsonObject, pointer: string): StateNode {
    const type = text(state, "Type");
    const resource = text(state, "Resource");
    const comment = text(state, "Comment");
    this.#exits(state, type, pointer);
    const scopes = this.#innerScopes(state, pointer);
    this.inner.push(...scopes);
    return {
      kind: "state",
      id: pointer,
      name,
      ...(type !== undefined && { type }),
      ...(resource !== undefined && { resource }),
      ...(comment !== undefined && { comment }),
      ...(isDistributed(scopes) && { distributed: true }),
      ...(objects(state, "Retry").length > 0 && { retries: true }),
      scopes: scopes.map((scope) => scope.pointer),
    };
  }

  #exits(state: JsonObject, type: string | undefined, pointer: string): void {
    const rulesPointer = childPointer(pointer, "Choices");
    for (const { item, index } of objects(state, "Choices")) {
      const edge = { kind: "choice", from: pointer, index, condition: conditionText(item) } as const;
      this.#edge(edge, item, childPointer(rulesPointer, index), "Next");
    }
    this.#edge({ kind: "default", from: pointer }, state, pointer, "Default");
    this.#edge({ kind: "next", from: pointer }, state, pointer, "Next");
    const catchersPointer = childPointer(pointer, "Catch");
    for (const { item, index } of objects(state, "Catch")) {
      const names = field(item, "ErrorEquals");
      const errors = isJsonArray(names) ? names.filter((name) => typeof name === "string") : [];
      this.#edge({ kind: "catch", from: pointer, index, errors }, item, childPointer(catchersPointer, index), "Next");
    }
    if (type === "Succeed" || type === "Fail" || field(state, "End") === true) {
      const made = type === "Succeed" || type === "Fail" ? "Type" : "End";
      this.#edges.push({ kind: "end", from: pointer, to: this.#end, pointer: childPointer(pointer, made) });
    }
  }

  /** Adds the edge that `holder`'s field makes, when it names a state. */
  #edge(edge: PartialEdge, holder: JsonObject, holderPointer: string, name: string): void {
    const target = text(holder, name);
    if (target === undefined) return;
    this.#edges.push({ ...edge, to: this.#target(target), pointer: childPointer(holderPointer, name) });
  }

  #target(name: string): string {
    if (Object.hasOwn(this.#states, name)) return childPointer(this.#statesPointer, name);
    const id = childPointer(`${this.#scope.pointer}#missing`, name);
    this.#missing.set(name, { kind: "missing", id, name });
    return id;
  }

  #innerScopes(state: JsonObject, pointer: string): PendingScope[] {
    const branches = childPointer(pointer, "Branches");
    const processors = ["ItemProcessor", "Iterator"].flatMap((name) => {
      const definition = field(state, name);
      return isJsonObject(definition)
        ? { pointer: childPointer(pointer, name), kind: "itemProcessor" as const, holder: pointer, definition }
        : [];
    });
    return [
      ...objects(state, "Branches").map(({ item, index }) => ({
        pointer: childPointer(branches, index),
        kind: "branch" as const,
        holder: pointer,
        definition: item,
      })),
      ...processors,
    ];
  }
}

/** An edge that does not know yet where it leads. */
type PartialEdge = GraphEdge extends infer Edge
  ? Edge extends GraphEdge
    ? Omit<Edge, "pointer" | "to">
    : never
  : never;

function isDistributed(scopes: readonly PendingScope[]): boolean {
  return scopes.some(({ definition }) => {
    const config = field(definition, "ProcessorConfig");
    return isJsonObject(config) && field(config, "Mode") === "DISTRIBUTED";
  });
}

function field(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function text(object: JsonObject, name: string): string | undefined {
  const value = field(object, name);
  return typeof value === "string" ? value : undefined;
}

/** The objects of an array, with their places in it. */
function objects(holder: JsonObject, name: string): { item: JsonObject; index: number }[] {
  const list = field(holder, name);
  return isJsonArray(list) ? list.flatMap((item, index) => (isJsonObject(item) ? { item, index } : [])) : [];
}
