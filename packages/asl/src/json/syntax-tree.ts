/**
 * The tree of a text that wants to be JSON: what is there, with the place of every part. Offsets count UTF-16 units
 * from 0; `end` is the first offset behind. Every node has the value that its part of the text gives.
 */
import type { Json } from "./value.ts";

export type SyntaxNode = ArrayNode | ObjectNode | ScalarNode;

interface NodeBase {
  readonly start: number;
  end: number;
}

export interface ObjectNode extends NodeBase {
  readonly kind: "object";
  readonly members: MemberNode[];
  /** Members without a value are not in it. */
  readonly value: { [key: string]: Json };
  /** The closing brace is there. */
  closed: boolean;
}

export interface ArrayNode extends NodeBase {
  readonly kind: "array";
  readonly items: SyntaxNode[];
  readonly value: Json[];
  closed: boolean;
}

/** A text, or a bare word: a number, `true`, `false`, `null`, or anything else that was typed without quotes. */
export interface ScalarNode extends NodeBase {
  readonly kind: "text" | "word";
  /** Both quotes are there. A word is always closed. */
  readonly closed: boolean;
  /** A word that is no JSON is its own text. */
  readonly value: Json;
}

export interface MemberNode {
  readonly name: ScalarNode;
  /** Offset of the colon, when there is one. */
  colon?: number;
  value?: SyntaxNode;
  /** Offset of the comma behind the member, when there is one. */
  comma?: number;
  /** Where the next member could begin: behind the value's comma, or at what closes the object. */
  end: number;
}

/** The member's name as it reads; a bare word that is no text is its own name. */
export function memberName({ name }: MemberNode): string {
  return typeof name.value === "string" ? name.value : JSON.stringify(name.value);
}
