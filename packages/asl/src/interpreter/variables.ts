/**
 * Variables: which a state sees, and how those it assigns are kept.
 * https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
 *
 * They stand in the scope whose state assigned them and go with it. A state sees its scope's and those of the scopes
 * around it, which stand still meanwhile: whoever waits in a Parallel or Map assigns nothing.
 */
import type { JsonObject } from "../json/value.ts";
import type { Draft, WorkingScope } from "./draft.ts";
import { dataLimitExceeded } from "./errors.ts";
import type { Evaluation } from "./evaluation.ts";
import type { ExecutionScope } from "./execution.ts";
import { VARIABLES_BYTES_MAX } from "./limits.ts";
import { exceedsPayload, utf8Length } from "./payload.ts";

const NONE: JsonObject = {};

/** Values about to be assigned, each with its JSON text for the history. */
export interface Assignment {
  readonly values: JsonObject;
  readonly texts: { readonly [name: string]: string };
  /** Bytes of all texts. */
  readonly bytes: number;
}

export function visibleVariables(draft: Draft, scope: ExecutionScope): JsonObject {
  const found: JsonObject[] = [];
  for (let current: ExecutionScope | undefined = scope; current !== undefined;) {
    if (current.variables !== undefined) found.push(current.variables);
    current = current.parentId === undefined ? undefined : draft.scope(current.parentId);
  }
  const [only = NONE, another] = found;
  return another === undefined ? only : Object.fromEntries(found.flatMap((variables) => Object.entries(variables)));
}

/**
 * What `Assign` has given, checked against the limit of one state, which is that of one variable as well.
 * @throws StateError `States.DataLimitExceeded`
 */
export function assignmentOf(evaluation: Evaluation, values: JsonObject): Assignment {
  if (exceedsPayload(evaluation.text(values))) throw dataLimitExceeded(evaluation.stateName);
  const texts = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, evaluation.text(value)]));
  const bytes = Object.values(texts).reduce((sum, text) => sum + utf8Length(text), 0);
  return { values, texts, bytes };
}

/**
 * Puts assigned values in the place of those that were.
 * @throws StateError `States.DataLimitExceeded` when the execution would hold too much; nothing is assigned then
 */
export function assign(draft: Draft, scope: WorkingScope, stateName: string, assignment: Assignment): void {
  const before = scope.variables ?? NONE;
  let growth = assignment.bytes;
  for (const name of Object.keys(assignment.values)) {
    const old = Object.hasOwn(before, name) ? before[name] : undefined;
    if (old !== undefined) growth -= utf8Length(draft.text(old));
  }
  if (draft.variableBytes + growth > VARIABLES_BYTES_MAX) throw dataLimitExceeded(stateName);
  draft.variableBytes += growth;
  scope.variables = { ...before, ...assignment.values };
  scope.variableBytes = (scope.variableBytes ?? 0) + growth;
}

/** The scope's variables go with it. */
export function forgetVariables(draft: Draft, scope: WorkingScope): void {
  if (scope.variables === undefined) return;
  draft.variableBytes -= scope.variableBytes ?? 0;
  delete scope.variables;
  delete scope.variableBytes;
}
