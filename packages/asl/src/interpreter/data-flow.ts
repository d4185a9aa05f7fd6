/**
 * Input and output processing of a JSONPath state, in AWS's order:
 * InputPath → Parameters → (the state's work) → ResultSelector → ResultPath → OutputPath.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html
 *
 * `ResultPath` combines the result with the raw input, the one before InputPath. Every function throws what the
 * evaluators throw, or a StateError; `toFailure` turns either into the state's failure.
 */
import type { InputOutputPaths, State } from "../definition/machine.ts";
import type { Json, JsonObject } from "../json/value.ts";
import { PathNotFound } from "../paths/errors.ts";
import type { CompiledPath, ReferencePath } from "../paths/path.ts";
import type { CompiledTemplate } from "../paths/template.ts";
import { contextObject } from "./context-object.ts";
import type { Draft } from "./draft.ts";
import { dataLimitExceeded, runtimeError } from "./errors.ts";
import type { ExecutionScope, Frame, MapItem } from "./execution.ts";
import { isOversized } from "./payload.ts";

/** What a state's fields are evaluated in: one state of one scope, with its context object. */
export interface Evaluation {
  readonly draft: Draft;
  readonly frame: Frame;
  readonly context: JsonObject;
}

export function evaluationOf(
  draft: Draft,
  scope: ExecutionScope,
  frame: Frame,
  extra?: { readonly token?: string; readonly item?: MapItem },
): Evaluation {
  return { draft, frame, context: contextObject(draft, scope, frame, extra) };
}

/** The raw input after InputPath; `{}` when that is null. */
export function effectiveInput(evaluation: Evaluation, state: InputOutputPaths): Json {
  return selectPath(evaluation, state.inputPath, evaluation.frame.input);
}

/** A value after OutputPath; `{}` when that is null. */
export function effectiveOutput(evaluation: Evaluation, state: InputOutputPaths, value: Json): Json {
  return selectPath(evaluation, state.outputPath, value);
}

function selectPath(evaluation: Evaluation, path: CompiledPath | null | undefined, value: Json): Json {
  if (path === undefined) return value;
  return path === null ? {} : readPath(evaluation, path, value);
}

/** The value a path names; a path that names nothing is a `States.Runtime` error. */
export function readPath(evaluation: Evaluation, path: CompiledPath, input: Json): Json {
  try {
    return path.evaluate({ input, context: evaluation.context });
  } catch (problem) {
    if (problem instanceof PathNotFound) throw runtimeError(`Invalid path '${path.text}' : ${problem.message}`);
    throw problem;
  }
}

/** The value a path names, or undefined when it names nothing. */
export function findPath(evaluation: Evaluation, path: CompiledPath, input: Json): Json | undefined {
  try {
    return path.evaluate({ input, context: evaluation.context });
  } catch (problem) {
    if (problem instanceof PathNotFound) return undefined;
    throw problem;
  }
}

/** A template with its fields filled in; the input itself when there is no template. */
export function applyTemplate(evaluation: Evaluation, template: CompiledTemplate | undefined, input: Json): Json {
  if (template === undefined) return input;
  const { context, draft, frame } = evaluation;
  const value = template.evaluate({ input, context, host: draft.host });
  if (isOversized(value)) throw dataLimitExceeded(frame.state);
  return value;
}

/** The result put where ResultPath says: in place of the raw input, inside it, or nowhere. */
export function applyResultPath(evaluation: Evaluation, path: ReferencePath | null | undefined, result: Json): Json {
  if (path === undefined) return result;
  return path === null ? evaluation.frame.input : path.write(evaluation.frame.input, result);
}

/** From a state's result to its output: ResultSelector, ResultPath, OutputPath. */
export function outputOf(
  evaluation: Evaluation,
  state: InputOutputPaths & {
    readonly resultSelector?: CompiledTemplate;
    readonly resultPath?: ReferencePath | null;
  },
  result: Json,
): Json {
  const selected = applyTemplate(evaluation, state.resultSelector, result);
  return effectiveOutput(evaluation, state, applyResultPath(evaluation, state.resultPath, selected));
}

/** The name AWS gives a state when its result is too large. */
export function resultSubject(state: State): string {
  if (state.type !== "Task") return state.name;
  return state.resource.kind === "integration" ? state.resource.service : state.resource.arn;
}
