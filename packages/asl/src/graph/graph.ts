/**
 * The graph of a definition, for drawing: scopes, each with its nodes and edges, and no layout.
 *
 * A scope is one `{StartAt, States}`: the machine, a branch of a Parallel, the item processor of a Map. Its nodes are its
 * states, the place where it starts, the place where it ends, and the states that are named but are not there. Edges
 * never leave their scope; a state that holds scopes names them. Scopes stand in the order of the text, a holder before
 * what it holds.
 */
export interface DefinitionGraph {
  readonly scopes: readonly GraphScope[];
}

export interface GraphScope {
  /** JSON pointer of the object that holds `StartAt` and `States`; `""` for the machine. */
  readonly pointer: string;
  readonly kind: "branch" | "itemProcessor" | "machine";
  /** Id of the state that holds this scope; absent for the machine. */
  readonly holder?: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** `id` is unique in the graph. A state's is its JSON pointer, so it stays while other states change. */
export type GraphNode =
  | { readonly kind: "start"; readonly id: string }
  | { readonly kind: "end"; readonly id: string }
  /** Something leads to a state of this name, which the scope does not have. */
  | { readonly kind: "missing"; readonly id: string; readonly name: string }
  | StateNode;

export interface StateNode {
  readonly kind: "state";
  readonly id: string;
  readonly name: string;
  /** As written; absent when it is no text. */
  readonly type?: string;
  /** What a Task calls, as written. */
  readonly resource?: string;
  readonly comment?: string;
  /** Whether a Map runs each item as an execution of its own. */
  readonly distributed?: true;
  /** Whether the state retries errors. */
  readonly retries?: true;
  /** Pointers of the scopes within: a Parallel's branches in order, a Map's item processor. */
  readonly scopes: readonly string[];
}

/** `from` and `to` are ids of nodes; `pointer` is the JSON pointer of the field that makes the edge. */
export type GraphEdge = {
  readonly from: string;
  readonly to: string;
  readonly pointer: string;
} & (
  | { readonly kind: "default" | "end" | "next" | "start" }
  | {
      readonly kind: "choice";
      /** The rule's place in `Choices`, from 0. */
      readonly index: number;
      /** The rule's condition in words and signs, such as `$.total > 100 and $.country == "NO"`. */
      readonly condition: string;
    }
  | {
      readonly kind: "catch";
      /** The catcher's place in `Catch`, from 0. */
      readonly index: number;
      readonly errors: readonly string[];
    }
);
