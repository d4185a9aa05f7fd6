/**
 * Where the parts of a JSON text stand. A tree of the text's values, asked by JSON pointer: a node holds its own offsets
 * only, so the index takes memory in proportion to the text, however deep it is and however long its names are.
 */
import { childPointer, pointerSegments } from "./pointer.ts";
import type { ScanRecorder } from "./scanner.ts";

/**
 * How many characters the places and texts of one definition's diagnostics may have together. What comes after is left
 * out: a long name with many problems below it would fill the memory with its repetitions.
 */
export const DIAGNOSTIC_CHARACTERS_MAX = 16_777_216;

/** Offsets only, UTF-16 units from 0; `end` is the first one behind. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

interface PlaceNode {
  readonly start: number;
  end: number;
  /** Absent for the root and for items of an array. */
  readonly name?: Span;
  /** Of an array and an object: by index or by order of the text. */
  readonly children: PlaceNode[];
  /** Of an object, made when it is first asked. */
  names?: Map<string, PlaceNode>;
  /** Of an object: the members' names, in the order of `children`. */
  readonly keys?: string[];
}

const LEAF: PlaceNode[] = [];

/** Hears of a text's values in the order of the text, and answers for their places. */
export class PlaceIndex implements ScanRecorder {
  /** Members that repeat a name of their object, by pointer, as far as their pointers may be written out. */
  readonly duplicates: { readonly pointer: string; readonly span: Span }[] = [];
  #root: PlaceNode | undefined;
  readonly #open: PlaceNode[] = [];
  #member: { readonly key: string; readonly span: Span } | undefined;
  #duplicateCharacters = 0;

  member(key: string, start: number, end: number, duplicate: boolean): void {
    this.#member = { key, span: { start, end } };
    if (!duplicate) return;
    const pointer = childPointer(this.#pointer(), key);
    this.#duplicateCharacters += pointer.length;
    if (this.#duplicateCharacters <= DIAGNOSTIC_CHARACTERS_MAX) this.duplicates.push({ pointer, span: { start, end } });
  }

  open(kind: "array" | "object", start: number): void {
    const node: PlaceNode = {
      start,
      end: start,
      ...this.#name(),
      children: [],
      ...(kind === "object" && { keys: [] }),
    };
    this.#add(node);
    this.#open.push(node);
  }

  close(end: number): void {
    const node = this.#open.pop();
    if (node) node.end = end;
  }

  scalar(start: number, end: number): void {
    this.#add({ start, end, ...this.#name(), children: LEAF });
  }

  /** The value at a pointer. */
  value(pointer: string): Span | undefined {
    return this.#find(pointer);
  }

  /** The name of the member at a pointer, with its quotes. */
  name(pointer: string): Span | undefined {
    return this.#find(pointer)?.name;
  }

  #find(pointer: string): PlaceNode | undefined {
    let node = this.#root;
    for (const segment of pointerSegments(pointer)) {
      if (!node) return undefined;
      node = node.keys ? namesOf(node, node.keys).get(segment) : node.children[indexOf(segment)];
    }
    return node;
  }

  #name(): { name?: Span } {
    return this.#member === undefined ? {} : { name: this.#member.span };
  }

  #add(node: PlaceNode): void {
    const parent = this.#open.at(-1);
    if (!parent) this.#root ??= node;
    else {
      parent.children.push(node);
      if (this.#member !== undefined) parent.keys?.push(this.#member.key);
    }
    this.#member = undefined;
  }

  /** The pointer of the innermost container that is open. */
  #pointer(): string {
    let pointer = "";
    // Every open container but the root is the last child of the one around it.
    for (const parent of this.#open.slice(0, -1)) {
      const index = parent.children.length - 1;
      pointer = childPointer(pointer, parent.keys?.[index] ?? index);
    }
    return pointer;
  }
}

/** Of members with the same name the last one counts. */
function namesOf(node: PlaceNode, keys: readonly string[]): ReadonlyMap<string, PlaceNode> {
  if (node.names) return node.names;
  node.names = new Map();
  for (const [index, child] of node.children.entries()) node.names.set(keys[index] ?? "", child);
  return node.names;
}

function indexOf(segment: string): number {
  return /^(?:0|[1-9]\d*)$/.test(segment) ? Number(segment) : -1;
}
