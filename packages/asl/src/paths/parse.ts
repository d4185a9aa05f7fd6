/** The text of a JSONPath into its steps. */
import { PathSyntaxError } from "./errors.ts";
import { parseFilter, parseOperand } from "./filter.ts";
import { functionNames } from "./functions.ts";
import { limits } from "./limits.ts";
import { TextReader } from "./reader.ts";
import type { FilterOperand, Segment } from "./segments.ts";

/** Paths hold filters, and filters hold paths: the cursor that a filter is given knows the way back. */
export class PathReader extends TextReader {
  /** Steps up to the first character that belongs to none. */
  segments(depth: number): Segment[] {
    return parseSegments(this, depth);
  }
}

export interface ParsedPath {
  /** `$`, `$$`, or `$name`. */
  readonly root: string;
  readonly segments: readonly Segment[];
}

/** @throws PathSyntaxError */
export function parsePath(text: string): ParsedPath {
  if (text.length > limits.pathCharactersMax)
    throw new PathSyntaxError(`Path is longer than ${limits.pathCharactersMax} characters`);
  const reader = new PathReader(text);
  const root = reader.match(/\$(\$|[\p{ID_Start}_][\p{ID_Continue}]*)?/uy);
  if (root === undefined) return reader.fail("a path starts with '$'");
  const segments = reader.segments(0);
  if (!reader.done) reader.fail(`unexpected '${reader.peek()}'`);
  return { root, segments };
}

function parseSegments(reader: PathReader, depth: number): Segment[] {
  const segments: Segment[] = [];
  for (;;) {
    if (reader.take("..")) {
      segments.push({ kind: "deep" });
      segments.push(reader.peek() === "[" ? bracket(reader, depth) : dotted(reader, depth));
    } else if (reader.take(".")) segments.push(dotted(reader, depth));
    else if (reader.peek() === "[") segments.push(bracket(reader, depth));
    else return segments;
    if (segments.at(-1)?.kind === "call") return segments;
  }
}

function dotted(reader: PathReader, depth: number): Segment {
  if (reader.take("*")) return { kind: "wildcard" };
  const name = reader.match(/[^\s.[\]()'"*?,@&|!=<>]+/y);
  if (name === undefined) reader.fail("a member name is missing");
  if (reader.peek() !== "(") return { kind: "member", name };
  if (!functionNames.has(name)) reader.fail(`unknown function ${name}`);
  return { kind: "call", name, parameters: parameters(reader, depth) };
}

function parameters(reader: PathReader, depth: number): FilterOperand[] {
  reader.expect("(");
  const found: FilterOperand[] = [];
  for (reader.skipBlanks(); !reader.take(")"); reader.skipBlanks()) {
    if (found.length > 0) reader.expect(",");
    reader.skipBlanks();
    found.push(parseOperand(reader, depth + 1));
  }
  return found;
}

function bracket(reader: PathReader, depth: number): Segment {
  reader.expect("[");
  reader.skipBlanks();
  if (reader.take("*")) return closed(reader, { kind: "wildcard" });
  if (reader.take("?")) {
    reader.skipBlanks();
    reader.expect("(");
    const test = parseFilter(reader, depth + 1);
    reader.skipBlanks();
    reader.expect(")");
    return closed(reader, { kind: "filter", test });
  }
  if (reader.peek() === "'" || reader.peek() === '"') return closed(reader, names(reader));
  return closed(reader, numbers(reader));
}

function closed(reader: TextReader, segment: Segment): Segment {
  reader.skipBlanks();
  reader.expect("]");
  return segment;
}

function names(reader: TextReader): Segment {
  const found: string[] = [];
  do {
    reader.skipBlanks();
    const name = reader.quoted();
    if (name === undefined) reader.fail("a quoted name is missing");
    found.push(name);
    reader.skipBlanks();
  } while (reader.take(","));
  const [only = ""] = found;
  return found.length === 1 ? { kind: "member", name: only } : { kind: "members", names: found };
}

function numbers(reader: TextReader): Segment {
  const first = integer(reader);
  reader.skipBlanks();
  if (reader.take(":")) {
    reader.skipBlanks();
    return { kind: "slice", from: first, to: integer(reader) };
  }
  if (first === undefined) reader.fail("an index is missing");
  const indexes = [first];
  while (reader.take(",")) {
    reader.skipBlanks();
    indexes.push(integer(reader) ?? reader.fail("an index is missing"));
    reader.skipBlanks();
  }
  return indexes.length === 1 ? { kind: "index", index: first } : { kind: "indexes", indexes };
}

function integer(reader: TextReader): number | undefined {
  const text = reader.match(/-?\d{1,15}/y);
  return text === undefined ? undefined : Number(text);
}
