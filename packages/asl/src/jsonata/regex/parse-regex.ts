/**
 * JavaScript's regular expressions, without the flag `u` and with what browsers allow beside the grammar (ECMA-262, annex B),
 * into a tree. Left out is what cannot be matched in bounded time or hardly occurs: references back and looking behind.
 */
import { SourceReader } from "../../source-reader.ts";
import { Fault } from "../errors.ts";
import { limits } from "../limits.ts";
import { canonical, ignoringCase, isDigit, isLineEnd, isSpace, isWord, not, range, union } from "./character-sets.ts";
import type { CharacterSet } from "./character-sets.ts";

export type RegexNode =
  | { readonly kind: "set"; readonly set: CharacterSet; readonly code?: number }
  | { readonly kind: "sequence" | "choice"; readonly nodes: readonly RegexNode[] }
  | {
      readonly kind: "repeat";
      readonly node: RegexNode;
      readonly least: number;
      readonly most: number;
      readonly greedy: boolean;
      readonly groups: readonly [number, number];
    }
  | { readonly kind: "group"; readonly node: RegexNode; readonly index: number }
  | { readonly kind: "edge"; readonly edge: Edge }
  | { readonly kind: "look"; readonly node: RegexNode; readonly negative: boolean };

export type Edge = "end" | "lineEnd" | "lineStart" | "noWord" | "start" | "word";

export interface ParsedRegex {
  readonly node: RegexNode;
  readonly groupCount: number;
}

const shorthands: Readonly<Record<string, CharacterSet>> = {
  d: isDigit,
  D: not(isDigit),
  s: isSpace,
  S: not(isSpace),
  w: isWord,
  W: not(isWord),
};

const controls: Readonly<Record<string, number>> = { f: 0x0c, n: 0x0a, r: 0x0d, t: 0x09, v: 0x0b };

/** @throws Fault U1006 */
export function parseRegex(source: string, flags: string): ParsedRegex {
  return new RegexParser(source, flags.includes("i"), flags.includes("m")).whole();
}

class RegexParser extends SourceReader {
  readonly #caseless: boolean;
  readonly #multiline: boolean;
  #groupCount = 0;

  constructor(source: string, caseless: boolean, multiline: boolean) {
    super(source);
    this.#caseless = caseless;
    this.#multiline = multiline;
  }

  whole(): ParsedRegex {
    const node = this.#choice(0);
    if (!this.isAtEnd) this.#fail("a parenthesis is not open");
    return { node, groupCount: this.#groupCount };
  }

  #fail(reason: string): never {
    throw new Fault("U1006", { message: `${reason}, at ${this.at} of /${this.source}/` });
  }

  #choice(depth: number): RegexNode {
    if (depth > limits.patternDepthMax) this.#fail("groups are nested too deeply");
    const nodes = [this.#sequence(depth)];
    while (this.take("|")) nodes.push(this.#sequence(depth));
    const [only] = nodes;
    return nodes.length === 1 && only !== undefined ? only : { kind: "choice", nodes };
  }

  #sequence(depth: number): RegexNode {
    const nodes: RegexNode[] = [];
    while (!this.isAtEnd && !"|)".includes(this.source.charAt(this.at))) {
      const before = this.#groupCount;
      const atom = this.#atom(depth);
      nodes.push(this.#repeated(atom, before));
    }
    return { kind: "sequence", nodes };
  }

  #repeated(node: RegexNode, groupsBefore: number): RegexNode {
    const found = this.match(/(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})(\??)/y);
    if (found === undefined) return node;
    if (node.kind === "edge") this.#fail("there is nothing to repeat");
    const [text, first, comma, second, lazy] = found;
    const sign = text.charAt(0);
    const least = first === undefined ? (sign === "+" ? 1 : 0) : Number(first);
    const most =
      first === undefined ? (sign === "?" ? 1 : Infinity) : comma && !second ? Infinity : Number(second ?? first);
    if (most < least) this.#fail("a repetition ends before it begins");
    if (least > limits.patternRepetitionsMax || (most !== Infinity && most > limits.patternRepetitionsMax))
      this.#fail(`more than ${limits.patternRepetitionsMax} counted repetitions are not supported`);
    return { kind: "repeat", node, least, most, greedy: lazy === "", groups: [groupsBefore, this.#groupCount] };
  }

  #atom(depth: number): RegexNode {
    const character = this.source.charAt(this.at);
    if (/[*+?]/.test(character) || /^\{\d+(?:,\d*)?\}/.test(this.source.slice(this.at, this.at + 32)))
      this.#fail("there is nothing to repeat");
    this.at += 1;
    switch (character) {
      case "(":
        return this.#group(depth);
      case "[":
        return this.#class();
      case ".":
        return { kind: "set", set: not(isLineEnd) };
      case "^":
        return { kind: "edge", edge: this.#multiline ? "lineStart" : "start" };
      case "$":
        return { kind: "edge", edge: this.#multiline ? "lineEnd" : "end" };
      case "\\":
        return this.#escape();
      default:
        return this.#literal(character.charCodeAt(0));
    }
  }

  #literal(code: number): RegexNode {
    if (!this.#caseless) return { kind: "set", set: (other) => other === code, code };
    const upper = canonical(code);
    return { kind: "set", set: (other) => other === code || canonical(other) === upper };
  }

  #group(depth: number): RegexNode {
    if (this.match(/\?(?:<[=!])/y)) this.#fail("looking behind is not supported");
    const look = this.match(/\?[=!]/y)?.[0];
    const isBare = this.take("?:");
    let index = 0;
    if (look === undefined && !isBare) {
      if (!this.match(/\?<[\p{L}_$][\p{L}\p{N}_$]*>/uy) && this.source.charAt(this.at) === "?")
        this.#fail("such a group is not supported");
      this.#groupCount += 1;
      index = this.#groupCount;
    }
    const node = this.#choice(depth + 1);
    if (!this.take(")")) this.#fail("a parenthesis is not closed");
    if (look !== undefined) return { kind: "look", node, negative: look === "?!" };
    return isBare ? node : { kind: "group", node, index };
  }

  #escape(): RegexNode {
    if (this.isAtEnd) this.#fail("the end is unexpected");
    if (this.take("b")) return { kind: "edge", edge: "word" };
    if (this.take("B")) return { kind: "edge", edge: "noWord" };
    if (/^(?:[1-9]|k<)/.test(this.source.slice(this.at))) this.#fail("references back are not supported");
    const escaped = this.#escaped();
    if (typeof escaped === "number") return this.#literal(escaped);
    return { kind: "set", set: this.#caseless ? ignoringCase(escaped) : escaped };
  }

  /** What stands after a backslash, inside a class or outside: a set, or one code. */
  #escaped(): CharacterSet | number {
    const found = this.match(/x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|c([a-zA-Z])|([0-3][0-7]{0,2}|[4-7][0-7]?)/y);
    if (found) {
      const [, short, long, control, octal] = found;
      if (control !== undefined) return control.charCodeAt(0) % 32;
      return octal === undefined ? Number.parseInt(short ?? long ?? "", 16) : Number.parseInt(octal, 8);
    }
    const character = this.source.charAt(this.at);
    // Without a letter behind it, `\c` is a backslash.
    if (character === "c") return 0x5c;
    this.at += 1;
    const set = Object.hasOwn(shorthands, character) ? shorthands[character] : undefined;
    return set ?? controls[character] ?? character.charCodeAt(0);
  }

  /** From behind the opening bracket. */
  #class(): RegexNode {
    const isNegated = this.take("^");
    const members: CharacterSet[] = [];
    while (!this.take("]")) {
      if (this.isAtEnd) this.#fail("a class is not closed");
      const first = this.#classMember();
      if (!/^-[^\]]/s.test(this.source.slice(this.at, this.at + 2))) {
        members.push(asSet(first));
        continue;
      }
      this.at += 1;
      const last = this.#classMember();
      if (typeof first === "number" && typeof last === "number") {
        if (last < first) this.#fail("a range of characters is out of order");
        members.push(range(first, last));
      } else members.push(asSet(first), asSet(0x2d), asSet(last));
    }
    const all = union(members);
    const set = this.#caseless ? ignoringCase(all) : all;
    return { kind: "set", set: isNegated ? not(set) : set };
  }

  #classMember(): CharacterSet | number {
    if (this.take("\\")) {
      if (this.isAtEnd) this.#fail("the end is unexpected");
      return this.take("b") ? 0x08 : this.#escaped();
    }
    const code = this.source.charCodeAt(this.at);
    this.at += 1;
    return code;
  }
}

function asSet(member: CharacterSet | number): CharacterSet {
  return typeof member === "number" ? (code) => code === member : member;
}
