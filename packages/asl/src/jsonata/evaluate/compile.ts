/** Expressions to closures, once; evaluating is calling them. */
import type { Expression } from "../parser/expression.ts";
import { childrenOf, levelsOf } from "../parser/children.ts";
import { Frame, unbound } from "../run.ts";
import { library } from "../functions/library.ts";
import { RegexFunction } from "../functions/matcher.ts";
import { compileRegex } from "../regex/regex.ts";
import { collapse, CONSTRUCTED, isArray, lookup, member } from "../value.ts";
import type { Evaluator, MarkedArray, Value } from "../value.ts";
import { compileApply, compileCall, compilePartial, compileTailCall } from "./call.ts";
import type { Compiler } from "./compiler.ts";
import { compileFilter } from "./filter.ts";
import { Lambda } from "./function.ts";
import type { LambdaCode } from "./function.ts";
import { compileGroup, compileObject } from "./group.ts";
import { compileNegation, compileOperation } from "./operators.ts";
import { compilePath } from "./path.ts";
import { compileTransform } from "./transform.ts";
import { isTruthy } from "./truth.ts";
import { evaluateDescendants, evaluateWildcard } from "./wildcard.ts";

type Of<Kind extends Expression["kind"]> = Expression & { kind: Kind };

/** @throws Fault U1006 for a regular expression that is not supported */
export function compileExpression(expression: Expression): Evaluator {
  const bound = new Set<string>();
  collectBound(expression, bound);
  return new ExpressionCompiler(bound).compile(expression);
}

/** All names that are bound somewhere within. */
function collectBound(expression: Expression, bound: Set<string>): void {
  if (expression.kind === "bind") bound.add(expression.name);
  if (expression.kind === "lambda") for (const name of expression.parameters) bound.add(name);
  if (expression.focus !== undefined) bound.add(expression.focus);
  if (expression.index !== undefined) bound.add(expression.index);
  for (const stage of expression.stages ?? []) if (stage.kind === "index") bound.add(stage.name);
  for (const child of childrenOf(expression)) collectBound(child, bound);
}

class ExpressionCompiler implements Compiler {
  readonly #bound: ReadonlySet<string>;

  constructor(bound: ReadonlySet<string>) {
    this.#bound = bound;
  }

  isBound(name: string): boolean {
    return this.#bound.has(name);
  }

  compile(expression: Expression): Evaluator {
    return this.#decorated(expression, this.#form(expression));
  }

  compileTail(expression: Expression): Evaluator {
    switch (expression.kind) {
      case "call":
        return expression.predicates === undefined ? compileTailCall(expression, this) : this.compile(expression);
      case "condition":
        return this.#decorated(expression, this.#condition(expression, true));
      case "block":
        return this.#decorated(expression, this.#block(expression, true));
      default:
        return this.compile(expression);
    }
  }

  /** With the predicates and the grouping that follow it. */
  #decorated(expression: Expression, form: Evaluator): Evaluator {
    let evaluator = form;
    for (const stage of expression.predicates ?? []) {
      if (stage.kind !== "filter") continue;
      const filter = compileFilter(stage.expression, this);
      const filtered = evaluator;
      evaluator = (input, frame, run) => filter(filtered(input, frame, run), frame, run);
    }
    if (expression.group !== undefined && expression.kind !== "path") {
      const group = compileGroup(expression.group, this);
      const grouped = evaluator;
      evaluator = (input, frame, run) => group(grouped(input, frame, run), frame, run);
    }
    if (evaluator === form && neverSequences.has(expression.kind)) return form;
    const keep = expression.keepArray === true;
    return (input, frame, run) => {
      const value = evaluator(input, frame, run);
      return isArray(value) ? collapse(value, keep) : value;
    };
  }

  #form(expression: Expression): Evaluator {
    switch (expression.kind) {
      case "string":
      case "number":
      case "constant": {
        const { value } = expression;
        return () => value;
      }
      case "name": {
        const { value } = expression;
        return (input, _frame, run) => lookup(input, value, run);
      }
      case "variable":
        return this.#variable(expression.value);
      case "regex": {
        const { pattern, flags, position } = expression;
        const regex = new RegexFunction(compileRegex(pattern, flags), pattern, position);
        return (_input, _frame, run) => {
          run.needsFinish = true;
          return regex;
        };
      }
      case "wildcard":
        return evaluateWildcard;
      case "descendant":
        return evaluateDescendants;
      case "parent": {
        const { slot } = expression;
        return (_input, frame) => {
          const value = frame.lookup(slot.label);
          return value === unbound ? undefined : value;
        };
      }
      case "path":
        return compilePath(expression, this);
      case "sort":
      case "placeholder":
        return () => undefined;
      default:
        return this.#compound(expression);
    }
  }

  #compound(
    expression: Of<
      | "apply"
      | "array"
      | "bind"
      | "block"
      | "call"
      | "condition"
      | "lambda"
      | "negation"
      | "object"
      | "operation"
      | "partial"
      | "transform"
    >,
  ): Evaluator {
    switch (expression.kind) {
      case "operation":
        return compileOperation(expression, this);
      case "apply":
        return compileApply(expression, this);
      case "bind": {
        const { name } = expression;
        const value = this.compile(expression.value);
        return (input, frame, run) => {
          const bound = value(input, frame, run);
          frame.bind(name, bound);
          return bound;
        };
      }
      case "negation":
        return compileNegation(this.compile(expression.operand), expression.position);
      case "array":
        return this.#array(expression);
      case "object":
        return compileObject(expression.pairs, expression.position, this);
      case "block":
        return this.#block(expression, false);
      case "call":
        return compileCall(expression, this);
      case "partial":
        return compilePartial(expression, this);
      case "lambda":
        return this.#lambda(expression);
      case "condition":
        return this.#condition(expression, false);
      case "transform":
        return compileTransform(expression, this);
    }
  }

  /** The nearest one that is bound in the expression, then one from outside, then a function. */
  #variable(name: string): Evaluator {
    if (name === "") return (input) => input;
    if (name === "$") return (_input, _frame, run) => run.root;
    const builtin = Object.hasOwn(library, name) ? library[name] : undefined;
    const outside: Evaluator = (_input, _frame, { variables }) => {
      const value = member(variables, name);
      return value === undefined ? builtin : value;
    };
    if (!this.isBound(name)) return outside;
    return (input, frame, run) => {
      const value = frame.lookup(name);
      return value === unbound ? outside(input, frame, run) : value;
    };
  }

  #array({ items, isConstructed }: Of<"array"> & { isConstructed?: boolean }): Evaluator {
    const compiled = items.map((item) => ({ evaluator: this.compile(item), isArray: item.kind === "array" }));
    return (input, frame, run) => {
      const result: MarkedArray = [];
      for (const item of compiled) {
        const value = item.evaluator(input, frame, run);
        if (value === undefined) continue;
        if (item.isArray || !isArray(value)) result.push(value);
        else for (const part of value) result.push(part);
      }
      run.items(result.length);
      if (isConstructed === true) result.mark = CONSTRUCTED;
      return result;
    };
  }

  #block({ expressions }: Of<"block">, isTail: boolean): Evaluator {
    const evaluators = expressions.map((expression, index) =>
      isTail && index === expressions.length - 1 ? this.compileTail(expression) : this.compile(expression),
    );
    const needsFrame = this.#bound.size > 0;
    return (input, frame, run) => {
      const inner = needsFrame ? new Frame(frame) : frame;
      let result: Value;
      for (const evaluator of evaluators) result = evaluator(input, inner, run);
      return result;
    };
  }

  #condition({ condition, consequent, alternative }: Of<"condition">, isTail: boolean): Evaluator {
    const test = this.compile(condition);
    const first = isTail ? this.compileTail(consequent) : this.compile(consequent);
    const second = alternative && (isTail ? this.compileTail(alternative) : this.compile(alternative));
    return (input, frame, run) =>
      isTruthy(test(input, frame, run), run) ? first(input, frame, run) : second?.(input, frame, run);
  }

  #lambda({ parameters, signature, body }: Of<"lambda">): Evaluator {
    const code: LambdaCode = {
      parameters,
      signature,
      body: this.compileTail(body),
      levels: levelsOf(body),
    };
    return (input, frame) => new Lambda(code, input, frame);
  }
}

/** Expressions whose value is never a sequence. */
const neverSequences: ReadonlySet<Expression["kind"]> = new Set([
  "array",
  "bind",
  "block",
  "condition",
  "constant",
  "lambda",
  "negation",
  "number",
  "object",
  "partial",
  "regex",
  "string",
  "transform",
]);
