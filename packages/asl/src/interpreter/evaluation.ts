/**
 * What the fields of a state are evaluated in: its input, the context object and the variables in its reach. The latter two
 * are made only when something asks for them.
 */
import type { Json, JsonObject } from "../json/value.ts";
import type { Scope } from "../paths/path.ts";
import { contextObject, itemObject } from "./context-object.ts";
import type { ContextExtra } from "./context-object.ts";
import type { Draft } from "./draft.ts";
import type { ExecutionScope, Frame } from "./execution.ts";
import type { Inspector } from "./inspection.ts";
import { visibleVariables } from "./variables.ts";

export interface EvaluationHost {
  readonly now: number;
  random(): number;
  uuid(): string;
}

export interface Evaluation {
  readonly stateName: string;
  /** The raw input, before InputPath. */
  readonly input: Json;
  /** `$$`, or `$states.context`. */
  readonly context: JsonObject;
  /** The variables of the scope and of those around it. */
  readonly variables: JsonObject;
  readonly host: EvaluationHost;
  readonly inspector: Inspector | undefined;
  /** The compact JSON text of a value. */
  text(value: Json): string;
}

/** A state of one scope of an execution. */
export function evaluationOf(draft: Draft, scope: ExecutionScope, frame: Frame, extra?: ContextExtra): Evaluation {
  return new StateEvaluation(draft, scope, frame, extra);
}

// Classes, made for every state that runs: an object literal with getters takes many times as long to make.
class StateEvaluation implements Evaluation {
  readonly stateName: string;
  readonly input: Json;
  readonly host: EvaluationHost;
  readonly inspector: Inspector | undefined;
  readonly #draft: Draft;
  readonly #scope: ExecutionScope;
  readonly #frame: Frame;
  readonly #extra: ContextExtra | undefined;
  #context: JsonObject | undefined;
  #variables: JsonObject | undefined;

  constructor(draft: Draft, scope: ExecutionScope, frame: Frame, extra: ContextExtra | undefined) {
    this.stateName = frame.state;
    this.input = frame.input;
    this.host = draft.host;
    this.inspector = draft.inspector;
    this.#draft = draft;
    this.#scope = scope;
    this.#frame = frame;
    this.#extra = extra;
  }

  get context(): JsonObject {
    this.#context ??= shownContext(this.#draft, this.#scope, this.#frame, this.#extra);
    return this.#context;
  }

  get variables(): JsonObject {
    this.#variables ??= visibleVariables(this.#draft, this.#scope);
    return this.#variables;
  }

  text(value: Json): string {
    return this.#draft.text(value);
  }
}

function shownContext(draft: Draft, scope: ExecutionScope, frame: Frame, extra: ContextExtra | undefined): JsonObject {
  const given = draft.inspector?.context;
  if (given === undefined) return contextObject(draft, scope, frame, extra);
  return extra?.item === undefined ? given : { ...given, Map: { Item: itemObject(extra.item) } };
}

/** What JSONPath looks at, with `$` the given value. */
export function pathScope(evaluation: Evaluation, input: Json): Scope {
  return new PathScope(evaluation, input);
}

class PathScope implements Scope {
  readonly input: Json;
  readonly host: EvaluationHost;
  readonly #evaluation: Evaluation;

  constructor(evaluation: Evaluation, input: Json) {
    this.input = input;
    this.host = evaluation.host;
    this.#evaluation = evaluation;
  }

  get context(): JsonObject {
    return this.#evaluation.context;
  }

  get variables(): JsonObject {
    return this.#evaluation.variables;
  }
}
