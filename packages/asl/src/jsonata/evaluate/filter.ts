/** Predicates: `items[price > 5]`, `items[0]`. */
import type { Expression } from "../parser/expression.ts";
import type { Frame, Run } from "../run.ts";
import { isArray, isNumeric, isTupleStream, sequence, SEQUENCE, TUPLES } from "../value.ts";
import type { Evaluator, MarkedArray, Value } from "../value.ts";
import type { Compiler } from "./compiler.ts";
import { isTruthy } from "./truth.ts";
import { frameOf } from "./tuple.ts";

/** What is left of a value; a sequence as it is, of any length. */
export type Filter = (value: Value, frame: Frame, run: Run) => Value;

export function compileFilter(expression: Expression, compiler: Compiler): Filter {
  if (expression.kind === "number") return itemAt(expression.value);
  const predicate = compiler.compile(expression);
  return (value, frame, run) => (isTupleStream(value) ? filterTuples : filterItems)(value, predicate, frame, run);
}

/** A number that stands there as it is picks one item. */
function itemAt(number: number): Filter {
  const index = Math.floor(number);
  return (value) => {
    const items = isArray(value) ? value : [value];
    const item = items[index < 0 ? items.length + index : index];
    if (isArray(item)) return item;
    const results = sequence(item === undefined ? [] : [item]);
    if (isTupleStream(value)) results.mark = SEQUENCE | TUPLES;
    return results;
  };
}

function filterItems(value: Value, predicate: Evaluator, frame: Frame, run: Run): Value {
  const items = isArray(value) ? value : [value];
  const results = sequence();
  for (const [index, item] of items.entries()) {
    run.spend(1);
    select(results, item, predicate(item, frame, run), index, items.length, run);
    if (item === undefined) run.needsFinish = true;
  }
  return results;
}

function filterTuples(value: Value, predicate: Evaluator, frame: Frame, run: Run): Value {
  const results = sequence();
  results.mark = SEQUENCE | TUPLES;
  const tuples = isTupleStream(value) ? value : [];
  for (const [index, tuple] of tuples.entries()) {
    run.spend(1);
    select(results, tuple, predicate(tuple["@"], frameOf(tuple, frame), run), index, tuples.length, run);
  }
  return results;
}

/** A number or an array of numbers selects by position, anything else by whether it is true. */
function select(results: MarkedArray, item: Value, wanted: Value, index: number, length: number, run: Run): void {
  if (wanted === true) results.push(item);
  else if (typeof wanted === "number" && isNumeric(wanted)) {
    if (isPosition(wanted, index, length)) results.push(item);
  } else if (isArray(wanted) && wanted.every(isNumeric)) {
    for (const position of wanted) if (isPosition(position, index, length)) results.push(item);
  } else if (isTruthy(wanted, run)) results.push(item);
}

function isPosition(number: Value, index: number, length: number): boolean {
  if (typeof number !== "number") return false;
  const position = Math.floor(number);
  return (position < 0 ? length + position : position) === index;
}
