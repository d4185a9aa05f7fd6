/**
 * Regular expressions as JavaScript has them, in time that is bounded by the length of the text times that of the pattern.
 *
 * A pattern becomes a small program. It is run by trying, first choice first, as a backtracking engine does, which
 * is what decides the groups; but each fork is tried at each place of the text only once, since what has failed there
 * fails again. Exponential search, as in `(a+)+$`, cannot happen.
 */
import { Fault } from "../errors.ts";
import { limits } from "../limits.ts";
import { isLineEnd, isWord } from "./character-sets.ts";
import { compileProgram } from "./compile-regex.ts";
import type { Instruction, Program } from "./compile-regex.ts";
import { parseRegex } from "./parse-regex.ts";
import type { Edge } from "./parse-regex.ts";

export interface RegexMatch {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (string | undefined)[];
}

/** Told about work done, in steps of an evaluation; it may throw to end the search. */
export type Meter = (steps: number) => void;

/** @throws Fault U1006 for a pattern that is none, or is not supported */
export function compileRegex(source: string, flags: string): Regex {
  return new Regex(compileProgram(parseRegex(source, flags)));
}

export class Regex {
  readonly #program: Program;

  constructor(program: Program) {
    this.#program = program;
  }

  /** The first match. */
  search(text: string): RegexMatch | undefined {
    return this.matcher(text, () => undefined).next(0);
  }

  /** For one match after the other in a text. */
  matcher(text: string, meter: Meter): Matcher {
    return new Matcher(this.#program, text, meter);
  }
}

/** Instructions for one step of an evaluation's budget. */
const instructionsPerStep = 8;
const instructionsBetweenReports = 1_024;

export class Matcher {
  readonly #program: Program;
  readonly #text: string;
  readonly #meter: Meter;
  /** The forks that have been tried, by place and number. */
  readonly #tried: Uint32Array;
  #captures: number[] = [];
  #instructions = 0;

  constructor(program: Program, text: string, meter: Meter) {
    const bits = (text.length + 1) * program.forkCount;
    if (bits > limits.patternMemoryBitsMax) throw new Fault("U1003");
    this.#program = program;
    this.#text = text;
    this.#meter = meter;
    this.#tried = new Uint32Array(Math.ceil(bits / 32));
  }

  /** The first match that begins at `from` or later, which must not be before the end of the one before. */
  next(from: number): RegexMatch | undefined {
    const { groupCount } = this.#program;
    const [, first] = this.#program.instructions;
    this.#forgetTried(from);
    for (let start = from; start <= this.#text.length; start += 1) {
      if (first?.kind === "code") {
        start = this.#text.indexOf(String.fromCharCode(first.code), start);
        if (start < 0) return undefined;
      }
      this.#captures = Array.from({ length: (groupCount + 1) * 2 }, () => -1);
      if (!this.#run(0, start, undefined)) continue;
      const groups = Array.from({ length: groupCount }, (_, index) => this.#group(index + 1));
      return { start: this.#captures[0] ?? 0, end: this.#captures[1] ?? 0, groups };
    }
    return undefined;
  }

  #group(index: number): string | undefined {
    const start = this.#captures[index * 2] ?? -1;
    const end = this.#captures[index * 2 + 1] ?? -1;
    return start < 0 || end < 0 ? undefined : this.#text.slice(start, end);
  }

  /** The forks that led to the last match, at its end, have not failed. */
  #forgetTried(at: number): void {
    for (let number = 0; number < this.#program.forkCount; number += 1) this.#setTried(at, number, false);
  }

  #setTried(at: number, number: number, value: boolean): boolean {
    const bit = at * this.#program.forkCount + number;
    const word = this.#tried[bit >>> 5] ?? 0;
    const mask = 1 << (bit & 31);
    const before = (word & mask) !== 0;
    if (before !== value) this.#tried[bit >>> 5] = value ? word | mask : word & ~mask;
    return before;
  }

  /**
   * Whether the program leads from `pc` to `done`, beginning at `start`.
   * @param noted takes the forks that were tried, for a caller that has to forget them
   */
  #run(pc: number, start: number, noted: number[] | undefined): boolean {
    // What is left to try: a place in the program and one in the text; or a capture to put back, its slot negative.
    const pending: number[] = [pc, start];
    for (;;) {
      const at = pending.pop();
      const where = pending.pop();
      if (at === undefined || where === undefined) return false;
      if (where < 0) this.#captures[-where - 1] = at;
      else if (this.#follow(where, at, pending, noted)) return true;
    }
  }

  /** Follows one way until it fails or is done. */
  #follow(from: number, start: number, pending: number[], noted: number[] | undefined): boolean {
    const { instructions } = this.#program;
    let at = start;
    let pc = from;
    for (;;) {
      this.#count();
      const instruction = instructions[pc];
      switch (instruction?.kind) {
        case "code":
          if (this.#text.charCodeAt(at) !== instruction.code) return false;
          at += 1;
          pc += 1;
          break;
        case "set":
          if (at >= this.#text.length || !instruction.set(this.#text.charCodeAt(at))) return false;
          at += 1;
          pc += 1;
          break;
        case "jump":
          pc = instruction.target;
          break;
        case "fork":
          if (this.#setTried(at, instruction.number, true)) return false;
          noted?.push(at, instruction.number);
          pending.push(instruction.second, at);
          pc = instruction.first;
          break;
        case "edge":
          if (!isAt(instruction.edge, this.#text, at)) return false;
          pc += 1;
          break;
        case "save":
          this.#save(instruction.slot, at, pending);
          pc += 1;
          break;
        case "forget":
          for (let slot = instruction.first * 2; slot <= instruction.last * 2 + 1; slot += 1)
            this.#save(slot, -1, pending);
          pc += 1;
          break;
        case "look":
          if (!this.#look(instruction, pc + 1, at, pending)) return false;
          pc = instruction.next;
          break;
        case "done":
        case undefined:
          return true;
      }
    }
  }

  #save(slot: number, at: number, pending: number[]): void {
    pending.push(-slot - 1, this.#captures[slot] ?? -1);
    this.#captures[slot] = at;
  }

  #look({ negative }: Extract<Instruction, { kind: "look" }>, pc: number, at: number, pending: number[]): boolean {
    const before = [...this.#captures];
    const noted: number[] = [];
    const found = this.#run(pc, at, noted);
    // What was tried on the way to a success has not failed: it may be needed again.
    if (found)
      for (let index = 0; index < noted.length; index += 2)
        this.#setTried(noted[index] ?? 0, noted[index + 1] ?? 0, false);
    if (found && !negative) {
      for (const [slot, old] of before.entries()) if (this.#captures[slot] !== old) pending.push(-slot - 1, old);
      return true;
    }
    this.#captures = before;
    return !found && negative;
  }

  #count(): void {
    this.#instructions += 1;
    if (this.#instructions % instructionsBetweenReports === 0)
      this.#meter(instructionsBetweenReports / instructionsPerStep);
  }
}

function isAt(edge: Edge, text: string, at: number): boolean {
  switch (edge) {
    case "start":
      return at === 0;
    case "end":
      return at === text.length;
    case "lineStart":
      return at === 0 || isLineEnd(text.charCodeAt(at - 1));
    case "lineEnd":
      return at === text.length || isLineEnd(text.charCodeAt(at));
    case "word":
      return isWordAt(text, at - 1) !== isWordAt(text, at);
    case "noWord":
      return isWordAt(text, at - 1) === isWordAt(text, at);
  }
}

function isWordAt(text: string, at: number): boolean {
  return at >= 0 && at < text.length && isWord(text.charCodeAt(at));
}
