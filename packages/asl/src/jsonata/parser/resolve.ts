/** The parser's tree into expressions: chains of dots become paths, and what follows a step hangs on it. */
import { Fault } from "../errors.ts";
import { limits } from "../limits.ts";
import { passOn, resolveAncestry, seekParent } from "./ancestry.ts";
import type { Expression, ExpressionForm, Pair, PathExpression, Term } from "./expression.ts";
import type { Syntax, SyntaxPair } from "./syntax.ts";

type Of<Kind extends Syntax["kind"]> = Extract<Syntax, { kind: Kind }>;

/** @throws Fault with a code of syntax */
export function resolve(syntax: Syntax): Expression {
  const expression = new Resolver().expression(syntax);
  if (expression.kind === "parent" || expression.seeking !== undefined)
    throw new Fault("S0217", {}, expression.position, expression.kind);
  return expression;
}

class Resolver {
  #depth = 0;
  #labels = 0;

  expression(syntax: Syntax): Expression {
    this.#depth += 1;
    if (this.#depth > limits.expressionDepthMax) throw new Fault("U1005", {}, syntax.position);
    const result = this.#form(syntax);
    if (syntax.keepArray === true) result.keepArray = true;
    this.#depth -= 1;
    return result;
  }

  #form(syntax: Syntax): Expression {
    const { position } = syntax;
    switch (syntax.kind) {
      case "string":
        return { kind: "string", value: syntax.value, position };
      case "number":
        return { kind: "number", value: syntax.value, position };
      case "constant":
        return { kind: "constant", value: syntax.value, position };
      case "variable":
        return { kind: "variable", value: syntax.value, position };
      case "regex":
        return { kind: "regex", pattern: syntax.pattern, flags: syntax.flags, position };
      case "wildcard":
      case "descendant":
      case "placeholder":
        return { kind: syntax.kind, position };
      case "name":
        return this.#name(syntax);
      case "parent": {
        this.#labels += 1;
        // No variable can have such a name.
        return { kind: "parent", slot: { label: `!${this.#labels}`, level: 1 }, position };
      }
      case "end":
        throw new Fault("S0207", {}, position, "(end)");
      case "step":
        return this.#step(syntax);
      case "filter":
        return this.#filter(syntax);
      case "group":
        return this.#group(syntax);
      case "sort":
        return this.#sort(syntax);
      case "focus":
        return this.#focus(syntax);
      case "index":
        return this.#index(syntax);
      case "apply":
        return this.#apply(syntax);
      case "lambda":
        return this.#lambda(syntax);
      default:
        return this.#plain(syntax);
    }
  }

  /** Expressions that pass on what their parts seek, and do no more. */
  #plain(
    syntax: Of<
      "array" | "bind" | "block" | "call" | "condition" | "negation" | "object" | "operation" | "partial" | "transform"
    >,
  ): Expression {
    const { position } = syntax;
    switch (syntax.kind) {
      case "operation": {
        const [left, right] = [this.expression(syntax.left), this.expression(syntax.right)];
        return seekingOf({ kind: "operation", operator: syntax.operator, left, right, position }, [left, right]);
      }
      case "bind": {
        const value = this.expression(syntax.right);
        return seekingOf({ kind: "bind", name: nameOf(syntax.left), value, position }, [value]);
      }
      case "negation": {
        const operand = this.expression(syntax.operand);
        if (operand.kind === "number") return { ...operand, value: -operand.value };
        return seekingOf({ kind: "negation", operand, position }, [operand]);
      }
      case "array": {
        const items = syntax.items.map((item) => this.expression(item));
        return seekingOf({ kind: "array", items, position }, items);
      }
      case "object": {
        const pairs = this.#pairs(syntax.pairs);
        return seekingOf({ kind: "object", pairs, position }, pairs.flat());
      }
      case "block":
        return this.#block(syntax);
      case "call":
      case "partial": {
        const args = syntax.args.map((argument) => this.expression(argument));
        return seekingOf({ kind: syntax.kind, procedure: this.expression(syntax.procedure), args, position }, args);
      }
      case "condition": {
        const condition = this.expression(syntax.condition);
        const consequent = this.expression(syntax.consequent);
        const alternative = syntax.alternative && this.expression(syntax.alternative);
        const parts = alternative === undefined ? [condition, consequent] : [condition, consequent, alternative];
        const optional = alternative && { alternative };
        return seekingOf({ kind: "condition", condition, consequent, ...optional, position }, parts);
      }
      case "transform": {
        const pattern = this.expression(syntax.pattern);
        const update = this.expression(syntax.update);
        const deletion = syntax.deletion && this.expression(syntax.deletion);
        return { kind: "transform", pattern, update, ...(deletion && { deletion }), position };
      }
    }
  }

  #pairs(pairs: readonly SyntaxPair[]): Pair[] {
    return pairs.map(([key, value]) => [this.expression(key), this.expression(value)]);
  }

  #name({ value, position, keepArray }: Of<"name">): PathExpression {
    const step: Expression = { kind: "name", value, position };
    const path: PathExpression = { kind: "path", steps: [step], position };
    if (keepArray === true) {
      step.keepArray = true;
      path.keepSingletonArray = true;
    }
    return path;
  }

  #step({ left, right, position }: Of<"step">): Expression {
    const first = this.expression(left);
    const path: PathExpression = first.kind === "path" ? first : { kind: "path", steps: [first], position };
    if (first.kind === "parent") path.seeking = [first.slot];
    const rest = this.expression(right);
    if (rest.kind === "path") path.steps.push(...rest.steps);
    else {
      if (rest.predicates !== undefined) {
        rest.stages = rest.predicates;
        delete rest.predicates;
      }
      path.steps.push(rest);
    }
    path.steps = path.steps.map(asStep);
    if (path.steps.some((step) => step.keepArray === true)) path.keepSingletonArray = true;
    for (const step of [path.steps[0], path.steps.at(-1)]) {
      if (step?.kind === "array") step.isConstructed = true;
    }
    resolveAncestry(path);
    return path;
  }

  #filter({ left, right, position }: Of<"filter">): Expression {
    const result = this.expression(left);
    const step = lastStep(result);
    if (step.group !== undefined) throw new Fault("S0209", {}, position);
    const expression = this.expression(right);
    if (expression.seeking !== undefined) {
      for (const slot of expression.seeking) {
        if (slot.level === 1) seekParent(step, slot);
        else slot.level -= 1;
      }
      passOn(step, expression);
    }
    const stages = result.kind === "path" ? (step.stages ??= []) : (step.predicates ??= []);
    stages.push({ kind: "filter", expression, position });
    return result;
  }

  #group({ left, pairs, position }: Of<"group">): Expression {
    const result = this.expression(left);
    if (result.group !== undefined) throw new Fault("S0210", {}, position);
    result.group = { pairs: this.#pairs(pairs), position };
    return result;
  }

  #sort({ left, terms, position }: Of<"sort">): Expression {
    const path = asPath(this.expression(left));
    const sorted: Term[] = terms.map(({ descending, expression }) => ({
      descending,
      expression: this.expression(expression),
    }));
    const step: Expression = seekingOf(
      { kind: "sort", terms: sorted, position },
      sorted.map(({ expression }) => expression),
    );
    path.steps.push(step);
    resolveAncestry(path);
    return path;
  }

  #focus({ left, right, position, keepArray }: Of<"focus">): Expression {
    const result = this.expression(left);
    const step = lastStep(result);
    if (step.stages !== undefined || step.predicates !== undefined) throw new Fault("S0215", {}, position);
    if (step.kind === "sort") throw new Fault("S0216", {}, position);
    if (keepArray === true) step.keepArray = true;
    step.focus = nameOf(right);
    step.isTuple = true;
    return result;
  }

  #index({ left, right }: Of<"index">): Expression {
    const expression = this.expression(left);
    if (expression.kind !== "path" && expression.predicates !== undefined) {
      expression.stages = expression.predicates;
      delete expression.predicates;
    }
    const path = asPath(expression);
    const step = lastStep(path);
    if (step.stages === undefined) step.index = nameOf(right);
    else step.stages.push({ kind: "index", name: nameOf(right) });
    step.isTuple = true;
    return path;
  }

  #apply({ left, right, position }: Of<"apply">): Expression {
    const [first, second] = [this.expression(left), this.expression(right)];
    const result: Expression = { kind: "apply", left: first, right: second, position };
    if (first.keepArray === true || second.keepArray === true) result.keepArray = true;
    return result;
  }

  #block({ expressions, position }: Of<"block">): Expression {
    const parts = expressions.map((part) => this.expression(part));
    const result: Expression = seekingOf({ kind: "block", expressions: parts, position }, parts);
    if (
      parts.some(
        (part) => part.isConstructed === true || (part.kind === "path" && part.steps[0]?.isConstructed === true),
      )
    )
      result.isConstructed = true;
    return result;
  }

  #lambda({ parameters, signature, body, position }: Of<"lambda">): Expression {
    return {
      kind: "lambda",
      parameters,
      ...(signature !== undefined && { signature }),
      body: this.expression(body),
      position,
    };
  }
}

function seekingOf(expression: ExpressionForm & { position: number }, parts: readonly Expression[]): Expression {
  const result: Expression = expression;
  for (const part of parts) passOn(result, part);
  return result;
}

function nameOf(syntax: Syntax): string {
  return syntax.kind === "variable" ? syntax.value : "";
}

function lastStep(expression: Expression): Expression {
  return expression.kind === "path" ? (expression.steps.at(-1) ?? expression) : expression;
}

function asPath(expression: Expression): PathExpression {
  return expression.kind === "path" ? expression : { kind: "path", steps: [expression], position: expression.position };
}

/** A string within a path is a quoted name; other literals have no place there. @throws Fault S0213 */
function asStep(step: Expression): Expression {
  if (step.kind === "number" || step.kind === "constant")
    throw new Fault("S0213", { value: step.value }, step.position);
  return step.kind === "string" ? { ...step, kind: "name" } : step;
}
