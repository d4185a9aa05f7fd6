import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../json/value.ts";
import { PAYLOAD_BYTES_MAX } from "./limits.ts";
import { exceedsPayload, isOversized, utf8Length } from "./payload.ts";
import { integer, seededRandom } from "./testing/random.ts";

test("the limit is counted in bytes of UTF-8", () => {
  assert.equal(exceedsPayload("x".repeat(PAYLOAD_BYTES_MAX)), false);
  assert.equal(exceedsPayload("x".repeat(PAYLOAD_BYTES_MAX + 1)), true);
  assert.equal(exceedsPayload("é".repeat(PAYLOAD_BYTES_MAX / 2)), false);
  assert.equal(exceedsPayload(`${"é".repeat(PAYLOAD_BYTES_MAX / 2)}x`), true);
  assert.equal(exceedsPayload("😀".repeat(PAYLOAD_BYTES_MAX / 4)), false);
  assert.equal(exceedsPayload(`${"😀".repeat(PAYLOAD_BYTES_MAX / 4)}x`), true);
});

test("bytes are counted as an encoder writes them", () => {
  const random = seededRandom(7);
  for (let round = 0; round < 500; round++) {
    const units = Array.from({ length: integer(random, 0, 20) }, () => integer(random, 0, 0xffff));
    const text = String.fromCharCode(...units);
    assert.equal(utf8Length(text), new TextEncoder().encode(text).length);
  }
});

test("a value that repeats a large one is found out without writing it", () => {
  let value: Json = "x".repeat(1000);
  for (let level = 0; level < 60; level++) value = { left: value, right: [value, value] };
  assert.equal(isOversized(value), true);
  assert.equal(isOversized({ text: "x".repeat(PAYLOAD_BYTES_MAX) }), true);
  assert.equal(isOversized("x".repeat(PAYLOAD_BYTES_MAX)), true);
});

test("a value that is small enough is never called too large", () => {
  const exact = ["x".repeat(PAYLOAD_BYTES_MAX - 4)];
  assert.equal(JSON.stringify(exact).length, PAYLOAD_BYTES_MAX);
  assert.equal(isOversized(exact), false);
  const numbers = Array.from({ length: PAYLOAD_BYTES_MAX / 2 - 1 }, () => 1);
  assert.equal(isOversized(numbers), JSON.stringify(numbers).length > PAYLOAD_BYTES_MAX);
  const members = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [String(10_000 + index), 1]));
  assert.ok(JSON.stringify(members).length < PAYLOAD_BYTES_MAX);
  assert.equal(isOversized(members), false);
  let deep: Json = 1;
  for (let level = 0; level < 100_000; level++) deep = [deep];
  assert.equal(isOversized(deep), false);
});
