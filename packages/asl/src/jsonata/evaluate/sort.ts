/** Sorting: the order-by of a path, and the merge sort it shares with `$sort`. */
import { Fault } from "../errors.ts";
import type { Term } from "../parser/expression.ts";
import type { Frame, Run } from "../run.ts";
import { isTupleStream, sequence } from "../value.ts";
import type { Evaluator, Value, ValueArray } from "../value.ts";
import type { Compiler } from "./compiler.ts";
import { frameOf, isTuple } from "./tuple.ts";

/**
 * Merge sort, stable.
 * @param isAfter whether the first is to come after the second
 */
export function mergeSort<Item>(
  items: readonly Item[],
  isAfter: (first: Item, second: Item) => boolean,
  run: Run,
): Item[] {
  if (items.length <= 1) return [...items];
  const middle = Math.floor(items.length / 2);
  const left = mergeSort(items.slice(0, middle), isAfter, run);
  const right = mergeSort(items.slice(middle), isAfter, run);
  const merged: Item[] = [];
  let [fromLeft, fromRight] = [0, 0];
  run.spend(items.length);
  while (fromLeft < left.length && fromRight < right.length) {
    const [first, second] = [left[fromLeft] as Item, right[fromRight] as Item];
    const takesRight = isAfter(first, second);
    merged.push(takesRight ? second : first);
    if (takesRight) fromRight += 1;
    else fromLeft += 1;
  }
  while (fromLeft < left.length) merged.push(left[fromLeft++] as Item);
  while (fromRight < right.length) merged.push(right[fromRight++] as Item);
  return merged;
}

export type Sorting = (items: ValueArray, frame: Frame, run: Run) => ValueArray;

interface CompiledTerm {
  readonly evaluator: Evaluator;
  readonly descending: boolean;
}

/** An item with what the terms give for it; each is evaluated when it is first needed. */
interface Sortable {
  readonly item: Value;
  readonly keys: Value[];
}

export function compileSort(terms: readonly Term[], position: number, compiler: Compiler): Sorting {
  const compiled = terms.map(({ expression, descending }) => ({ evaluator: compiler.compile(expression), descending }));
  return (items, frame, run) => {
    if (items.length <= 1) return items;
    const isTuples = isTupleStream(items);
    const keyOf = (sortable: Sortable, index: number, { evaluator }: CompiledTerm): Value => {
      if (index < sortable.keys.length) return sortable.keys[index];
      const { item } = sortable;
      const key =
        isTuples && isTuple(item) ? evaluator(item["@"], frameOf(item, frame), run) : evaluator(item, frame, run);
      sortable.keys.push(key);
      return key;
    };
    const isAfter = (first: Sortable, second: Sortable): boolean => {
      for (const [index, term] of compiled.entries()) {
        const order = compareKeys(keyOf(first, index, term), keyOf(second, index, term), term.descending, position);
        if (order !== 0) return order > 0;
      }
      return false;
    };
    const sortables = items.map((item) => ({ item, keys: [] }));
    return mergeSort<Sortable>(sortables, isAfter, run).map(({ item }) => item);
  };
}

/** What is not there comes last, in either direction. */
function compareKeys(first: Value, second: Value, descending: boolean, position: number): number {
  if (first === undefined || second === undefined) {
    if (first === second) return 0;
    return first === undefined ? 1 : -1;
  }
  if (!isSortable(first) || !isSortable(second))
    throw new Fault("T2008", { value: isSortable(first) ? second : first }, position);
  if (typeof first !== typeof second) throw new Fault("T2007", { value: first, value2: second }, position);
  if (first === second) return 0;
  const order = first < second ? -1 : 1;
  return descending ? -order : order;
}

function isSortable(value: Value): value is number | string {
  return typeof value === "string" || typeof value === "number";
}

/** What a path's sort leaves of less than two items: they may stand for themselves. */
export function unsorted(items: ValueArray): ValueArray {
  return sequence([...items]);
}
