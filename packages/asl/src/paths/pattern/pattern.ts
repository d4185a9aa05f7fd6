/**
 * Regular expressions that never backtrack: a pattern becomes a small program, and a text is run through all of the
 * program's states at once (Thompson's construction). The time is at most the length of the text times that of the program,
 * whatever the pattern; an engine that backtracks could be kept busy for years by `(a+)+` and forty letters.
 */
import { limits } from "../limits.ts";
import { lineEnd } from "./character-set.ts";
import type { CharacterSet } from "./character-set.ts";
import { parsePattern, PatternProblem } from "./parse-pattern.ts";
import type { Edge, PatternNode } from "./parse-pattern.ts";

type Instruction =
  | { readonly kind: "set"; readonly set: CharacterSet }
  | { readonly kind: "edge"; readonly edge: Edge }
  /** Go on at every one of these places. */
  | { readonly kind: "fork"; readonly targets: readonly number[] };

/** A compiled pattern, or why it is not one. */
export function compilePattern(source: string, flags: string): Pattern | string {
  try {
    const program: Instruction[] = [];
    emit(parsePattern(source, flags), program);
    return new Pattern(program);
  } catch (error) {
    if (error instanceof PatternProblem) return error.message;
    throw error;
  }
}

/** Depth is bounded by the parser's. */
function emit(node: PatternNode, program: Instruction[]): void {
  if (program.length > limits.patternInstructionsMax) throw new PatternProblem("regular expression: it is too large");
  switch (node.kind) {
    case "set":
    case "edge":
      program.push(node);
      return;
    case "sequence":
      for (const part of node.nodes) emit(part, program);
      return;
    case "choice":
      emitChoice(node.nodes, program);
      return;
    case "repeat":
      emitRepeat(node, program);
  }
}

function emitChoice(nodes: readonly PatternNode[], program: Instruction[]): void {
  const fork = program.push({ kind: "fork", targets: [] }) - 1;
  const starts: number[] = [];
  const ends: number[] = [];
  for (const node of nodes) {
    starts.push(program.length);
    emit(node, program);
    ends.push(program.push({ kind: "fork", targets: [] }) - 1);
  }
  program[fork] = { kind: "fork", targets: starts };
  for (const end of ends) program[end] = { kind: "fork", targets: [program.length] };
}

function emitRepeat({ node, least, most }: Extract<PatternNode, { kind: "repeat" }>, program: Instruction[]): void {
  for (let count = 0; count < least; count += 1) emit(node, program);
  if (most === Infinity) {
    const fork = program.push({ kind: "fork", targets: [] }) - 1;
    emit(node, program);
    program.push({ kind: "fork", targets: [fork] });
    program[fork] = { kind: "fork", targets: [fork + 1, program.length] };
    return;
  }
  const skips: number[] = [];
  for (let count = least; count < most; count += 1) {
    skips.push(program.push({ kind: "fork", targets: [] }) - 1);
    emit(node, program);
  }
  for (const skip of skips) program[skip] = { kind: "fork", targets: [skip + 1, program.length] };
}

export class Pattern {
  readonly #program: readonly Instruction[];

  constructor(program: readonly Instruction[]) {
    this.#program = program;
  }

  /** A bound on the work that matching a text takes, in steps of a path's walk. */
  steps(text: string): number {
    return Math.ceil(((text.length + 1) * (this.#program.length + 1)) / 16);
  }

  /** Whether the whole text matches. */
  matches(text: string): boolean {
    const program = this.#program;
    let states = this.#reach([0], text, 0);
    for (let at = 0; at < text.length && states.length > 0;) {
      const codePoint = text.codePointAt(at) ?? 0;
      at += codePoint > 0xffff ? 2 : 1;
      const next: number[] = [];
      for (const state of states) {
        const instruction = program[state];
        if (instruction?.kind === "set" && instruction.set(codePoint)) next.push(state + 1);
      }
      states = this.#reach(next, text, at);
    }
    return states.includes(program.length);
  }

  /** All states that can be reached without a further character, each once. */
  #reach(from: readonly number[], text: string, at: number): readonly number[] {
    const pending = [...from];
    const seen = new Uint8Array(this.#program.length + 1);
    const reached: number[] = [];
    for (let state = pending.pop(); state !== undefined; state = pending.pop()) {
      if (seen[state] === 1) continue;
      seen[state] = 1;
      const instruction = this.#program[state];
      if (instruction?.kind === "fork") pending.push(...instruction.targets);
      else if (instruction?.kind !== "edge") reached.push(state);
      else if (isAt(instruction.edge, text, at)) pending.push(state + 1);
    }
    return reached;
  }
}

function isAt(edge: Edge, text: string, at: number): boolean {
  switch (edge) {
    case "start":
      return at === 0;
    case "end":
      return at === text.length;
    case "final":
      return (
        at === text.length ||
        (isLineEnd(text, at) && /^(?:\r\n|.)$/s.test(text.slice(at, at + 3)) && !isWithinLineEnd(text, at))
      );
    case "lineStart":
      // Never at the end, not even of an empty text.
      return at < text.length && (at === 0 || (isLineEnd(text, at - 1) && !isWithinLineEnd(text, at)));
    case "lineEnd":
      return at === text.length || (isLineEnd(text, at) && !isWithinLineEnd(text, at));
    case "word":
      return isWord(text, at - 1) !== isWord(text, at);
    case "noWord":
      return isWord(text, at - 1) === isWord(text, at);
  }
}

function isLineEnd(text: string, at: number): boolean {
  return at >= 0 && at < text.length && lineEnd(text.charCodeAt(at));
}

function isWithinLineEnd(text: string, at: number): boolean {
  return text.slice(at - 1, at + 1) === "\r\n";
}

/** Letters of any alphabet: `\b` knows more of them than `\w`, up to Java 18. */
function isWord(text: string, at: number): boolean {
  return at >= 0 && at < text.length && /[\p{L}\p{Nd}_]/u.test(text[at] ?? "");
}
