/** Operators of two sides, and negation. A side that is not there makes arithmetic and comparisons nothing, equality false. */
import { Fault } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Expression } from "../parser/expression.ts";
import type { Operator } from "../parser/syntax.ts";
import type { Run } from "../run.ts";
import { isArray, isNumeric, sequence } from "../value.ts";
import type { Evaluator, Value } from "../value.ts";
import type { Compiler } from "./compiler.ts";
import { isEqual } from "./equality.ts";
import { toText } from "./text.ts";
import { isTruthy } from "./truth.ts";

type Operation = Extract<Expression, { kind: "operation" }>;

export function compileOperation(expression: Operation, compiler: Compiler): Evaluator {
  const { operator, position } = expression;
  if (operator === "&") return compileConcatenation(expression, compiler);
  const left = compiler.compile(expression.left);
  const right = compiler.compile(expression.right);
  if (operator === "and" || operator === "or") return compileLogic(operator, left, right, position);
  if (operator === "=" || operator === "!=") {
    const wanted = operator === "=";
    return (input, frame, run) => {
      const first = left(input, frame, run);
      const second = right(input, frame, run);
      if (first === undefined || second === undefined) return false;
      return (first === second || isEqual(first, second, run)) === wanted;
    };
  }
  const operate = operations[operator];
  return (input, frame, run) => {
    const first = left(input, frame, run);
    const second = right(input, frame, run);
    try {
      return operate(first, second, run, operator);
    } catch (error) {
      throw located(error, operator, position);
    }
  };
}

function located(error: unknown, operator: string, position: number): unknown {
  if (error instanceof Fault && !error.code.startsWith("U")) {
    error.token = operator;
    error.position = position;
  }
  return error;
}

type Binary = (left: Value, right: Value, run: Run, operator: Operator) => Value;

const operations: Readonly<Record<Exclude<Operator, "&" | "=" | "!=" | "and" | "or">, Binary>> = {
  "+": arithmetic((left, right) => left + right),
  "-": arithmetic((left, right) => left - right),
  "*": arithmetic((left, right) => left * right),
  "/": arithmetic((left, right) => left / right),
  "%": arithmetic((left, right) => left % right),
  "<": comparison((left, right) => left < right),
  "<=": comparison((left, right) => left <= right),
  ">": comparison((left, right) => left > right),
  ">=": comparison((left, right) => left >= right),
  "..": rangeOf,
  in: (left, right) => {
    if (left === undefined || right === undefined) return false;
    return isArray(right) ? right.includes(left) : right === left;
  },
};

function arithmetic(calculate: (left: number, right: number) => number): Binary {
  return (left, right, run) => {
    if (left !== undefined && !isNumeric(left)) throw new Fault("T2001", { value: left });
    if (right !== undefined && !isNumeric(right)) throw new Fault("T2002", { value: right });
    if (left === undefined || right === undefined) return undefined;
    const result = calculate(left, right);
    if (!Number.isFinite(result)) run.needsFinish = true;
    return result;
  };
}

function comparison(compare: (left: number | string, right: number | string) => boolean): Binary {
  return (left, right) => {
    if (typeof left === "number" && typeof right === "number") return compare(left, right);
    if (!isComparable(left) || !isComparable(right))
      throw new Fault("T2010", { value: typeof left === "string" || typeof left === "number" ? right : left });
    if (left === undefined || right === undefined) return undefined;
    if (typeof left !== typeof right) throw new Fault("T2009", { value: left, value2: right });
    return compare(left, right);
  };
}

function isComparable(value: Value): value is number | string | undefined {
  return value === undefined || typeof value === "string" || typeof value === "number";
}

function rangeOf(left: Value, right: Value, run: Run): Value {
  if (left !== undefined && !Number.isInteger(left)) throw new Fault("T2003", { value: left });
  if (right !== undefined && !Number.isInteger(right)) throw new Fault("T2004", { value: right });
  if (typeof left !== "number" || typeof right !== "number" || left > right) return undefined;
  const size = right - left + 1;
  if (size > limits.rangeItemsMax) throw new Fault("D2014", { value: size });
  run.items(size);
  const items: Value[] = [];
  for (let index = 0; index < size; index += 1) items.push(left + index);
  return sequence(items);
}

function compileLogic(operator: "and" | "or", left: Evaluator, right: Evaluator, position: number): Evaluator {
  const decides = operator === "or";
  return (input, frame, run) => {
    const first = left(input, frame, run);
    try {
      return isTruthy(first, run) === decides ? decides : isTruthy(right(input, frame, run), run);
    } catch (error) {
      // JSONata names this operator for whatever went wrong on its right side.
      throw located(error, operator, position);
    }
  };
}

/** `a & b & c` as one: no text is made in between. */
function compileConcatenation(expression: Operation, compiler: Compiler): Evaluator {
  const parts: { evaluator: Evaluator; position: number }[] = [];
  let current: Expression = expression;
  while (isConcatenation(current)) {
    parts.unshift({ evaluator: compiler.compile(current.right), position: current.position });
    current = current.left;
  }
  parts.unshift({ evaluator: compiler.compile(current), position: expression.position });
  return (input, frame, run) => {
    let result = "";
    for (const { evaluator, position } of parts) {
      const value = evaluator(input, frame, run);
      try {
        result += typeof value === "string" ? value : toText(value, run);
        run.text(result.length);
      } catch (error) {
        throw located(error, "&", position);
      }
    }
    return result;
  };
}

function isConcatenation(expression: Expression): expression is Operation {
  return (
    expression.kind === "operation" &&
    expression.operator === "&" &&
    expression.predicates === undefined &&
    expression.group === undefined
  );
}

export function compileNegation(operand: Evaluator, position: number): Evaluator {
  return (input, frame, run) => {
    const value = operand(input, frame, run);
    if (value === undefined) return undefined;
    if (isNumeric(value)) return -value;
    throw new Fault("D1002", { value }, position, "-");
  };
}
