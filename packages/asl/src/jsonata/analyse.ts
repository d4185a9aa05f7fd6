/** What can be said of an expression without evaluating it. */
import { childrenOf } from "./parser/children.ts";
import type { Expression } from "./parser/expression.ts";
import { library } from "./functions/library.ts";

export interface Analysis {
  /** Variables that are read and not bound before, without the names of functions that are built in; in order of appearance. */
  readonly variables: readonly string[];
  /** What asks for the context it is evaluated in, once each: `$`, `$$`, `*`, `**`, `%`, or a name at its outermost level. */
  readonly rootReferences: readonly string[];
  /** Whether it makes no arrays, objects or functions: its value is a part of its input, a number, a text, or a boolean. */
  readonly isSelection: boolean;
}

export function analyse(expression: Expression): Analysis {
  const reader = new Reader();
  reader.read(expression, new Set(), true);
  return {
    variables: [...reader.variables],
    rootReferences: [...reader.rootReferences],
    isSelection: reader.isSelection,
  };
}

const makers: ReadonlySet<Expression["kind"]> = new Set([
  "apply",
  "array",
  "call",
  "lambda",
  "object",
  "partial",
  "regex",
  "transform",
]);

class Reader {
  readonly variables = new Set<string>();
  readonly rootReferences = new Set<string>();
  isSelection = true;

  /**
   * @param bound takes the names that the expression binds for what comes after it
   * @param isRoot whether the context is that of the whole expression
   */
  read(expression: Expression, bound: Set<string>, isRoot: boolean): void {
    if (makers.has(expression.kind) || expression.group !== undefined) this.isSelection = false;
    switch (expression.kind) {
      case "variable":
        this.#variable(expression.value, bound, isRoot);
        break;
      case "name":
        if (isRoot) this.rootReferences.add(expression.value);
        break;
      case "wildcard":
        if (isRoot) this.rootReferences.add("*");
        break;
      case "descendant":
        if (isRoot) this.rootReferences.add("**");
        break;
      case "parent":
        if (isRoot) this.rootReferences.add("%");
        break;
      case "path":
        this.#path(expression, bound, isRoot);
        return;
      case "block": {
        const inner = new Set(bound);
        for (const part of expression.expressions) this.read(part, inner, isRoot);
        break;
      }
      case "bind":
        // A function can call itself by the name it is bound to.
        if (expression.value.kind === "lambda") bound.add(expression.name);
        this.read(expression.value, bound, isRoot);
        bound.add(expression.name);
        break;
      case "lambda":
        this.read(expression.body, new Set([...bound, ...expression.parameters]), isRoot);
        break;
      case "transform":
        for (const part of childrenOf(expression)) this.read(part, new Set(bound), false);
        return;
      case "call":
      case "partial":
        for (const part of [expression.procedure, ...expression.args]) this.read(part, bound, isRoot);
        break;
      default:
        for (const part of childrenOf(withoutDecorations(expression))) this.read(part, bound, isRoot);
    }
    this.#decorations(expression, bound);
  }

  #variable(name: string, bound: ReadonlySet<string>, isRoot: boolean): void {
    if (name === "$" || (name === "" && isRoot)) this.rootReferences.add(`$${name}`);
    if (name === "" || name === "$" || bound.has(name) || Object.hasOwn(library, name)) return;
    this.variables.add(name);
  }

  #path(path: Extract<Expression, { kind: "path" }>, bound: Set<string>, isRoot: boolean): void {
    const inner = new Set(bound);
    for (const [index, step] of path.steps.entries()) {
      this.read(step, inner, isRoot && index === 0);
      if (step.focus !== undefined) inner.add(step.focus);
      if (step.index !== undefined) inner.add(step.index);
    }
    this.#decorations(path, inner);
  }

  /** Predicates and groupings have a context of their own. */
  #decorations(expression: Expression, bound: Set<string>): void {
    const inner = new Set(bound);
    for (const stage of [...(expression.predicates ?? []), ...(expression.stages ?? [])]) {
      if (stage.kind === "filter") this.read(stage.expression, inner, false);
      else inner.add(stage.name);
    }
    for (const [key, value] of expression.group?.pairs ?? []) {
      this.read(key, inner, false);
      this.read(value, inner, false);
    }
  }
}

function withoutDecorations(expression: Expression): Expression {
  const { predicates: _predicates, stages: _stages, group: _group, ...bare } = expression;
  return bare;
}
