/** Randomness and ids, as a parameter: the operating system's in a server, a seeded sequence in a simulation. */
import { randomBytes, randomUUID } from "node:crypto";

export interface RandomSource {
  /** In [0, 1). */
  random(): number;
  /** Version 4, lower case. */
  uuid(): string;
  /** Unguessable in a server; `count` bytes. */
  bytes(count: number): Uint8Array;
}

export const systemRandom: RandomSource = {
  random: () => Math.random(),
  uuid: () => randomUUID(),
  bytes: (count) => randomBytes(count),
};

/** The same sequence for the same seed (xoshiro128**), for simulations and tests only. */
export class SeededRandom implements RandomSource {
  readonly #state: Uint32Array;

  constructor(seed: number) {
    this.#state = new Uint32Array(4);
    let value = seed >>> 0;
    for (let index = 0; index < 4; index += 1) {
      value = (value + 0x9e3779b9) >>> 0;
      let mixed = value;
      mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
      mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
      this.#state[index] = (mixed ^ (mixed >>> 16)) >>> 0;
    }
  }

  random(): number {
    return this.#next() / 0x1_0000_0000;
  }

  /** A whole number in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  uuid(): string {
    const bytes = this.bytes(16);
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const hex = Buffer.from(bytes).toString("hex");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.#next() & 0xff);
  }

  #next(): number {
    const state = this.#state;
    const [a = 0, b = 0, c = 0, d = 0] = state;
    const scrambled = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    let third = c ^ a;
    let fourth = d ^ b;
    state[1] = b ^ third;
    state[0] = a ^ fourth;
    third ^= shifted;
    fourth = rotateLeft(fourth, 11);
    state[2] = third;
    state[3] = fourth;
    return scrambled;
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
