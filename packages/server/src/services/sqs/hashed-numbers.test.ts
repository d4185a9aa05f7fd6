import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SeededRandom } from "../../kernel/random.ts";
import { hashOf, HashedNumbers } from "./hashed-numbers.ts";

/** All that are found under a hash, whatever they were added with. */
function found(numbers: HashedNumbers, hash: number): Set<number> {
  const all = new Set<number>();
  numbers.find(hash, (number) => {
    all.add(number);
    return undefined;
  });
  return all;
}

describe("hashed numbers", () => {
  for (const [name, hashes] of [
    ["hashes far apart", 2 ** 32],
    ["many keys of one hash", 50],
  ] as const)
    test(`find what a Map would, with ${name}`, () => {
      const random = new SeededRandom(1);
      const numbers = new HashedNumbers();
      const known = new Map<number, number[]>();
      let least = 1;
      for (let number = 1; number <= 3_000; number += 1) {
        const hash = Buffer.from(random.bytes(4)).readUInt32BE() % hashes;
        numbers.add(hash, number);
        known.set(hash, [...(known.get(hash) ?? []), number]);
        if (number % 500 !== 0) continue;
        // Some are forgotten at once, and nearly all in the end.
        least = number === 3_000 ? 2_990 : number - 700;
        numbers.forgetBelow(Math.max(least, 1));
        for (const [key, added] of known)
          assert.deepEqual(found(numbers, key), new Set(added.filter((one) => one >= least)));
      }
    });

  test("give what the caller found, and nothing under a hash that nothing was added with", () => {
    const numbers = new HashedNumbers();
    for (const number of [1, 2, 3]) numbers.add(7, number);
    assert.equal(
      numbers.find(7, (number) => (number === 2 ? "two" : undefined)),
      "two",
    );
    assert.deepEqual(found(numbers, 8), new Set());
  });

  test("go on when there have been more than an array of integers can count", () => {
    const numbers = new HashedNumbers();
    const step = 2 ** 26;
    for (let number = 1; number <= 200 * step; number += step) {
      numbers.forgetBelow(number);
      numbers.add(7, number);
      assert.deepEqual(found(numbers, 7), new Set([number]));
    }
  });
});

test("a hash is one of 32 bits, of every character and of the seed", () => {
  const texts = ["", "a", "b", "ab", "ba", "group-1 id", "group-2 id", "\u{1f600}"];
  const hashes = texts.flatMap((text) => [hashOf(text, 0), hashOf(text, 1)]);
  assert.equal(new Set(hashes).size, hashes.length);
  assert.ok(hashes.every((hash) => Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32));
  assert.equal(hashOf("group-1 id", 5), hashOf(["group-1", "id"].join(" "), 5));
});
