/**
 * Java's regular expressions into a tree. Left out is what cannot be decided in time linear in the text:
 * references back, looking ahead and behind, groups and repetitions that give nothing back; and the flags `x` and `U`.
 * https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/regex/Pattern.html
 */
import { SourceReader } from "../../source-reader.ts";
import {
  anyOf,
  ignoringCase,
  intersection,
  lineEnd,
  not,
  property,
  range,
  shorthands,
  union,
} from "./character-set.ts";
import type { CharacterSet } from "./character-set.ts";

export type PatternNode =
  | { readonly kind: "set"; readonly set: CharacterSet }
  | { readonly kind: "sequence"; readonly nodes: readonly PatternNode[] }
  | { readonly kind: "choice"; readonly nodes: readonly PatternNode[] }
  | { readonly kind: "repeat"; readonly node: PatternNode; readonly least: number; readonly most: number }
  | { readonly kind: "edge"; readonly edge: Edge };

/** A place between characters. `line…` are those of `(?m)`. */
export type Edge = "end" | "final" | "lineEnd" | "lineStart" | "noWord" | "start" | "word";

export class PatternProblem extends Error {}

interface Flags {
  readonly caseless: boolean;
  readonly dotAll: boolean;
  readonly multiline: boolean;
  readonly unicodeCase: boolean;
  readonly unixLines: boolean;
}

const flagLetters: Readonly<Record<string, keyof Flags>> = {
  d: "unixLines",
  i: "caseless",
  m: "multiline",
  s: "dotAll",
  u: "unicodeCase",
};

const controls: ReadonlyMap<string, number> = new Map([
  ["a", 7],
  ["e", 0x1b],
  ["f", 0xc],
  ["n", 0xa],
  ["r", 0xd],
  ["t", 9],
]);

const nestingMax = 32;
const repetitionsMax = 1_000;

/** @throws PatternProblem */
export function parsePattern(source: string, flags: string): PatternNode {
  const none: Flags = {
    caseless: false,
    dotAll: false,
    multiline: false,
    unicodeCase: false,
    unixLines: false,
  };
  return new PatternParser(source).whole(withFlags(none, flags, true));
}

function withFlags(flags: Flags, letters: string, on: boolean): Flags {
  const changed: Record<keyof Flags, boolean> = { ...flags };
  for (const letter of letters) {
    const name = flagLetters[letter];
    if (name === undefined) throw new PatternProblem(`the flag ${letter} of a regular expression is not supported`);
    changed[name] = on;
  }
  return changed;
}

class PatternParser extends SourceReader {
  readonly #names = new Set<string>();

  whole(flags: Flags): PatternNode {
    const node = this.#choice(flags, 0);
    return this.isAtEnd ? node : this.#fail("a parenthesis is not open");
  }

  #fail(reason: string): never {
    throw new PatternProblem(`regular expression: ${reason} at ${this.at}`);
  }

  #next(): string {
    const codePoint = this.source.codePointAt(this.at);
    if (codePoint === undefined) return this.#fail("the end is unexpected");
    const character = String.fromCodePoint(codePoint);
    this.at += character.length;
    return character;
  }

  #choice(flags: Flags, depth: number): PatternNode {
    if (depth > nestingMax) this.#fail("groups are nested too deeply");
    const nodes: PatternNode[] = [];
    let current = flags;
    do {
      const [node, changed] = this.#sequence(current, depth);
      // `(?i)` holds to the end of its group, over alternatives.
      current = changed;
      nodes.push(node);
    } while (this.take("|"));
    return { kind: "choice", nodes };
  }

  #sequence(flags: Flags, depth: number): [PatternNode, Flags] {
    const nodes: PatternNode[] = [];
    let current = flags;
    for (;;) {
      if (this.isAtEnd || /[|)]/.test(this.source[this.at] ?? "")) break;
      const inline = this.match(/\(\?([a-zA-Z]*)(?:-([a-zA-Z]+))?\)/y);
      if (inline) current = withFlags(withFlags(current, inline[1] ?? "", true), inline[2] ?? "", false);
      else if (this.take("\\Q")) nodes.push(...this.#literal(current));
      else nodes.push(this.#repeated(this.#atom(current, depth)));
    }
    return [{ kind: "sequence", nodes }, current];
  }

  #literal(flags: Flags): PatternNode[] {
    const end = this.source.indexOf("\\E", this.at);
    const text = this.source.slice(this.at, end < 0 ? undefined : end);
    this.at = end < 0 ? this.source.length : end + 2;
    return [...text].map((character) => ({ kind: "set", set: cased(anyOf(character), flags) }));
  }

  #repeated(atom: PatternNode): PatternNode {
    let node = atom;
    for (;;) {
      const found = this.match(/[*+?]|\{(\d+)(?:(,)(\d*))?\}/y);
      if (found === undefined) return node;
      const [text, first, comma, second] = found;
      const least = text === "*" || text === "?" ? 0 : Number(first ?? 1);
      const most = text === "?" ? 1 : first === undefined || (comma && !second) ? Infinity : Number(second ?? first);
      if (most < least) this.#fail("a repetition ends before it begins");
      if (least > repetitionsMax || (most !== Infinity && most > repetitionsMax))
        this.#fail(`more than ${repetitionsMax} repetitions are not supported`);
      if (this.take("+")) this.#fail("a possessive repetition is not supported");
      // Whether it is lazy makes no difference to whether the whole matches.
      this.take("?");
      node = { kind: "repeat", node, least, most };
    }
  }

  #atom(flags: Flags, depth: number): PatternNode {
    const character = this.#next();
    switch (character) {
      case "(":
        return this.#group(flags, depth);
      case "[":
        return { kind: "set", set: this.#classOf(flags, 0) };
      case ".":
        if (flags.dotAll) return { kind: "set", set: () => true };
        return { kind: "set", set: not(flags.unixLines ? anyOf("\n") : lineEnd) };
      case "^":
        return { kind: "edge", edge: flags.multiline ? "lineStart" : "start" };
      case "$":
        return { kind: "edge", edge: flags.multiline ? "lineEnd" : "final" };
      case "\\":
        return this.#escape(flags);
      case "*":
      case "+":
      case "?":
      case "{":
        return this.#fail("there is nothing to repeat");
      default:
        return { kind: "set", set: cased(anyOf(character), flags) };
    }
  }

  #group(flags: Flags, depth: number): PatternNode {
    let inner = flags;
    if (this.take("?")) {
      const found = this.match(/<[a-zA-Z][a-zA-Z0-9]*>|([a-zA-Z]*)(?:-([a-zA-Z]+))?:/y);
      if (found === undefined) return this.#fail("looking ahead or behind and atomic groups are not supported");
      if (this.#names.has(found[0])) this.#fail("a group's name is taken");
      if (found[0].startsWith("<")) this.#names.add(found[0]);
      inner = withFlags(withFlags(flags, found[1] ?? "", true), found[2] ?? "", false);
    }
    const node = this.#choice(inner, depth + 1);
    return this.take(")") ? node : this.#fail("a parenthesis is not closed");
  }

  #escape(flags: Flags): PatternNode {
    const edge = this.match(/[AbBzZ]/y)?.[0];
    switch (edge) {
      case "A":
        return { kind: "edge", edge: "start" };
      case "b":
        return { kind: "edge", edge: "word" };
      case "B":
        return { kind: "edge", edge: "noWord" };
      case "z":
        return { kind: "edge", edge: "end" };
      case "Z":
        return { kind: "edge", edge: "final" };
      default:
        return { kind: "set", set: this.#escapedSet(flags) };
    }
  }

  /** What stands after a backslash, inside a class or outside. */
  #escapedSet(flags: Flags): CharacterSet {
    const code = this.match(/0([0-3]?[0-7]{1,2})|x([0-9a-fA-F]{2})|x\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|c(.)/sy);
    if (code) {
      const [, octal, short, long, unicode, control] = code;
      if (control !== undefined) return range(control.charCodeAt(0) ^ 64, control.charCodeAt(0) ^ 64);
      const value =
        octal === undefined ? Number.parseInt(short ?? long ?? unicode ?? "", 16) : Number.parseInt(octal, 8);
      if (value > 0x10_ffff) this.#fail("there is no such character");
      return cased(range(value, value), flags);
    }
    const named = this.match(/([pP])(?:\{([^}]*)\}|(.))/sy);
    if (named) {
      const set = property(named[2] ?? named[3] ?? "") ?? this.#fail(`the property ${named[2] ?? ""} is not supported`);
      return named[1] === "P" ? not(cased(set, flags)) : cased(set, flags);
    }
    const character = this.#next();
    const control = controls.get(character);
    if (control !== undefined) return range(control, control);
    const set = shorthands.get(character.toLowerCase());
    if (set !== undefined) return character === character.toLowerCase() ? set : not(set);
    if (/[a-zA-Z1-9]/.test(character)) this.#fail(`\\${character} is not supported`);
    return anyOf(character);
  }

  /** After the opening bracket, to the closing one. */
  #classOf(flags: Flags, depth: number): CharacterSet {
    if (depth > nestingMax) this.#fail("classes are nested too deeply");
    const isNegated = this.take("^");
    const parts: CharacterSet[][] = [[]];
    for (let isFirst = true; ; isFirst = false) {
      const members = parts.at(-1) ?? [];
      // A bracket that comes first stands for itself.
      if (!isFirst && this.take("]")) break;
      if (this.take("&&")) {
        if (members.length === 0) this.#fail("a class is missing before &&");
        parts.push([]);
      } else if (this.take("[")) members.push(this.#classOf(flags, depth + 1));
      else members.push(this.#classMember(flags));
    }
    if (parts.at(-1)?.length === 0) this.#fail("a class is missing after &&");
    const all = intersection(parts.map(union));
    return isNegated ? not(all) : all;
  }

  #classMember(flags: Flags): CharacterSet {
    const [set, first] = this.#classCharacter(flags);
    if (first === undefined || !/-[^\][]/.test(this.source.slice(this.at, this.at + 2))) return set;
    this.at += 1;
    const [, last] = this.#classCharacter(flags);
    if (last === undefined || last < first) return this.#fail("a range of characters is wrong");
    return cased(range(first, last), flags);
  }

  /** The set, and the one code point in it if it is one that can begin or end a range. */
  #classCharacter(flags: Flags): [CharacterSet, number | undefined] {
    if (!this.take("\\")) {
      const character = this.#next();
      return [cased(anyOf(character), flags), character.codePointAt(0)];
    }
    const start = this.at;
    const set = this.#escapedSet(flags);
    return [set, codePointOf(this.source.slice(start, this.at))];
  }
}

/** What the text after a backslash stands for, when that is a single character. */
function codePointOf(escaped: string): number | undefined {
  const code = /^(?:0([0-7]+)|x\{?([0-9a-fA-F]+)\}?|u([0-9a-fA-F]{4}))$/.exec(escaped);
  if (code?.[1] !== undefined) return Number.parseInt(code[1], 8);
  if (code !== null) return Number.parseInt(code[2] ?? code[3] ?? "", 16);
  if (/^c./s.test(escaped)) return escaped.charCodeAt(1) ^ 64;
  if (/^[pP]/.test(escaped) || shorthands.has(escaped.toLowerCase())) return undefined;
  return controls.get(escaped) ?? escaped.codePointAt(0);
}

function cased(set: CharacterSet, flags: Flags): CharacterSet {
  return flags.caseless ? ignoringCase(set, flags.unicodeCase) : set;
}
