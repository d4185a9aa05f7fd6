import assert from "node:assert/strict";
import { test } from "node:test";
import { Pieces } from "./pieces.ts";

test("pieces are put together in their order, however many they are", () => {
  for (const count of [0, 1, 2, 999, 1_000, 1_001, 2_000, 5_432]) {
    const bytes = Buffer.from(Array.from({ length: count }, (_, index) => index % 251));
    const pieces = new Pieces();
    for (let index = 0; index < count; index += 1) pieces.add(bytes.subarray(index, index + 1));
    assert.equal(pieces.size, count);
    assert.deepEqual(pieces.whole(), bytes);
  }
});

test("one piece is given as it came", () => {
  const pieces = new Pieces();
  const only = Buffer.from("only");
  pieces.add(only);
  assert.equal(pieces.whole(), only);
});

test("of many small pieces hardly any is held on to", () => {
  const pieces = new Pieces();
  // What is still a view of these bytes will show that they have changed.
  const read = Buffer.alloc(10_500, "a");
  for (let index = 0; index < read.length; index += 1) pieces.add(read.subarray(index, index + 1));
  read.fill("b");
  assert.equal(pieces.whole().toString("latin1"), "a".repeat(10_000) + "b".repeat(500));
});
