/**
 * Input and output processing.
 *
 * JSONPath, in AWS's order: InputPath → Parameters → (the state's work) → Assign, ResultSelector → ResultPath →
 * OutputPath. `ResultPath` combines the result with the raw input, the one before InputPath.
 * JSONata: Arguments → (the state's work) → Assign and Output, which both see the variables as they were.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html
 *
 * Every function throws what the evaluators throw, or a StateError; `toFailure` turns either into the state's failure.
 */
import type { DataFlow, JsonPathFlow, State, Template } from "../definition/machine.ts";
import { isJsonObject } from "../json/value.ts";
import type { Json } from "../json/value.ts";
import { PathNotFound } from "../paths/errors.ts";
import type { CompiledPath, ReferencePath } from "../paths/path.ts";
import type { CompiledTemplate } from "../paths/template.ts";
import { dataLimitExceeded, runtimeError } from "./errors.ts";
import { pathScope } from "./evaluation.ts";
import type { Evaluation } from "./evaluation.ts";
import type { InspectionStep } from "./inspection.ts";
import { isOversized } from "./payload.ts";
import { fillTemplate } from "./query.ts";
import type { StatesExtra } from "./query.ts";
import { assignmentOf } from "./variables.ts";
import type { Assignment } from "./variables.ts";

/** What a state leaves with: its output, and the variables it assigns. */
export interface Exit {
  readonly output: Json;
  readonly assignment?: Assignment;
}

/** What most fields look at: the raw input after InputPath (`{}` when that is null), in JSONata the raw input. */
export function effectiveInput(evaluation: Evaluation, flow: DataFlow): Json {
  const { input } = evaluation;
  if (flow.language === "JSONata") return input;
  return inspected(evaluation, "afterInputPath", selectPath(evaluation, flow.inputPath, input));
}

/** What the state's work is given: the effective input after Parameters, or Arguments. */
export function workInput(evaluation: Evaluation, flow: DataFlow, effective: Json): Json {
  if (flow.language === "JSONPath") {
    return inspected(evaluation, "afterParameters", applyTemplate(evaluation, flow.parameters, effective));
  }
  const filled = flow.arguments === undefined ? effective : fillTemplate(evaluation, flow.arguments);
  return inspected(evaluation, "afterArguments", filled);
}

/**
 * From what the state's work came to, to what the state leaves with.
 *
 * @param outcome the result; for a state without work of its own its effective input; for a catcher the error
 * @param extra what `$states` shows of the outcome
 */
export function exitOf(evaluation: Evaluation, flow: DataFlow, outcome: Json, extra?: StatesExtra): Exit {
  inspected(evaluation, "result", outcome);
  const assigned = assignedBy(evaluation, flow, outcome, extra);
  const output =
    flow.language === "JSONPath"
      ? pathOutput(evaluation, flow, outcome)
      : flow.output === undefined
        ? outcome
        : fillTemplate(evaluation, flow.output, extra);
  return assigned === undefined ? { output } : { output, assignment: assigned };
}

function assignedBy(
  evaluation: Evaluation,
  flow: DataFlow,
  outcome: Json,
  extra: StatesExtra | undefined,
): Assignment | undefined {
  if (flow.assign === undefined) return undefined;
  const values =
    flow.language === "JSONPath"
      ? applyTemplate(evaluation, flow.assign, outcome)
      : fillTemplate(evaluation, flow.assign, extra);
  if (!isJsonObject(values)) throw new Error("Assign is an object by its definition.");
  return assignmentOf(evaluation, values);
}

function pathOutput(evaluation: Evaluation, flow: JsonPathFlow, result: Json): Json {
  const selected = inspected(evaluation, "afterResultSelector", applyTemplate(evaluation, flow.resultSelector, result));
  const placed = inspected(evaluation, "afterResultPath", applyResultPath(evaluation, flow.resultPath, selected));
  return selectPath(evaluation, flow.outputPath, placed);
}

/** Shows a step to who watches, and hands its value on. */
export function inspected(evaluation: Evaluation, step: InspectionStep, value: Json): Json {
  evaluation.inspector?.step(step, value);
  return value;
}

function selectPath(evaluation: Evaluation, path: CompiledPath | null | undefined, value: Json): Json {
  if (path === undefined) return value;
  return path === null ? {} : readPath(evaluation, path, value);
}

/** The value a path names; a path that names nothing is a `States.Runtime` error. */
export function readPath(evaluation: Evaluation, path: CompiledPath, input: Json): Json {
  try {
    return path.evaluate(pathScope(evaluation, input));
  } catch (problem) {
    if (problem instanceof PathNotFound) throw runtimeError(`Invalid path '${path.text}' : ${problem.message}`);
    throw problem;
  }
}

/** The value a path names, or undefined when it names nothing. */
export function findPath(evaluation: Evaluation, path: CompiledPath, input: Json): Json | undefined {
  try {
    return path.evaluate(pathScope(evaluation, input));
  } catch (problem) {
    if (problem instanceof PathNotFound) return undefined;
    throw problem;
  }
}

/** A template with its fields filled in; the input itself when there is no template. */
export function applyTemplate(evaluation: Evaluation, template: CompiledTemplate | undefined, input: Json): Json {
  if (template === undefined) return input;
  const value = template.evaluate(pathScope(evaluation, input));
  if (isOversized(value)) throw dataLimitExceeded(evaluation.stateName);
  return value;
}

/** A template of either language. */
export function applyAnyTemplate(evaluation: Evaluation, template: Template, input: Json): Json {
  return template.kind === "template" ? applyTemplate(evaluation, template, input) : fillTemplate(evaluation, template);
}

/** The result put where ResultPath says: in place of the raw input, inside it, or nowhere. */
function applyResultPath(evaluation: Evaluation, path: ReferencePath | null | undefined, result: Json): Json {
  if (path === undefined) return result;
  return path === null ? evaluation.input : path.write(evaluation.input, result);
}

/** The name AWS gives a state when its result is too large. */
export function resultSubject(state: State): string {
  if (state.type !== "Task") return state.name;
  return state.resource.kind === "integration" ? state.resource.service : state.resource.arn;
}
