/**
 * Paths: each step is evaluated for each item that the one before gave, and what it gives is put together to one sequence.
 *
 * A path whose steps bind nothing is evaluated here, one without variables, predicates and the like as a bare chain of names.
 * As long as a step gives a single value no array is made for it.
 */
import type { Expression, PathExpression, Stage } from "../parser/expression.ts";
import type { Frame, Run } from "../run.ts";
import { isArray, isObject, isSequence, member, sequence } from "../value.ts";
import type { Evaluator, Value, ValueArray } from "../value.ts";
import type { Compiler } from "./compiler.ts";
import { compileFilter } from "./filter.ts";
import type { Filter } from "./filter.ts";
import { compileGroup } from "./group.ts";
import { compileSort, unsorted } from "./sort.ts";
import type { Sorting } from "./sort.ts";
import { addSpread, isConstructedArray, keepIf } from "./spread.ts";
import { compileTuplePath } from "./tuple-path.ts";

/** One step: what it gives for one item, with its predicates; a sort gives what it makes of all items. */
export interface Step {
  readonly evaluate: Evaluator;
  readonly sort: Sorting | undefined;
  readonly filters: readonly Filter[];
  /** An array as the first step: it is evaluated once, whatever the context. */
  readonly isConstructed: boolean;
}

export function compilePath(path: PathExpression, compiler: Compiler): Evaluator {
  const evaluator = path.steps.some((step) => step.isTuple === true)
    ? compileTuplePath(path, compiler)
    : compilePlainPath(path, compiler);
  if (path.group === undefined) return evaluator;
  const group = compileGroup(path.group, compiler);
  return (input, frame, run) => group(evaluator(input, frame, run), frame, run);
}

function compilePlainPath(path: PathExpression, compiler: Compiler): Evaluator {
  const { steps, keepSingletonArray: keep = false } = path;
  const [first] = steps;
  const startsWithVariable = first?.kind === "variable";
  const names = namesOf(startsWithVariable ? steps.slice(1) : steps);
  const compiled = steps.map((step) => compileStep(step, compiler));
  const general: Evaluator = (input, frame, run) => {
    const start = isArray(input) && !startsWithVariable ? input : undefined;
    return keepIf(keep, walk(compiled, 0, input, start, frame, run));
  };
  if (names === undefined || keep) return general;
  if (!startsWithVariable) return chainFrom((input) => input, names, compiled, 0);
  const [variable] = compiled;
  const isPlain = variable !== undefined && variable.filters.length === 0;
  return isPlain ? chainFrom(variable.evaluate, names, compiled, 1) : general;
}

/** The names of steps that are names and no more. */
function namesOf(steps: readonly Expression[]): readonly string[] | undefined {
  const names: string[] = [];
  for (const step of steps) {
    if (step.kind !== "name" || step.stages !== undefined || step.predicates !== undefined || step.group !== undefined)
      return undefined;
    names.push(step.value);
  }
  return names;
}

/** Members of members, for as long as they are objects; at the first array the steps take over. */
function chainFrom(begin: Evaluator, names: readonly string[], steps: readonly Step[], offset: number): Evaluator {
  return (input, frame, run) => {
    let value = begin(input, frame, run);
    for (let index = 0; index < names.length; index += 1) {
      if (isArray(value)) return walk(steps, index + offset, undefined, value, frame, run);
      if (!isObject(value)) return undefined;
      value = member(value, names[index] ?? "");
      if (value === undefined) return undefined;
    }
    return isArray(value) && isSequence(value) ? spread(value) : value;
  };
}

export function compileStep(step: Expression, compiler: Compiler): Step {
  return {
    // A path as a step only stands there when it has been put in as a whole: it is compiled like any other expression.
    evaluate: step.kind === "sort" ? () => undefined : compiler.compile(step),
    sort: step.kind === "sort" ? compileSort(step.terms, step.position, compiler) : undefined,
    filters: filtersOf(step.stages, compiler),
    isConstructed: step.isConstructed === true,
  };
}

function filtersOf(stages: readonly Stage[] | undefined, compiler: Compiler): Filter[] {
  return (stages ?? []).flatMap((stage) =>
    stage.kind === "filter" ? [compileFilter(stage.expression, compiler)] : [],
  );
}

/**
 * Goes along the steps from `from` on.
 * @param value the one item there is, when there is no list
 */
function walk(
  steps: readonly Step[],
  from: number,
  value: Value,
  list: ValueArray | undefined,
  frame: Frame,
  run: Run,
): Value {
  let single = value;
  let items = list;
  for (let index = from; index < steps.length; index += 1) {
    const step = steps[index];
    if (step === undefined) break;
    const isLast = index === steps.length - 1;
    if (step.sort !== undefined) {
      items = sortItems(step, items ?? [single], frame, run);
    } else if (index === 0 && step.isConstructed) {
      const made = step.evaluate(items ?? sequence([single]), frame, run);
      items = isArray(made) ? made : [made];
    } else if (items === undefined) {
      const result = applyStep(step, single, frame, run);
      if (result === undefined) return undefined;
      if (!isArray(result) || (isConstructedArray(result) && !isLast)) single = result;
      else if (isLast) return isSequence(result) ? spread(result) : result;
      else items = result;
      continue;
    } else {
      items = stepOver(step, items, isLast, frame, run);
    }
    if (items.length === 0) return items;
  }
  return items ?? single;
}

function applyStep({ evaluate, filters }: Step, item: Value, frame: Frame, run: Run): Value {
  run.spend(1);
  let result = evaluate(item, frame, run);
  for (const filter of filters) result = filter(result, frame, run);
  return result;
}

/** One step for many items. A single array that the last step gives is the result as it is. */
function stepOver(step: Step, items: ValueArray, isLast: boolean, frame: Frame, run: Run): ValueArray {
  const found: Value[] = [];
  let count = 0;
  let only: ValueArray | undefined;
  for (const item of items) {
    const result = applyStep(step, item, frame, run);
    if (result === undefined) continue;
    count += 1;
    if (!isArray(result)) found.push(result);
    else {
      only = result;
      addSpread(found, result, run);
    }
  }
  if (isLast && count === 1 && only !== undefined && !isSequence(only)) return only;
  return sequence(found);
}

function spread(items: ValueArray): Value {
  return sequence([...items]);
}

function sortItems(step: Step, items: ValueArray, frame: Frame, run: Run): ValueArray {
  let result: Value =
    items.length > 1 ? step.sort?.(items, frame, run) : isConstructedArray(items) ? items : unsorted(items);
  for (const filter of step.filters) result = filter(result, frame, run);
  return isArray(result) ? result : [result];
}
