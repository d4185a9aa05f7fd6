import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../kernel/random.ts";
import { SequenceMap } from "./sequence-map.ts";

test("holds what a Map would, whatever comes and goes", () => {
  const random = new SeededRandom(5);
  const map = new SequenceMap<{ readonly step: number }>();
  const model = new Map<number, { readonly step: number }>();
  for (let step = 0; step < 20_000; step += 1) {
    // Mostly among the last few hundred, as in a queue; now and then far away, as what was left behind.
    const sequence = random.below(50) === 0 ? random.below(2 ** 31) * 2 ** 20 : step + random.below(300);
    const value = { step };
    if (random.below(3) === 0) assert.equal(map.delete(sequence), model.delete(sequence));
    else {
      map.set(sequence, value);
      model.set(sequence, value);
    }
    assert.equal(map.get(sequence), model.get(sequence));
    assert.equal(map.size, model.size);
    if (step % 1_000 === 0) assert.deepEqual(new Set(map.values()), new Set(model.values()));
  }
  for (const sequence of model.keys()) assert.equal(map.delete(sequence), true);
  assert.equal(map.size, 0);
  assert.deepEqual([...map.values()], []);
});
