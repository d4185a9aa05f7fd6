/** What the compilers of one definition share. */
import type { QueryLanguage, State, StateContainer, StateType, TaskResource } from "./machine.ts";
import type { FieldReader } from "./field-reader.ts";
import type { Problems } from "./problems.ts";

export interface CompileOptions {
  /**
   * Refuses resources that the host cannot run: gives the refusal's text, or `undefined` when the resource exists.
   * `unrecognizedResource` gives AWS's text. Without it every well-formed resource is accepted.
   */
  readonly resources?: (resource: TaskResource) => string | undefined;
  /** Express workflows refuse activities and the patterns that wait. Default `STANDARD`. */
  readonly type?: "STANDARD" | "EXPRESS";
}

export interface Compilation {
  readonly options: CompileOptions;
  readonly problems: Problems;
  /** Query language of the machine, which every state has that names none; nested states do not inherit their parent's. */
  readonly queryLanguage: QueryLanguage;
  readonly containers: Map<string, StateContainer>;
  /** State names seen so far; they are unique over the whole document. */
  readonly stateNames: Set<string>;
  /** Compiles a `{StartAt, States}` within a state: a branch or an item processor. */
  compileNested(reader: FieldReader, allowed: ReadonlySet<string>): void;
}

/** What a state's compiler gets: the state's fields, and what was decided before its type was looked at. */
export interface StateSource {
  readonly name: string;
  readonly reader: FieldReader;
  readonly compilation: Compilation;
}

/** Compiles a state of one type. It may give up with `undefined` only after a problem was reported. */
export type StateCompiler = (source: StateSource) => State | undefined;

/**
 * The seam for query languages: each brings a compiler for every state type, or a refusal. A compiler for another
 * language reads its own fields; transitions, containers, targets and the table of fields are shared.
 */
export type LanguageSupport =
  | { readonly kind: "compilers"; readonly compilers: Readonly<Record<StateType, StateCompiler>> }
  | { readonly kind: "refused"; readonly message: string };
