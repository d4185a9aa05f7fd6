/** What the parts of the compiler need of the whole: expressions contain expressions of every kind. */
import type { Expression } from "../parser/expression.ts";
import type { Evaluator } from "../value.ts";

export interface Compiler {
  /** How an expression is evaluated. What it gives is never a sequence of less than two items, unless that is to be kept. */
  compile(expression: Expression): Evaluator;
  /** The same for the last expression of a function's body: a call becomes a `TailCall`. */
  compileTail(expression: Expression): Evaluator;
  /** Whether a variable of this name is bound anywhere in the expression. Any other comes from outside. */
  isBound(name: string): boolean;
}
