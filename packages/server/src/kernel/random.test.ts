import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SeededRandom, systemRandom } from "./random.ts";

const version4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

for (const [name, random] of [
  ["the system's", systemRandom],
  ["a seeded one", new SeededRandom(7)],
] as const) {
  describe(`a source of randomness: ${name}`, () => {
    test("gives numbers from 0 up to, not including, 1, spread evenly", () => {
      const buckets = Array.from({ length: 16 }, () => 0);
      for (let draw = 0; draw < 16_000; draw += 1) {
        const value = random.random();
        assert.ok(value >= 0 && value < 1, String(value));
        const bucket = Math.floor(value * 16);
        buckets[bucket] = (buckets[bucket] ?? 0) + 1;
      }
      // 1000 expected with a deviation of 31: seven of them, so that chance fails this once in 10^11 runs.
      for (const count of buckets) assert.ok(count > 780 && count < 1_220, buckets.join(" "));
    });

    test("gives version 4 UUIDs, all different", () => {
      const seen = new Set(Array.from({ length: 1_000 }, () => random.uuid()));
      assert.equal(seen.size, 1_000);
      for (const uuid of seen) assert.match(uuid, version4);
    });

    test("gives as many bytes as were asked for, of every value", () => {
      assert.equal(random.bytes(0).length, 0);
      assert.equal(new Set(random.bytes(8_192)).size, 256);
    });
  });
}

test("the same seed gives the same sequence, another seed another", () => {
  const draw = (seed: number): unknown => {
    const random = new SeededRandom(seed);
    return [random.random(), random.uuid(), random.below(1_000_000), ...random.bytes(4)];
  };
  assert.deepEqual(draw(42), draw(42));
  for (const other of [0, 41, 43, 2 ** 31]) assert.notDeepEqual(draw(42), draw(other));
});

test("a seed of nothing but zeros does not give nothing but zeros", () => {
  const random = new SeededRandom(0);
  assert.ok(new Set(Array.from({ length: 100 }, () => random.random())).size > 90);
});

test("below gives every whole number under its limit, and no other", () => {
  const random = new SeededRandom(3);
  const seen = new Set(Array.from({ length: 500 }, () => random.below(5)));
  assert.deepEqual(
    [...seen].toSorted((left, right) => left - right),
    [0, 1, 2, 3, 4],
  );
});
