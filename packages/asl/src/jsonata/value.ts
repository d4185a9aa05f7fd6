/**
 * Values while an expression is evaluated: JSON, functions, and `undefined` for what is not there.
 *
 * JSONata tells arrays apart by where they come from. A *sequence* is what a path or a function selects: one without items is
 * nothing, one of a single item is that item, unless it is to be kept. An array that stands in the input or was written
 * with brackets stays what it is. A *constructed* array at the end of a path (`items.[id, name]`) is one item of the
 * path's result instead of being spread. A *tuple stream* is a path's result with the variables that `@`, `#` and `%` need. The
 * property `mark` says which; only arrays the engine has made itself carry it, and `finish` takes it off before a result leaves.
 *
 * Arrays and objects of the input are never changed.
 */
import { Fault } from "./errors.ts";
import { limits } from "./limits.ts";
import type { Frame, Run } from "./run.ts";

export type Value = undefined | null | boolean | number | string | ValueArray | ValueObject | JsonataFunction;

export interface ValueObject {
  readonly [key: string]: Value;
}

export interface ValueArray extends ReadonlyArray<Value> {
  readonly mark?: number;
}

/** An array while it is being filled. */
export interface MarkedArray extends Array<Value> {
  mark?: number;
}

export const SEQUENCE = 1;
/** Of a sequence: a single item does not stand for itself. */
export const KEEP = 2;
export const CONSTRUCTED = 4;
export const TUPLES = 8;

export abstract class JsonataFunction {
  /** How many arguments a function that calls back gives it. */
  abstract readonly arity: number;

  /** In the text of an error. */
  toJSON(): string {
    return "";
  }

  /**
   * One application. The result may be a `TailCall`, and a sequence as it is.
   * @param input the context value that stands in for a missing argument
   */
  abstract applyOnce(args: readonly Value[], input: Value, run: Run): Value;
}

/** What a lambda gives for a call in tail position: the caller goes on with it, so that a loop needs no stack. */
export class TailCall extends JsonataFunction {
  readonly arity = 0;
  readonly procedure: Value;
  readonly args: readonly Value[];
  readonly token: string | undefined;
  readonly position: number;

  constructor(procedure: Value, args: readonly Value[], token: string | undefined, position: number) {
    super();
    this.procedure = procedure;
    this.args = args;
    this.token = token;
    this.position = position;
  }

  applyOnce(): Value {
    return this;
  }
}

/** A compiled expression: its value for a context value, with the variables of a frame. */
export type Evaluator = (input: Value, frame: Frame, run: Run) => Value;

export function isArray(value: Value): value is ValueArray {
  return Array.isArray(value);
}

export function isObject(value: Value): value is ValueObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof JsonataFunction);
}

export function isFunction(value: Value): value is JsonataFunction {
  return value instanceof JsonataFunction;
}

export function isSequence(value: ValueArray): boolean {
  return value.mark !== undefined && (value.mark & SEQUENCE) !== 0;
}

export function isTupleStream(value: Value): value is readonly ValueObject[] {
  return isArray(value) && value.mark !== undefined && (value.mark & TUPLES) !== 0;
}

export function sequence(items: Value[] = []): MarkedArray {
  const result: MarkedArray = items;
  result.mark = SEQUENCE;
  return result;
}

/** A sequence as the value it stands for. */
export function collapse(value: Value, keep: boolean): Value {
  if (!isArray(value) || value.mark === undefined || (value.mark & (SEQUENCE | TUPLES)) !== SEQUENCE) return value;
  if (value.length > 1) return value;
  if (value.length === 0) return undefined;
  if (keep && (value.mark & KEEP) === 0) return kept(value);
  return (value.mark & KEEP) === 0 ? value[0] : value;
}

export function kept(items: readonly Value[]): ValueArray {
  const result: MarkedArray = items.slice();
  result.mark = SEQUENCE | KEEP;
  return result;
}

/** Whether it is a number; one that is none (NaN) is not. @throws Fault D1001 for an infinite one */
export function isNumeric(value: Value): value is number {
  if (typeof value !== "number" || Number.isNaN(value)) return false;
  if (Number.isFinite(value)) return true;
  throw new Fault("D1001", { value });
}

/** Both as one array, each spread when it is an array itself. */
export function append(first: Value, second: Value): Value {
  if (first === undefined) return second;
  if (second === undefined) return first;
  const start: readonly Value[] = isArray(first) ? first : [first];
  return start.concat(isArray(second) ? second : [second]);
}

const inherited: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/** A member of an object, never what every JavaScript object inherits. */
export function member(object: ValueObject, key: string): Value {
  return inherited.has(key) && !Object.hasOwn(object, key) ? undefined : object[key];
}

/** Sets a member also when it is named `__proto__`. */
export function setMember(object: Record<string, Value>, key: string, value: Value): void {
  if (key === "__proto__")
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  else object[key] = value;
}

/** A member of an object, or those of the objects in an array at any depth, as a sequence. */
export function lookup(input: Value, key: string, run: Run): Value {
  if (isArray(input)) {
    const found = sequence();
    collect(input, key, found, run, 0);
    return found;
  }
  return isObject(input) ? member(input, key) : undefined;
}

function collect(items: ValueArray, key: string, found: Value[], run: Run, depth: number): void {
  if (depth > limits.valueDepthMax) throw new Fault("U1002");
  run.spend(1 + items.length / 4);
  for (const item of items) {
    if (isArray(item)) collect(item, key, found, run, depth + 1);
    else if (isObject(item)) {
      const value = member(item, key);
      if (isArray(value)) for (const part of value) found.push(part);
      else if (value !== undefined) found.push(value);
    }
  }
}
