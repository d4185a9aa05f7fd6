/**
 * JSONata 2.0.6, as Step Functions evaluates what stands between `{%` and `%}`: synchronous, and bounded in time, depth and memory.
 *
 *     source ─ tokens ─ tree (parser/parse) ─ expression (parser/resolve) ─ closures (evaluate/compile) ─ value ─ JSON (finish)
 *
 * https://docs.jsonata.org, https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
import type { Json } from "../json/value.ts";
import { analyse } from "./analyse.ts";
import { Fault, toJsonataError } from "./errors.ts";
import { compileExpression } from "./evaluate/compile.ts";
import { finish } from "./finish.ts";
import { parse } from "./parser/parse.ts";
import { resolve } from "./parser/resolve.ts";
import { Frame, Run } from "./run.ts";
import type { JsonataHost } from "./run.ts";
import type { Value } from "./value.ts";

export interface CompiledJsonata {
  readonly source: string;
  /** The variables it reads and does not bind itself, without their `$`, in order of appearance; built-in functions are none. */
  readonly variables: readonly string[];
  /** Whether it asks for a context (`$`, `$$`, a name at its outermost level): Step Functions has none to give. */
  readonly usesRootContext: boolean;
  /** What asks for it: `$`, `$$`, or the names. */
  readonly rootReferences: readonly string[];
  /**
   * Its value; undefined when it gives nothing. The value shares parts with the variables, which are not changed.
   * @throws JsonataError
   */
  evaluate(variables: Readonly<Record<string, Json | undefined>>, host: JsonataHost): Json | undefined;
}

/**
 * Compiles an expression.
 * @param source the text between `{%` and `%}`
 * @throws JsonataError at an error of syntax
 */
export function compileJsonata(source: string): CompiledJsonata {
  const { evaluate, ...rest } = compileWithContext(source);
  return { ...rest, evaluate: (variables, host) => evaluate(undefined, variables, host) };
}

/** An expression that is evaluated in a context, as plain JSONata is. */
export interface ContextualJsonata extends Omit<CompiledJsonata, "evaluate"> {
  evaluate(
    context: Json | undefined,
    variables: Readonly<Record<string, Json | undefined>>,
    host: JsonataHost,
  ): Json | undefined;
}

/** @throws JsonataError */
export function compileWithContext(source: string): ContextualJsonata {
  try {
    return compile(source);
  } catch (error) {
    throw asJsonataError(error);
  }
}

function compile(source: string): ContextualJsonata {
  const expression = resolve(parse(source));
  const { variables, rootReferences, isSelection } = analyse(expression);
  const evaluator = compileExpression(expression);
  return {
    source,
    variables,
    usesRootContext: rootReferences.length > 0,
    rootReferences,
    evaluate: (context, given, host) => {
      const root: Value = context;
      const run = new Run(given, host, root);
      try {
        const value = evaluator(root, new Frame(undefined), run);
        return finish(value, isSelection && !run.needsFinish, run);
      } catch (error) {
        throw asJsonataError(error);
      }
    },
  };
}

/** The stack can still run out where a browser's is small: that is a bound like the others. */
function asJsonataError(error: unknown): unknown {
  if (error instanceof Fault) return toJsonataError(error);
  return error instanceof RangeError ? toJsonataError(new Fault("U1002")) : error;
}
