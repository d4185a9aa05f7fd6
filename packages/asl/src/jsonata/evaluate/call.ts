/** Calls: `$f(1)`, `$f(?, 1)`, `value ~> $f`. */
import { Fault } from "../errors.ts";
import type { Expression } from "../parser/expression.ts";
import { apply } from "../run.ts";
import type { Frame, Run } from "../run.ts";
import { isFunction, TailCall } from "../value.ts";
import type { Evaluator, Value } from "../value.ts";
import type { Compiler } from "./compiler.ts";
import { Chain, PartialApplication, placeholder } from "./function.ts";

type Call = Extract<Expression, { kind: "call" | "partial" }>;

export function compileCall(expression: Call, compiler: Compiler): Evaluator {
  const procedure = compileProcedure(expression, compiler, "T1005");
  const args = compileArguments(expression, compiler);
  const token = nameOf(expression.procedure);
  const { position } = expression;
  return (input, frame, run) => {
    const called = procedure(input, frame, run);
    const given = args(input, frame, run);
    try {
      return apply(called, given, input, run);
    } catch (error) {
      throw located(error, token, position);
    }
  };
}

/** A call that is the last thing a lambda does. */
export function compileTailCall(expression: Call, compiler: Compiler): Evaluator {
  const procedure = compiler.compile(expression.procedure);
  const args = compileArguments(expression, compiler);
  const token = expression.procedure.kind === "variable" ? expression.procedure.value : undefined;
  const { position } = expression.procedure;
  return (input, frame, run) => new TailCall(procedure(input, frame, run), args(input, frame, run), token, position);
}

/** `left ~> right`: a call gets the value as its first argument, two functions become one. */
export function compileApply(
  { left, right, position }: Extract<Expression, { kind: "apply" }>,
  compiler: Compiler,
): Evaluator {
  const value = compiler.compile(left);
  if (right.kind === "call") {
    const procedure = compileProcedure(right, compiler, "T1005");
    const args = compileArguments(right, compiler);
    const token = nameOf(right.procedure);
    return (input, frame, run) => {
      const first = value(input, frame, run);
      const called = procedure(input, frame, run);
      const given = [first, ...args(input, frame, run)];
      try {
        return apply(called, given, input, run);
      } catch (error) {
        throw located(error, token, right.position);
      }
    };
  }
  const procedure = compiler.compile(right);
  return (input, frame, run) => {
    const first = value(input, frame, run);
    const called = procedure(input, frame, run);
    if (!isFunction(called)) throw new Fault("T2006", { value: called }, position);
    return isFunction(first) ? new Chain(first, called) : apply(called, [first], null, run);
  };
}

export function compilePartial(expression: Call, compiler: Compiler): Evaluator {
  const procedure = compileProcedure(expression, compiler, "T1007");
  const args = expression.args.map((argument) =>
    argument.kind === "placeholder" ? undefined : compiler.compile(argument),
  );
  const token = nameOf(expression.procedure);
  return (input, frame, run) => {
    const given = args.map((argument) => (argument === undefined ? placeholder : argument(input, frame, run)));
    const applied = procedure(input, frame, run);
    if (!isFunction(applied)) throw new Fault("T1008", {}, expression.position, token);
    return new PartialApplication(applied, given);
  };
}

/** What is called. A bare name that is none, where a variable of that name is there, has an error of its own. */
function compileProcedure({ procedure, position }: Call, compiler: Compiler, code: "T1005" | "T1007"): Evaluator {
  const evaluator = compiler.compile(procedure);
  if (procedure.kind !== "path") return evaluator;
  const name = nameOf(procedure) ?? "";
  const variable = compiler.compile({ kind: "variable", value: name, position });
  return (input, frame, run) => {
    const called = evaluator(input, frame, run);
    if (called === undefined && name !== "" && variable(input, frame, run) !== undefined)
      throw new Fault(code, {}, position, name);
    return called;
  };
}

function compileArguments({ args }: Call, compiler: Compiler): (input: Value, frame: Frame, run: Run) => Value[] {
  const evaluators = args.map((argument) => compiler.compile(argument));
  const [first, second] = evaluators;
  if (first !== undefined && evaluators.length === 1) return (input, frame, run) => [first(input, frame, run)];
  if (first !== undefined && second !== undefined && evaluators.length === 2)
    return (input, frame, run) => [first(input, frame, run), second(input, frame, run)];
  return (input, frame, run) => evaluators.map((evaluator) => evaluator(input, frame, run));
}

function nameOf(procedure: Expression): string | undefined {
  if (procedure.kind === "variable") return procedure.value;
  const first = procedure.kind === "path" ? procedure.steps[0] : undefined;
  return first?.kind === "name" || first?.kind === "variable" ? first.value : undefined;
}

function located(error: unknown, token: string | undefined, position: number): unknown {
  if (error instanceof Fault) {
    error.position ??= position;
    error.token ??= token;
  }
  return error;
}
