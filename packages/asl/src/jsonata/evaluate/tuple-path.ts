/** Paths that bind variables on the way, `loans@$l.books[isbn = $l.isbn]`, and those in which a `%` looks back. */
import type { Expression, PathExpression, Stage } from "../parser/expression.ts";
import type { Frame, Run } from "../run.ts";
import { isArray, isTupleStream, sequence, SEQUENCE, TUPLES } from "../value.ts";
import type { Evaluator, MarkedArray, Value, ValueArray, ValueObject } from "../value.ts";
import type { Compiler } from "./compiler.ts";
import { compileFilter } from "./filter.ts";
import type { Filter } from "./filter.ts";
import { compileSort } from "./sort.ts";
import type { Sorting } from "./sort.ts";
import { addSpread, isConstructedArray, keepIf } from "./spread.ts";
import { frameOf, isTuple, tupleStream } from "./tuple.ts";

type CompiledStage = { readonly filter: Filter } | { readonly index: string };

interface TupleStep {
  readonly expression: Expression;
  readonly evaluate: Evaluator;
  readonly sort: Sorting | undefined;
  readonly stages: readonly CompiledStage[];
}

export function compileTuplePath(path: PathExpression, compiler: Compiler): Evaluator {
  const steps = path.steps.map((step) => compileTupleStep(step, compiler));
  const startsWithVariable = path.steps[0]?.kind === "variable";
  return (input, frame, run) => {
    const start: ValueArray = isArray(input) && !startsWithVariable ? input : [input];
    const found = walk(steps, start, frame, run);
    if (!found.isTuples) return undefined;
    const isWanted = path.isTuple === true || path.group !== undefined;
    return keepIf(path.keepSingletonArray === true && !isWanted, isWanted ? found.items : itemsOf(found.items, run));
  };
}

function compileTupleStep(step: Expression, compiler: Compiler): TupleStep {
  return {
    expression: step,
    evaluate: step.kind === "sort" ? () => undefined : compiler.compile(step),
    sort: step.kind === "sort" ? compileSort(step.terms, step.position, compiler) : undefined,
    stages: (step.stages ?? []).map((stage) => compileStage(stage, compiler)),
  };
}

function compileStage(stage: Stage, compiler: Compiler): CompiledStage {
  return stage.kind === "filter" ? { filter: compileFilter(stage.expression, compiler) } : { index: stage.name };
}

/** Each has a frame of its own, and is copied at each step. */
const stepsPerTuple = 8;

interface Found {
  readonly items: ValueArray;
  /** Not when a step before the first that binds something gave nothing. */
  readonly isTuples: boolean;
}

function walk(steps: readonly TupleStep[], start: ValueArray, frame: Frame, run: Run): Found {
  let items = start;
  let tuples: ValueArray | undefined;
  for (const [index, step] of steps.entries()) {
    if (tuples === undefined && step.expression.isTuple !== true) {
      items = plainStep(step, items, index, frame, run);
      if (items.length === 0) return { items, isTuples: false };
    } else if (index === 0 && step.expression.isConstructed === true) {
      const made = step.evaluate(items, frame, run);
      items = isArray(made) ? made : [made];
    } else tuples = stageAll(step, tupleStep(step, items, tuples, frame, run), frame, run);
  }
  return { items: tuples ?? [], isTuples: true };
}

/** A step before the first that binds something. */
function plainStep(step: TupleStep, items: ValueArray, index: number, frame: Frame, run: Run): ValueArray {
  if (step.sort !== undefined) return stageAll(step, step.sort(items, frame, run), frame, run);
  if (index === 0 && step.expression.isConstructed === true) {
    const made = step.evaluate(items, frame, run);
    return isArray(made) ? made : [made];
  }
  const found: Value[] = [];
  for (const item of items) {
    run.spend(1);
    let result = step.evaluate(item, frame, run);
    for (const stage of step.stages) if ("filter" in stage) result = stage.filter(result, frame, run);
    if (isArray(result)) addSpread(found, result, run);
    else if (result !== undefined) found.push(result);
  }
  return sequence(found);
}

function tupleStep(
  step: TupleStep,
  items: ValueArray,
  tuples: ValueArray | undefined,
  frame: Frame,
  run: Run,
): ValueArray {
  if (step.sort !== undefined) {
    if (tuples !== undefined) return step.sort(tuples, frame, run);
    const { index } = step.expression;
    return streamOf(
      step
        .sort(items, frame, run)
        .map((item, position) => (index === undefined ? { "@": item } : { "@": item, [index]: position })),
    );
  }
  const found = tupleStream();
  for (const tuple of tuples ?? items.map((item) => ({ "@": item }))) {
    run.spend(stepsPerTuple);
    if (isTuple(tuple)) addTuples(found, step, tuple, step.evaluate(tuple["@"], frameOf(tuple, frame), run), run);
  }
  return found;
}

function streamOf(tuples: ValueObject[]): ValueArray {
  const stream: MarkedArray = tuples;
  stream.mark = SEQUENCE | TUPLES;
  return stream;
}

function addTuples(found: Value[], { expression }: TupleStep, tuple: ValueObject, result: Value, run: Run): void {
  if (result === undefined) return;
  run.spend((isArray(result) ? result.length : 1) * stepsPerTuple);
  if (isTupleStream(result)) {
    for (const inner of result) found.push({ ...tuple, ...inner });
    return;
  }
  for (const [position, item] of (isArray(result) ? result : [result]).entries()) {
    const next: Record<string, Value> = { ...tuple };
    if (expression.focus === undefined) next["@"] = item;
    else next[expression.focus] = item;
    if (expression.index !== undefined) next[expression.index] = position;
    if (expression.ancestor !== undefined) next[expression.ancestor.label] = tuple["@"];
    found.push(next);
  }
}

function stageAll({ stages }: TupleStep, items: ValueArray, frame: Frame, run: Run): ValueArray {
  let result = items;
  for (const stage of stages) {
    if ("filter" in stage) {
      const filtered = stage.filter(result, frame, run);
      result = isArray(filtered) ? filtered : [filtered];
    } else result = numbered(result, stage.index);
  }
  return result;
}

function numbered(items: ValueArray, name: string): ValueArray {
  const result: MarkedArray = items.map((tuple, index) => (isTuple(tuple) ? { ...tuple, [name]: index } : tuple));
  if (items.mark !== undefined) result.mark = items.mark;
  return result;
}

/** What the tuples of a path stand for, when nothing wants their variables. */
function itemsOf(tuples: ValueArray, run: Run): ValueArray {
  const items = tuples.map((tuple) => (isTuple(tuple) ? tuple["@"] : undefined));
  if (items.some((item) => item === undefined || (isArray(item) && isConstructedArray(item)))) run.needsFinish = true;
  return sequence(items);
}
