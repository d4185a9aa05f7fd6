import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "./random.ts";
import { SortedList } from "./sorted-list.ts";

test("agrees with a sorted array over random additions and removals", () => {
  const random = new SeededRandom(7);
  const list = new SortedList<number>((left, right) => left - right);
  const model = new Set<number>();
  for (let step = 0; step < 20_000; step += 1) {
    const value = random.below(4_000);
    if (random.below(3) > 0) {
      assert.equal(list.add(value), model.has(value) ? value : undefined);
      model.add(value);
    } else {
      assert.equal(list.remove(value), model.delete(value) ? value : undefined);
    }
  }
  const sorted = [...model].toSorted((left, right) => left - right);
  assert.equal(list.size, sorted.length);
  assert.deepEqual([...list], sorted);
  assert.equal(list.first(), sorted[0]);
  for (const bound of [0, 1, 999, 1_000, 2_500, 3_999, 5_000]) {
    assert.deepEqual(
      [...list.from((item) => item - bound)],
      sorted.filter((item) => item >= bound),
    );
    assert.deepEqual([...list.before((item) => item - bound)], sorted.filter((item) => item < bound).toReversed());
  }
});
