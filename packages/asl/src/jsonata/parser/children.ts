/** The expressions within an expression. */
import type { Expression, Pair } from "./expression.ts";

export function childrenOf(expression: Expression): Expression[] {
  const children = partsOf(expression);
  for (const stage of [...(expression.predicates ?? []), ...(expression.stages ?? [])])
    if (stage.kind === "filter") children.push(stage.expression);
  if (expression.group !== undefined) children.push(...flat(expression.group.pairs));
  return children;
}

function partsOf(expression: Expression): Expression[] {
  switch (expression.kind) {
    case "path":
      return [...expression.steps];
    case "sort":
      return expression.terms.map((term) => term.expression);
    case "operation":
    case "apply":
      return [expression.left, expression.right];
    case "bind":
      return [expression.value];
    case "negation":
      return [expression.operand];
    case "array":
      return [...expression.items];
    case "object":
      return flat(expression.pairs);
    case "block":
      return [...expression.expressions];
    case "call":
    case "partial":
      return [expression.procedure, ...expression.args];
    case "lambda":
      return [expression.body];
    case "condition":
      return [expression.condition, expression.consequent, ...(expression.alternative ? [expression.alternative] : [])];
    case "transform":
      return [expression.pattern, expression.update, ...(expression.deletion ? [expression.deletion] : [])];
    case "string":
    case "number":
    case "constant":
    case "name":
    case "variable":
    case "regex":
    case "wildcard":
    case "descendant":
    case "placeholder":
    case "parent":
      return [];
  }
}

function flat(pairs: readonly Pair[]): Expression[] {
  return pairs.flatMap(([key, value]) => [key, value]);
}

/** How deeply expressions stand within each other. */
export function levelsOf(expression: Expression): number {
  let levels = 0;
  for (const child of childrenOf(expression)) levels = Math.max(levels, levelsOf(child));
  return levels + 1;
}
