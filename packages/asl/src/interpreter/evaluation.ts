/**
 * What the fields of a state are evaluated in: one state of one scope, its context object and the variables in its reach.
 * Both are made only when something asks for them.
 */
import type { JsonObject } from "../json/value.ts";
import type { Json } from "../json/value.ts";
import type { Scope } from "../paths/path.ts";
import { contextObject } from "./context-object.ts";
import type { ContextExtra } from "./context-object.ts";
import type { Draft } from "./draft.ts";
import type { ExecutionScope, Frame } from "./execution.ts";
import { visibleVariables } from "./variables.ts";

export class Evaluation {
  readonly draft: Draft;
  readonly frame: Frame;
  readonly #scope: ExecutionScope;
  readonly #extra: ContextExtra | undefined;
  #context: JsonObject | undefined;
  #variables: JsonObject | undefined;

  constructor(draft: Draft, scope: ExecutionScope, frame: Frame, extra?: ContextExtra) {
    this.draft = draft;
    this.frame = frame;
    this.#scope = scope;
    this.#extra = extra;
  }

  /** `$$`, or `$states.context`. */
  get context(): JsonObject {
    this.#context ??= contextObject(this.draft, this.#scope, this.frame, this.#extra);
    return this.#context;
  }

  /** The variables of the scope and of those around it. */
  get variables(): JsonObject {
    this.#variables ??= visibleVariables(this.draft, this.#scope);
    return this.#variables;
  }

  /** What JSONPath looks at, with `$` the given value. */
  pathScope(input: Json): Scope {
    return new PathScope(this, input);
  }
}

class PathScope implements Scope {
  readonly input: Json;
  readonly #evaluation: Evaluation;

  constructor(evaluation: Evaluation, input: Json) {
    this.input = input;
    this.#evaluation = evaluation;
  }

  get context(): JsonObject {
    return this.#evaluation.context;
  }

  get variables(): JsonObject {
    return this.#evaluation.variables;
  }

  get host(): Draft["host"] {
    return this.#evaluation.draft.host;
  }
}
