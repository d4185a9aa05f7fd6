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
  let context: JsonObject | undefined;
  let variables: JsonObject | undefined;
  return {
    stateName: frame.state,
    input: frame.input,
    get context() {
      context ??= shownContext(draft, scope, frame, extra);
      return context;
    },
    get variables() {
      variables ??= visibleVariables(draft, scope);
      return variables;
    },
    host: draft.host,
    inspector: draft.inspector,
    text: (value) => draft.text(value),
  };
}

function shownContext(draft: Draft, scope: ExecutionScope, frame: Frame, extra: ContextExtra | undefined): JsonObject {
  const given = draft.inspector?.context;
  if (given === undefined) return contextObject(draft, scope, frame, extra);
  return extra?.item === undefined ? given : { ...given, Map: { Item: itemObject(extra.item) } };
}

/** What JSONPath looks at, with `$` the given value. */
export function pathScope(evaluation: Evaluation, input: Json): Scope {
  return {
    input,
    get context() {
      return evaluation.context;
    },
    get variables() {
      return evaluation.variables;
    },
    host: evaluation.host,
  };
}
