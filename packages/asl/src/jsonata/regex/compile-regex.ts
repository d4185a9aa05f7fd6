/** A tree of a regular expression into a program for the matcher. */
import { Fault } from "../errors.ts";
import { limits } from "../limits.ts";
import type { CharacterSet } from "./character-sets.ts";
import type { Edge, ParsedRegex, RegexNode } from "./parse-regex.ts";

export type Instruction =
  | { readonly kind: "set"; readonly set: CharacterSet }
  | { readonly kind: "code"; readonly code: number }
  | { readonly kind: "edge"; readonly edge: Edge }
  /** Try `first`, then `second`. `number` counts the forks of a program. */
  | { readonly kind: "fork"; readonly first: number; readonly second: number; readonly number: number }
  | { readonly kind: "jump"; readonly target: number }
  /** Note the place. */
  | { readonly kind: "save"; readonly slot: number }
  /** Forget the groups from `first` up to `last`: a repetition begins anew. */
  | { readonly kind: "forget"; readonly first: number; readonly last: number }
  /** Go on at `next` when what follows matches (or not), up to `done`. */
  | { readonly kind: "look"; readonly negative: boolean; readonly next: number }
  | { readonly kind: "done" };

export interface Program {
  readonly instructions: readonly Instruction[];
  readonly forkCount: number;
  readonly groupCount: number;
}

/** @throws Fault U1006 when it is too large */
export function compileProgram({ node, groupCount }: ParsedRegex): Program {
  const emitter = new Emitter();
  emitter.emit({ kind: "group", node, index: 0 });
  emitter.instructions.push({ kind: "done" });
  return { instructions: emitter.instructions, forkCount: emitter.forkCount, groupCount };
}

class Emitter {
  readonly instructions: Instruction[] = [];
  forkCount = 0;

  /** Depth is bounded by the parser's. */
  emit(node: RegexNode): void {
    if (this.instructions.length > limits.patternInstructionsMax)
      throw new Fault("U1006", { message: "it is too large with its repetitions written out" });
    switch (node.kind) {
      case "set":
        this.instructions.push(
          node.code === undefined ? { kind: "set", set: node.set } : { kind: "code", code: node.code },
        );
        return;
      case "edge":
        this.instructions.push({ kind: "edge", edge: node.edge });
        return;
      case "sequence":
        for (const part of node.nodes) this.emit(part);
        return;
      case "choice":
        this.#choice(node.nodes);
        return;
      case "group":
        this.instructions.push({ kind: "save", slot: node.index * 2 });
        this.emit(node.node);
        this.instructions.push({ kind: "save", slot: node.index * 2 + 1 });
        return;
      case "look": {
        const look = this.#reserve();
        this.emit(node.node);
        this.instructions.push({ kind: "done" });
        this.instructions[look] = { kind: "look", negative: node.negative, next: this.instructions.length };
        return;
      }
      case "repeat":
        this.#repeat(node);
    }
  }

  #reserve(): number {
    return this.instructions.push({ kind: "jump", target: 0 }) - 1;
  }

  #fork(at: number, preferred: number, other: number, greedy: boolean): void {
    const [first, second] = greedy ? [preferred, other] : [other, preferred];
    this.instructions[at] = { kind: "fork", first, second, number: this.forkCount };
    this.forkCount += 1;
  }

  #choice(nodes: readonly RegexNode[]): void {
    const ends: number[] = [];
    for (const [index, node] of nodes.entries()) {
      if (index === nodes.length - 1) {
        this.emit(node);
        break;
      }
      const fork = this.#reserve();
      this.emit(node);
      ends.push(this.#reserve());
      this.#fork(fork, fork + 1, this.instructions.length, true);
    }
    for (const end of ends) this.instructions[end] = { kind: "jump", target: this.instructions.length };
  }

  #repeat({ node, least, most, greedy, groups: [before, after] }: Extract<RegexNode, { kind: "repeat" }>): void {
    const body = (): void => {
      if (after > before) this.instructions.push({ kind: "forget", first: before + 1, last: after });
      this.emit(node);
    };
    for (let count = 0; count < least; count += 1) body();
    if (most === Infinity) {
      const fork = this.#reserve();
      body();
      this.instructions.push({ kind: "jump", target: fork });
      this.#fork(fork, fork + 1, this.instructions.length, greedy);
      return;
    }
    const forks: number[] = [];
    for (let count = least; count < most; count += 1) {
      forks.push(this.#reserve());
      body();
    }
    for (const fork of forks) this.#fork(fork, fork + 1, this.instructions.length, greedy);
  }
}
