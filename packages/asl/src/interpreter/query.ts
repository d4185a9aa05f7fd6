/**
 * Evaluating JSONata: the bindings an expression sees, and AWS's words for what goes wrong with it.
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
import type { JsonataExpression, JsonataTemplate } from "../definition/machine.ts";
import { isJsonArray } from "../json/value.ts";
import type { Json } from "../json/value.ts";
import { JsonataError } from "../jsonata/errors.ts";
import { dataLimitExceeded, QueryError } from "./errors.ts";
import type { Evaluation } from "./evaluation.ts";
import { isOversized } from "./payload.ts";

/** What `$states` has besides `input` and `context`. */
export type StatesExtra = { readonly result: Json } | { readonly errorOutput: Json };

type Bindings = Readonly<Record<string, Json>>;

/** Gives the value of expressions, all in the same bindings. */
export function queryOf(evaluation: Evaluation, extra?: StatesExtra): (expression: JsonataExpression) => Json {
  let plain: Bindings | undefined;
  let withContext: Bindings | undefined;
  return (expression) => {
    if (expression.readsContext) {
      withContext ??= bindingsOf(evaluation, { ...extra, context: evaluation.context });
      return evaluate(evaluation, expression, withContext);
    }
    plain ??= bindingsOf(evaluation, extra);
    return evaluate(evaluation, expression, plain);
  };
}

function bindingsOf(evaluation: Evaluation, extra: object | undefined): Bindings {
  return { ...evaluation.variables, states: { input: evaluation.input, ...extra } };
}

/** A template with its expressions replaced by their values. */
export function fillTemplate(evaluation: Evaluation, template: JsonataTemplate, extra?: StatesExtra): Json {
  const value = template.fill(queryOf(evaluation, extra));
  if (isOversized(value)) throw dataLimitExceeded(evaluation.stateName);
  return value;
}

function evaluate(evaluation: Evaluation, expression: JsonataExpression, bindings: Bindings): Json {
  const { compiled } = expression;
  let value: Json | undefined;
  try {
    value = compiled.evaluate(bindings, evaluation.host);
  } catch (problem) {
    if (!(problem instanceof JsonataError)) throw problem;
    throw failed(expression, whyFailed(problem));
  }
  if (value === undefined) throw failed(expression, "returned nothing (undefined).");
  return value;
}

/** Codes of JSONata are shown; those of its bounds are our own, where AWS shows a text alone. */
function whyFailed({ code, message }: JsonataError): string {
  if (code === "U1004") return "returned an unsupported result type.";
  return code.startsWith("U")
    ? `threw an error during evaluation: ${message}`
    : `threw an error during evaluation. ${code}: ${message}`;
}

/** A JSON type as AWS names it. */
type TypeName = "array" | "boolean" | "integer" | "null" | "number" | "object" | "string";

/** Refuses a value of the wrong type. */
export function unexpectedType(
  evaluation: Evaluation,
  expression: JsonataExpression,
  expected: TypeName,
  value: Json,
): QueryError {
  const shown = evaluation.text(value);
  return failed(
    expression,
    `returned an unexpected result type. Expected '${expected}', but was '${typeName(value)}' for value: ${shown}`,
  );
}

function typeName(value: Json): TypeName {
  if (value === null) return "null";
  if (isJsonArray(value)) return "array";
  switch (typeof value) {
    case "boolean":
      return "boolean";
    case "number":
      return "number";
    case "string":
      return "string";
    default:
      return "object";
  }
}

function failed(expression: JsonataExpression, what: string): QueryError {
  return new QueryError(`${subject(expression)} ${what}`, expression.location);
}

function subject({ compiled, location }: JsonataExpression): string {
  return `The JSONata expression '${compiled.source}' specified for the field '${location}'`;
}
