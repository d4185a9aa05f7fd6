/** SHA-512 and SHA-384 (FIPS 180-4), in 64-bit words as BigInt: texts are short, clarity counts. */
import { padded, primes, rootFraction } from "./blocks.ts";

const mask = 0xffff_ffff_ffff_ffffn;
const constants = primes(80).map((prime) => rootFraction(prime, 3n));
const firstPrimes = primes(16);
const initial512 = firstPrimes.slice(0, 8).map((prime) => rootFraction(prime, 2n));
const initial384 = firstPrimes.slice(8).map((prime) => rootFraction(prime, 2n));

export function sha512(bytes: Uint8Array): string {
  return digest(bytes, initial512);
}

export function sha384(bytes: Uint8Array): string {
  return digest(bytes, initial384).slice(0, 96);
}

function rotateRight(value: bigint, bits: bigint): bigint {
  return ((value >> bits) | (value << (64n - bits))) & mask;
}

function digest(bytes: Uint8Array, initial: readonly bigint[]): string {
  const view = padded(bytes, 128, false);
  const state = [...initial];
  for (let block = 0; block < view.byteLength; block += 128) {
    const words = schedule(view, block);
    let [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n, g = 0n, h = 0n] = state;
    for (const [index, word] of words.entries()) {
      const upper = rotateRight(e, 14n) ^ rotateRight(e, 18n) ^ rotateRight(e, 41n);
      const first = h + upper + ((e & f) ^ (~e & mask & g)) + (constants[index] ?? 0n) + word;
      const lower = rotateRight(a, 28n) ^ rotateRight(a, 34n) ^ rotateRight(a, 39n);
      const second = lower + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) & mask, c, b, a, (first + second) & mask];
    }
    for (const [index, value] of [a, b, c, d, e, f, g, h].entries())
      state[index] = ((state[index] ?? 0n) + value) & mask;
  }
  return state.map((word) => word.toString(16).padStart(16, "0")).join("");
}

function schedule(view: DataView, block: number): bigint[] {
  const words = Array.from({ length: 16 }, (_, index) => view.getBigUint64(block + index * 8));
  for (let index = 16; index < 80; index += 1) {
    const early = words[index - 15] ?? 0n;
    const late = words[index - 2] ?? 0n;
    const first = rotateRight(early, 1n) ^ rotateRight(early, 8n) ^ (early >> 7n);
    const second = rotateRight(late, 19n) ^ rotateRight(late, 61n) ^ (late >> 6n);
    words.push(((words[index - 16] ?? 0n) + first + (words[index - 7] ?? 0n) + second) & mask);
  }
  return words;
}
