/**
 * The text of a JSONPath into a route.
 *
 * Accepts what Jayway JsonPath accepts, but for texts that it reads otherwise than they are written by an oversight of
 * its parser; the README lists them. A name after a dot may hold any character but a blank, `.`, `[` and `(`, and does not
 * begin with `*`. Blanks are spaces; they may stand within brackets and at the end.
 */
import type { Json } from "../json/value.ts";
import { PathSyntaxError } from "./errors.ts";
import { parseFilter } from "./filter.ts";
import { functionParameters } from "./functions.ts";
import { limits } from "./limits.ts";
import { TextReader } from "./reader.ts";
import { route } from "./segments.ts";
import type { Parameter, Quote, Route, Segment } from "./segments.ts";
import { follow } from "./walk.ts";

export interface ParsedPath {
  /** `$`, `$$`, or `$name`. */
  readonly root: string;
  readonly route: Route;
}

/** @throws PathSyntaxError */
export function parsePath(text: string): ParsedPath {
  if (text.length > limits.pathCharactersMax)
    throw new PathSyntaxError(`Path is longer than ${limits.pathCharactersMax} characters`);
  const reader = new TextReader(text);
  const root = reader.match(/\$(\$|[\p{ID_Start}_][\p{ID_Continue}]*)?/uy);
  if (root === undefined) return reader.fail("a path starts with '$'");
  return { root, route: wholeRoute(reader, root === "$$" ? "$" : root, 0) };
}

/** A path inside another: in a filter or as a function's parameter. It starts at `@` or at `$`, the input. */
function innerRoute(text: string, depth: number): Route {
  const reader = new TextReader(text);
  if (depth > limits.filterDepthMax) reader.fail("filters are nested too deeply");
  const root = reader.match(/[@$]/y) ?? reader.fail("a path starts with '$' or '@'");
  return wholeRoute(reader, root, depth);
}

function wholeRoute(reader: TextReader, root: string, depth: number): Route {
  const segments: Segment[] = [];
  while (!reader.done) {
    if (reader.match(/ +$/y) !== undefined) break;
    if (segments.at(-1)?.kind === "call") reader.fail("nothing may follow a function");
    if (reader.take("..")) segments.push({ kind: "deep" });
    else if (reader.peek() !== "[") reader.expect(".");
    segments.push(reader.peek() === "[" ? bracket(reader, depth) : named(reader, depth));
  }
  return scanned(reader, root, segments) ?? route(root, segments);
}

/** `$..x.f()` turned round: the function is given the list of all that `$..x` names, not each of them by itself. */
function scanned(reader: TextReader, root: string, segments: readonly Segment[]): Route | undefined {
  const last = segments.at(-1);
  if (segments[0]?.kind !== "deep" || last?.kind !== "call") return undefined;
  if (segments.length === 2) reader.fail("a name is missing before the function");
  if (last.parameters.length > 0) reader.fail(`the function ${last.name} takes no parameter after '..'`);
  // The length is that of what is inside the values found.
  const wildcard: readonly Segment[] = last.name === "length" || last.name === "size" ? [{ kind: "wildcard" }] : [];
  const inner = route(root, [...segments.slice(0, -1), ...wildcard]);
  const all: Parameter = (walk, strict) => follow(inner, walk.root, walk, strict);
  return route(root, [{ kind: "call", name: last.name, parameters: [all] }], true);
}

function named(reader: TextReader, depth: number): Segment {
  if (reader.take("*")) return { kind: "wildcard" };
  const name = reader.match(/[^ .[(]+/y) ?? reader.fail("a member name is missing");
  return reader.peek() === "(" ? call(reader, name, depth) : { kind: "member", name, quote: "'" };
}

function call(reader: TextReader, name: string, depth: number): Segment {
  const allowed = functionParameters.get(name) ?? reader.fail(`unknown function ${name}`);
  const parameters: Parameter[] = [];
  reader.expect("(");
  for (reader.skipSpaces(); !reader.take(")"); reader.skipSpaces()) {
    if (parameters.length > 0) reader.expect(",");
    parameters.push(parameter(reader, depth));
  }
  if (parameters.length < allowed.least || parameters.length > allowed.most)
    reader.fail(`the function ${name} is given ${parameters.length} parameters`);
  return { kind: "call", name, parameters };
}

/** A number, a text in double quotes, an object, or a path; both kinds of path start at the input. */
function parameter(reader: TextReader, depth: number): Parameter {
  reader.skipSpaces();
  if (reader.peek() === "$" || reader.peek() === "@") {
    const inner = innerRoute(pathParameter(reader), depth + 1);
    return (walk, strict) => follow(inner, walk.root, walk, strict);
  }
  const end =
    reader.peek() === "{" ? reader.closing("{", "}") : reader.ahead(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE]-?\d+)?/y);
  try {
    const value = JSON.parse(reader.text.slice(reader.position, end)) as Json;
    reader.position = end;
    return () => value;
  } catch (error) {
    if (error instanceof SyntaxError)
      reader.fail("a parameter is a number, a text in double quotes, an object or a path");
    throw error;
  }
}

/** The text up to the comma or the parenthesis that ends the parameter. */
function pathParameter(reader: TextReader): string {
  const start = reader.position;
  while (!reader.done && reader.peek() !== "," && reader.peek() !== ")") {
    if (reader.peek() === "[") reader.position = reader.closing("[", "]");
    else if (reader.peek() === "(") reader.position = reader.closing("(", ")");
    else reader.position += 1;
  }
  return reader.text.slice(start, reader.position);
}

function bracket(reader: TextReader, depth: number): Segment {
  reader.expect("[");
  reader.skipSpaces();
  if (reader.take("*")) return closed(reader, { kind: "wildcard" });
  if (reader.take("?")) {
    reader.skipSpaces();
    reader.expect("(");
    const test = parseFilter(reader, (text) => innerRoute(text, depth + 1));
    reader.skipSpaces();
    reader.expect(")");
    return closed(reader, { kind: "filter", test });
  }
  const quote = reader.peek();
  if (quote === "'" || quote === '"') return closed(reader, names(reader, quote));
  return numbers(reader);
}

function closed(reader: TextReader, segment: Segment): Segment {
  reader.skipSpaces();
  reader.expect("]");
  return segment;
}

/** All names of a bracket stand in the quotes of the first. */
function names(reader: TextReader, quote: Quote): Segment {
  const found: string[] = [];
  do {
    reader.skipSpaces();
    found.push(
      (reader.peek() === quote ? reader.quotedText() : undefined) ?? reader.fail(`a name in ${quote} is missing`),
    );
    reader.skipSpaces();
  } while (reader.take(","));
  const [only = ""] = found;
  return found.length === 1 ? { kind: "member", name: only, quote } : { kind: "members", names: found, quote };
}

function numbers(reader: TextReader): Segment {
  const text = (reader.match(/[-0-9:, ]+(?=\])/y) ?? reader.fail("an index, a name or a filter is missing")).trim();
  reader.expect("]");
  if (text.includes(":")) return slice(reader, text);
  const indexes = text.split(/ *, */).map((each) => whole(reader, each));
  const [only = 0] = indexes;
  return indexes.length === 1 ? { kind: "index", index: only } : { kind: "indexes", indexes };
}

/** A third number, elsewhere the step, is passed over. */
function slice(reader: TextReader, text: string): Segment {
  if (/[ ,]/.test(text)) reader.fail("a slice holds two numbers");
  const [from, to] = text.split(":").map((each) => (each === "" ? undefined : each));
  if (from === undefined && to === undefined) reader.fail("a slice holds two numbers");
  return {
    kind: "slice",
    from: from === undefined ? undefined : whole(reader, from),
    to: to === undefined ? undefined : whole(reader, to),
  };
}

/** A whole number of 32 bits, as Java reads it. */
function whole(reader: TextReader, text: string): number {
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= -2_147_483_648 && value <= 2_147_483_647 ? value : reader.fail(`'${text}' is not an index`);
}
