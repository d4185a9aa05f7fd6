/**
 * The comparisons of filters. A number and a text that spells it are equal, a text on the left compared by its letters,
 * a number on the left by value; order is between two numbers or two texts only. What names nothing equals nothing.
 * An operand of a type the operator cannot use at all throws: the whole filter, negations included, is then false.
 */
import { deepEqual } from "../json/deep-equal.ts";
import type { Json } from "../json/value.ts";
import { PathNotFound } from "./errors.ts";
import { Pattern } from "./pattern/pattern.ts";
import type { Walk } from "./segments.ts";

/** Undefined stands for a path that names nothing. */
export type FilterValue = Json | Pattern | undefined;

type Comparison = (left: FilterValue, right: FilterValue, walk: Walk) => boolean;

const comparisons: ReadonlyMap<string, Comparison> = new Map<string, Comparison>([
  ["==", equal],
  ["!=", (left, right) => !equal(left, right)],
  ["===", identical],
  ["!==", (left, right) => !identical(left, right)],
  ["<", (left, right) => ordered(left, right, (order) => order < 0)],
  ["<=", (left, right) => ordered(left, right, (order) => order <= 0)],
  [">", (left, right) => ordered(left, right, (order) => order > 0)],
  [">=", (left, right) => ordered(left, right, (order) => order >= 0)],
  ["=~", matches],
  ["in", isIn],
  ["nin", (left, right) => !isIn(left, right)],
  ["contains", contains],
  [
    "subsetof",
    (left, right) => compareLists(left, right, (items, others) => items.every((item) => includes(others, item))),
  ],
  [
    "anyof",
    (left, right) => compareLists(left, right, (items, others) => items.some((item) => includes(others, item))),
  ],
  [
    "noneof",
    (left, right) => compareLists(left, right, (items, others) => !items.some((item) => includes(others, item))),
  ],
  ["size", hasSize],
  ["empty", isEmpty],
  // These Jayway reads but can give no operand that suits them.
  ["all", unsuited],
  ["exists", unsuited],
  ["matches", unsuited],
  ["type", unsuited],
]);

/** Undefined for an unknown operator. Case does not matter. */
export function comparison(operator: string): Comparison | undefined {
  return comparisons.get(operator.toLowerCase());
}

function unsuited(): never {
  throw new PathNotFound("The operator cannot be applied to its operands", "invalid");
}

function isStructure(value: FilterValue): value is Extract<Json, object> {
  return typeof value === "object" && value !== null && !(value instanceof Pattern);
}

function isList(value: FilterValue): value is readonly Json[] {
  return Array.isArray(value);
}

function equal(left: FilterValue, right: FilterValue): boolean {
  if (isStructure(left)) return isStructure(right) && deepEqual(left, right);
  if (left === undefined) return false;
  if (typeof left === "string" && typeof right === "number") return left === String(right);
  if (typeof left === "number" && typeof right === "string") return decimal(right) === left;
  return left === right;
}

function identical(left: FilterValue, right: FilterValue): boolean {
  return typeof left === typeof right && equal(left, right);
}

/** A number as Java's BigDecimal reads it. */
function decimal(text: string): number | undefined {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

function ordered(left: FilterValue, right: FilterValue, accept: (order: number) => boolean): boolean {
  if (typeof left === "number" && typeof right === "number") return accept(left - right);
  if (typeof left === "string" && typeof right === "string") return accept(left < right ? -1 : left > right ? 1 : 0);
  return false;
}

function matches(left: FilterValue, right: FilterValue, walk: Walk): boolean {
  if (left instanceof Pattern) return !(right instanceof Pattern) && matchesAny(left, right, walk);
  return right instanceof Pattern && matchesAny(right, left, walk);
}

/** Of a list any item may match. What is no text, number or boolean is matched as the empty text. */
function matchesAny(pattern: Pattern, value: Exclude<FilterValue, Pattern>, walk: Walk): boolean {
  if (isList(value)) return simple(value).some((item) => matchesAny(pattern, item, walk));
  const text = value === null || value === undefined || typeof value === "object" ? "" : String(value);
  walk.stepsLeft -= pattern.steps(text);
  if (walk.stepsLeft < 0) throw new PathNotFound("The regular expression takes too long", "failed");
  return pattern.matches(text);
}

/** The items of a list, which Jayway can only compare when none is a list or an object. */
function simple(items: readonly Json[]): readonly Json[] {
  if (items.some(isStructure)) throw new PathNotFound("Could not determine value type", "failed");
  return items;
}

function includes(items: readonly Json[], value: FilterValue): boolean {
  return items.some((item) => equal(value, item));
}

/** @throws PathNotFound `invalid` for what is neither list nor object */
function list(value: FilterValue): readonly Json[] | undefined {
  if (isList(value)) return simple(value);
  return isStructure(value) ? undefined : unsuited();
}

function isIn(left: FilterValue, right: FilterValue): boolean {
  const items = list(right);
  return items !== undefined && includes(items, left);
}

function contains(left: FilterValue, right: FilterValue): boolean {
  if (typeof left === "string") return typeof right === "string" && left.includes(right);
  return isList(left) && includes(simple(left), right);
}

function compareLists(
  left: FilterValue,
  right: FilterValue,
  compare: (items: readonly Json[], others: readonly Json[]) => boolean,
): boolean {
  const others = list(right);
  if (others === undefined) return false;
  const items = list(left);
  return items !== undefined && compare(items, others);
}

function hasSize(left: FilterValue, right: FilterValue): boolean {
  if (typeof right !== "number") return false;
  return (isList(left) || typeof left === "string") && left.length === Math.trunc(right);
}

function isEmpty(left: FilterValue, right: FilterValue): boolean {
  if (typeof left !== "string" && !isStructure(left)) return false;
  if (typeof right !== "boolean") return unsuited();
  if (!isList(left) && typeof left !== "string")
    throw new PathNotFound("The operator EMPTY cannot be applied to an object", "failed");
  return (left.length === 0) === right;
}
