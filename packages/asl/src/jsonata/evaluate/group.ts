/**
 * Objects: `{ … }` as an expression makes one of the context, behind a path one of all its items. Each item gives its keys;
 * items of the same key are put together, and are the context of that key's value.
 */
import { Fault } from "../errors.ts";
import type { Expression, Group, Pair } from "../parser/expression.ts";
import type { Frame, Run } from "../run.ts";
import { isArray, isTupleStream, setMember } from "../value.ts";
import type { Evaluator, Value, ValueArray, ValueObject } from "../value.ts";
import type { Compiler } from "./compiler.ts";
import { frameOf, isTuple, reduceTuples } from "./tuple.ts";

interface CompiledPair {
  readonly key: Evaluator;
  readonly value: Evaluator;
}

export type Grouping = (value: Value, frame: Frame, run: Run) => ValueObject;

export function compileGroup({ pairs, position }: Group, compiler: Compiler): Grouping {
  const compiled = compilePairs(pairs, compiler);
  return (value, frame, run) => groupItems(compiled, value, frame, run, position);
}

function compilePairs(pairs: readonly Pair[], compiler: Compiler): CompiledPair[] {
  return pairs.map(([key, value]) => ({ key: compiler.compile(key), value: compiler.compile(value) }));
}

/** An object as an expression. With keys that are constant and differ, and one context, there is nothing to group. */
export function compileObject(pairs: readonly Pair[], position: number, compiler: Compiler): Evaluator {
  const compiled = compilePairs(pairs, compiler);
  const keys = pairs.map(([key]) => constantText(key));
  const constant = compiled.map(({ value }, index) => ({ key: keys[index] ?? "", value }));
  const isSimple = keys.every((key) => key !== undefined) && new Set(keys).size === keys.length;
  return (input, frame, run) => {
    if (!isSimple || isArray(input)) return groupItems(compiled, input, frame, run, position);
    const result: Record<string, Value> = {};
    for (const { key, value } of constant) {
      const member = value(input, frame, run);
      if (member !== undefined) setMember(result, key, member);
    }
    run.spend(constant.length);
    return result;
  };
}

function constantText(expression: Expression): string | undefined {
  return expression.kind === "string" && expression.predicates === undefined && expression.group === undefined
    ? expression.value
    : undefined;
}

interface Entry {
  readonly pair: CompiledPair;
  /** The first item; with further ones all of them. */
  first: Value;
  all: Value[] | undefined;
}

function groupItems(
  pairs: readonly CompiledPair[],
  value: Value,
  frame: Frame,
  run: Run,
  position: number,
): ValueObject {
  const isReduced = isTupleStream(value);
  const entries = new Map<string, Entry>();
  for (const item of itemsOf(value)) {
    const context = isReduced && isTuple(item) ? item["@"] : item;
    const inner = isReduced && isTuple(item) ? frameOf(item, frame) : frame;
    for (const pair of pairs) {
      run.spend(1);
      const key = pair.key(context, inner, run);
      if (key === undefined) continue;
      if (typeof key !== "string") throw new Fault("T1003", { value: key }, position);
      const entry = entries.get(key);
      if (entry === undefined) entries.set(key, { pair, first: item, all: undefined });
      else if (entry.pair === pair) addTo(entry, item);
      else throw new Fault("D1009", { value: key }, position);
    }
  }
  const result: Record<string, Value> = {};
  for (const [key, { pair, first, all }] of entries) {
    const member = valueOf(pair, all ?? first, isReduced, frame, run);
    if (member !== undefined) setMember(result, key, member);
  }
  return result;
}

function itemsOf(value: Value): ValueArray {
  if (!isArray(value)) return [value];
  return value.length === 0 ? [undefined] : value;
}

function addTo(entry: Entry, item: Value): void {
  entry.all ??= isArray(entry.first) ? [...entry.first] : [entry.first];
  if (isArray(item)) for (const part of item) entry.all.push(part);
  else entry.all.push(item);
}

function valueOf({ value }: CompiledPair, data: Value, isReduced: boolean, frame: Frame, run: Run): Value {
  if (!isReduced) return value(data, frame, run);
  const tuple = reduceTuples(data);
  return value(tuple["@"], frameOf(tuple, frame), run);
}
