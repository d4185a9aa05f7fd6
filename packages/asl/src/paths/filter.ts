/**
 * Filters: `[?(@.price < 10 && @.tag in ['a', 'b'])]`. An expression is a comparison, a path alone, which tests presence,
 * or both of these under `!`, `&&`, `||` and parentheses. The text of a path ends at a space, at `< > = ~ !`, or at a
 * parenthesis that does not close a function; an operator that is a word ends at a space.
 */
import { isJsonArray } from "../json/value.ts";
import type { Json } from "../json/value.ts";
import { PathNotFound } from "./errors.ts";
import { comparison } from "./filter-operators.ts";
import type { FilterValue } from "./filter-operators.ts";
import { javaText } from "./java-text.ts";
import { limits } from "./limits.ts";
import { compilePattern } from "./pattern/pattern.ts";
import type { TextReader } from "./reader.ts";
import type { FilterTest, Route, Walk } from "./segments.ts";
import { follow } from "./walk.ts";

interface Operand {
  read(current: Json, walk: Walk): FilterValue;
  /** For a path: whether it names something, or nothing where it stands after `!`. */
  readonly isPresent?: FilterTest;
}

/** Reads the text of a path inside the filter. */
type InnerPath = (text: string) => Route;

/** @throws PathSyntaxError */
export function parseFilter(reader: TextReader, inner: InnerPath, depth = 0): FilterTest {
  const tests = [conjunction(reader, inner, depth)];
  for (reader.skipSpaces(); reader.take("||"); reader.skipSpaces()) tests.push(conjunction(reader, inner, depth));
  const [only] = tests;
  return only !== undefined && tests.length === 1 ? only : (...scope) => tests.some((test) => test(...scope));
}

function conjunction(reader: TextReader, inner: InnerPath, depth: number): FilterTest {
  const tests = [term(reader, inner, depth)];
  for (reader.skipSpaces(); reader.take("&&"); reader.skipSpaces()) tests.push(term(reader, inner, depth));
  const [only] = tests;
  return only !== undefined && tests.length === 1 ? only : (...scope) => tests.every((test) => test(...scope));
}

function term(reader: TextReader, inner: InnerPath, depth: number): FilterTest {
  if (depth > limits.filterDepthMax) reader.fail("filters are nested too deeply");
  reader.skipSpaces();
  const start = reader.position;
  if (reader.take("!")) {
    reader.skipSpaces();
    if (reader.peek() !== "$" && reader.peek() !== "@") {
      const negated = term(reader, inner, depth + 1);
      return (...scope) => !negated(...scope);
    }
    reader.position = start;
  }
  if (reader.take("(")) {
    const grouped = parseFilter(reader, inner, depth + 1);
    reader.skipSpaces();
    reader.expect(")");
    return grouped;
  }
  return expression(reader, inner);
}

function expression(reader: TextReader, inner: InnerPath): FilterTest {
  const left = operand(reader, inner);
  reader.skipSpaces();
  const operator = reader.match(/[<>=~!]+|[A-Za-z]+(?= )/y);
  if (operator === undefined) return left.isPresent ?? reader.fail("a comparison is missing");
  const compare = comparison(operator) ?? reader.fail(`unknown operator ${operator}`);
  const right = operand(reader, inner);
  return (current, walk) => compare(left.read(current, walk), right.read(current, walk), walk);
}

function operand(reader: TextReader, inner: InnerPath): Operand {
  reader.skipSpaces();
  const isNegated = reader.take("!");
  if (isNegated) reader.skipSpaces();
  if (reader.peek() === "@" || reader.peek() === "$") return path(reader, inner, !isNegated);
  if (isNegated) reader.fail("unexpected '!'");
  if (reader.peek() === "/") return constant(pattern(reader));
  return constant(literal(reader, 0));
}

function constant(value: FilterValue): Operand {
  return { read: () => value };
}

function path(reader: TextReader, inner: InnerPath, shouldExist: boolean): Operand {
  const route = inner(pathText(reader));
  const isRooted = route.root === "$";
  return {
    read: isRooted ? (_, walk) => fromRoot(route, walk) : (current, walk) => readRoute(route, current, walk),
    // Where presence is tested, Jayway looks for `$` paths too at the element, not at the root.
    isPresent: (current, walk) => isFound(route, current, walk) === shouldExist,
  };
}

/**
 * Of two brackets in a row only the first is passed over whole, so a blank or an operator in the second ends the path.
 * Jayway takes `&` and `|` for letters of a name; that nobody can mean, so it is refused.
 */
function pathText(reader: TextReader): string {
  const start = reader.position;
  while (!reader.done) {
    if (reader.peek() === "[") reader.position = reader.closing("[", "]");
    const next = reader.peek();
    if (/^[<>=~! ]/.test(next)) break;
    if (next === ")" && !closesFunction(reader.text.slice(start, reader.position))) break;
    if (next === "&" || next === "|") reader.fail(`a blank is missing between a path and '${next}${next}'`);
    reader.position += next.length;
  }
  const text = reader.text.slice(start, reader.position);
  if (/['"]/.test(text.replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/gs, ""))) reader.fail("a quote is not closed");
  return text;
}

/** Whether a parenthesis after this text ends a call: only one without parameters can stand in a filter. */
function closesFunction(before: string): boolean {
  return before.trimEnd().endsWith("(") && before.includes(".");
}

/** The same at every element, so asked for once. That it names nothing is kept too. */
function fromRoot(route: Route, walk: Walk): FilterValue {
  const known = walk.known.get(route);
  if (known !== undefined) return known.value;
  const value = readRoute(route, walk.root, walk);
  walk.known.set(route, { value });
  return value;
}

/** Undefined when the path names nothing. */
function readRoute(route: Route, start: Json, walk: Walk): Json | undefined {
  try {
    const value = follow(route, start, walk);
    const last = route.segments.at(-1);
    // Jayway gives the names as a set, which its filters do not know.
    if (route.definite && last?.kind === "call" && last.name === "keys" && isJsonArray(value))
      throw new PathNotFound(
        `Could not convert class java.util.LinkedHashMap$LinkedKeySet:[${value.map(javaText).join(", ")}] to a ValueNode`,
        "failed",
      );
    return value;
  } catch (error) {
    if (error instanceof PathNotFound && error.failure === "not-found") return undefined;
    throw error;
  }
}

function isFound(route: Route, start: Json, walk: Walk): boolean {
  try {
    follow(route, start, walk, true);
    return true;
  } catch (error) {
    if (error instanceof PathNotFound && error.failure === "not-found") return false;
    throw error;
  }
}

function pattern(reader: TextReader): FilterValue {
  const text = reader.match(/\/(?:[^/\\]|\\.)*\/[dixmsuU]*/sy);
  if (text === undefined) return reader.fail("a regular expression is not closed");
  if (text.length > limits.patternCharactersMax) return reader.fail("a regular expression is too long");
  const end = text.lastIndexOf("/");
  const compiled = compilePattern(text.slice(1, end), text.slice(end + 1));
  return typeof compiled === "string" ? reader.fail(compiled) : compiled;
}

function literal(reader: TextReader, depth: number): Json {
  if (depth > limits.filterDepthMax) reader.fail("filters are nested too deeply");
  const text = reader.quotedText();
  if (text !== undefined) return text;
  const number = reader.match(/-?(?:\d+\.?\d*|\.\d+)(?:[eE]-?\d+)?/y);
  if (number !== undefined) return Number(number);
  const word = reader.match(/true|false|null/y);
  if (word !== undefined) return word === "null" ? null : word === "true";
  if (reader.take("[")) return items(reader, "]", () => literal(reader, depth + 1));
  if (reader.take("{")) return Object.fromEntries(items(reader, "}", () => literalMember(reader, depth + 1)));
  return reader.fail("a value is missing");
}

function literalMember(reader: TextReader, depth: number): [string, Json] {
  const name = reader.quotedText() ?? reader.match(/[A-Za-z_]\w*/y) ?? reader.fail("a member name is missing");
  reader.skipBlanks();
  reader.expect(":");
  reader.skipBlanks();
  return [name, literal(reader, depth)];
}

function items<Item>(reader: TextReader, end: string, read: () => Item): Item[] {
  const found: Item[] = [];
  for (reader.skipBlanks(); !reader.take(end); reader.skipBlanks()) {
    if (found.length > 0) reader.expect(",");
    reader.skipBlanks();
    found.push(read());
  }
  return found;
}
