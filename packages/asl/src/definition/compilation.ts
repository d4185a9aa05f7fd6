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
  /** Why the host cannot run Distributed Maps; without it they are accepted. */
  readonly distributedMapRefusal?: string;
  /** Express workflows refuse activities and the patterns that wait. Default `STANDARD`. */
  readonly type?: "STANDARD" | "EXPRESS";
}

export interface Compilation {
  readonly options: CompileOptions;
  readonly problems: Problems;
  /** Query language of the machine, which every state has that names none; nested states do not inherit their parent's. */
  readonly queryLanguage: QueryLanguage;
  readonly containers: Map<string, StateContainer>;
  /** Length of the containers' pointers, bounded by `SCOPE_POINTER_CHARACTERS_MAX`. */
  pointerCharacters: number;
  /** State names seen so far; they are unique over the whole document. */
  readonly stateNames: Set<string>;
  /** Pointers of the containers around the one that is being compiled, from the machine's to its own. */
  readonly enclosing: string[];
  readonly assignments: Assignment[];
  /** The variables each state reads. */
  readonly references: Map<string, Set<string>>;
  /** Compiles a `{StartAt, States}` within a state: a branch or an item processor. */
  compileNested(reader: FieldReader, allowed: ReadonlySet<string>): void;
}

/** A variable that some state assigns. */
export interface Assignment {
  readonly name: string;
  /** Where its name stands. */
  readonly pointer: string;
  /** The container that has the variable, and those around it. */
  readonly container: string;
  readonly enclosing: readonly string[];
}

/** What a state's compiler gets: the state's fields, and what was decided before its type was looked at. */
export interface StateSource {
  readonly name: string;
  readonly type: StateType;
  readonly reader: FieldReader;
  readonly language: QueryLanguage;
  readonly compilation: Compilation;
}

/** Compiles a state of one type, in either language. It may give up with `undefined` only after a problem was reported. */
export type StateCompiler = (source: StateSource) => State | undefined;

export type StateCompilers = Readonly<Record<StateType, StateCompiler>>;
