/** Filters: `[?(@.price < 10 && @.tag in ['a', 'b'])]`. A path in a filter that names nothing is undefined; alone, it tests presence. */
import { isJsonArray, isJsonObject } from "../json/value.ts";
import type { Json } from "../json/value.ts";
import { deepEqual } from "../json/deep-equal.ts";
import { PathNotFound } from "./errors.ts";
import { evaluate } from "./evaluate.ts";
import { limits } from "./limits.ts";
import type { PathReader } from "./parse.ts";
import type { TextReader } from "./reader.ts";
import type { FilterOperand, FilterTest } from "./segments.ts";

type Comparison = (left: Json | undefined, right: Json | undefined) => boolean;

const operators: readonly (readonly [string, Comparison])[] = [
  ["==", (left, right) => left !== undefined && right !== undefined && deepEqual(left, right)],
  ["!=", (left, right) => left === undefined || right === undefined || !deepEqual(left, right)],
  ["<=", (left, right) => ordered(left, right, (order) => order <= 0)],
  [">=", (left, right) => ordered(left, right, (order) => order >= 0)],
  ["<", (left, right) => ordered(left, right, (order) => order < 0)],
  [">", (left, right) => ordered(left, right, (order) => order > 0)],
  ["in", (left, right) => left !== undefined && isJsonArray(right) && right.some((item) => deepEqual(item, left))],
  ["nin", (left, right) => left !== undefined && isJsonArray(right) && !right.some((item) => deepEqual(item, left))],
  [
    "subsetof",
    (left, right) =>
      isJsonArray(left) && isJsonArray(right) && left.every((item) => right.some((other) => deepEqual(item, other))),
  ],
  [
    "anyof",
    (left, right) =>
      isJsonArray(left) && isJsonArray(right) && left.some((item) => right.some((other) => deepEqual(item, other))),
  ],
  [
    "noneof",
    (left, right) =>
      isJsonArray(left) && isJsonArray(right) && !left.some((item) => right.some((other) => deepEqual(item, other))),
  ],
  ["contains", contains],
  ["size", (left, right) => (isJsonArray(left) || typeof left === "string") && left.length === right],
  ["empty", (left, right) => (isJsonArray(left) || typeof left === "string") && (left.length === 0) === right],
];

export function parseFilter(reader: PathReader, depth: number): FilterTest {
  if (depth > limits.filterDepthMax) reader.fail("filters are nested too deeply");
  let test = conjunction(reader, depth);
  for (reader.skipBlanks(); reader.take("||"); reader.skipBlanks()) {
    const left = test;
    const right = conjunction(reader, depth);
    test = (scope) => left(scope) || right(scope);
  }
  return test;
}

function conjunction(reader: PathReader, depth: number): FilterTest {
  let test = term(reader, depth);
  for (reader.skipBlanks(); reader.take("&&"); reader.skipBlanks()) {
    const left = test;
    const right = term(reader, depth);
    test = (scope) => left(scope) && right(scope);
  }
  return test;
}

function term(reader: PathReader, depth: number): FilterTest {
  if (depth > limits.filterDepthMax) reader.fail("filters are nested too deeply");
  reader.skipBlanks();
  if (reader.peek(2) !== "!=" && reader.take("!")) {
    const negated = term(reader, depth + 1);
    return (scope) => !negated(scope);
  }
  if (reader.take("(")) {
    const inner = parseFilter(reader, depth + 1);
    reader.skipBlanks();
    reader.expect(")");
    return inner;
  }
  const left = parseOperand(reader, depth);
  reader.skipBlanks();
  if (reader.take("=~")) return pattern(reader, left);
  for (const [token, compare] of operators) {
    if (!reader.take(token)) continue;
    reader.skipBlanks();
    const right = parseOperand(reader, depth);
    return (scope) => compare(left(scope), right(scope));
  }
  return (scope) => left(scope) !== undefined;
}

function pattern(reader: TextReader, left: FilterOperand): FilterTest {
  reader.skipBlanks();
  const text = reader.match(/\/(?:[^/\\]|\\.)*\/[imsu]*/y);
  if (text === undefined || text.length > limits.patternCharactersMax)
    reader.fail("a regular expression is missing or too long");
  const end = text.lastIndexOf("/");
  const regular = compileRegular(reader, text.slice(1, end), text.slice(end + 1));
  return (scope) => {
    const value = left(scope);
    return typeof value === "string" && value.length <= limits.subjectCharactersMax && regular.test(value);
  };
}

/** The whole text must match, as in Java's `matches`. Nested repetition, which can take exponential time, is refused. */
function compileRegular(reader: TextReader, source: string, flags: string): RegExp {
  if (/[+*}]\)?[^)]*\)[+*{]/.test(source)) reader.fail("nested repetition in a regular expression is not supported");
  try {
    return new RegExp(`^(?:${source})$`, flags);
  } catch {
    return reader.fail("not a regular expression");
  }
}

export function parseOperand(reader: PathReader, depth: number): FilterOperand {
  if (depth > limits.filterDepthMax) reader.fail("filters are nested too deeply");
  if (reader.peek() === "@" || reader.peek() === "$") return pathOperand(reader, depth);
  const value = literal(reader, depth);
  return () => value;
}

function pathOperand(reader: PathReader, depth: number): FilterOperand {
  const isCurrent = reader.take("@");
  if (!isCurrent) reader.expect("$");
  const segments = reader.segments(depth + 1);
  return ({ current, root }) => {
    try {
      return evaluate(isCurrent ? current : root, segments, "$");
    } catch (error) {
      if (error instanceof PathNotFound) return undefined;
      throw error;
    }
  };
}

function literal(reader: TextReader, depth: number): Json {
  if (depth > limits.filterDepthMax) reader.fail("filters are nested too deeply");
  const text = reader.quoted();
  if (text !== undefined) return text;
  const number = reader.match(/-?\d+(\.\d+)?([eE][+-]?\d+)?/y);
  if (number !== undefined) return Number(number);
  const word = reader.match(/(true|false|null)\b/y);
  if (word !== undefined) return word === "null" ? null : word === "true";
  if (!reader.take("[")) return reader.fail("a value is missing");
  const items: Json[] = [];
  for (reader.skipBlanks(); !reader.take("]"); reader.skipBlanks()) {
    if (items.length > 0) reader.expect(",");
    reader.skipBlanks();
    items.push(literal(reader, depth + 1));
  }
  return items;
}

function ordered(left: Json | undefined, right: Json | undefined, accept: (order: number) => boolean): boolean {
  if (typeof left === "number" && typeof right === "number") return accept(left - right);
  if (typeof left === "string" && typeof right === "string") return accept(left < right ? -1 : left > right ? 1 : 0);
  return false;
}

function contains(left: Json | undefined, right: Json | undefined): boolean {
  if (right === undefined) return false;
  if (typeof left === "string") return typeof right === "string" && left.includes(right);
  if (isJsonArray(left)) return left.some((item) => deepEqual(item, right));
  return isJsonObject(left) && typeof right === "string" && Object.hasOwn(left, right);
}
