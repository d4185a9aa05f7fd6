import assert from "node:assert/strict";
import { test } from "node:test";
import { loadPages } from "./load-pages.ts";
import { note, notes } from "./store-conformance.ts";

/** Loads so many notes with a text of so many characters; gives how many each page was asked for. */
async function limitsOf(count: number, characters: number): Promise<number[]> {
  const text = "x".repeat(characters);
  const rows = Array.from({ length: count }, (_, page) => notes.encode(note("a", page, text)));
  const limits: number[] = [];
  const loaded = await loadPages(
    notes,
    async ({ after = [], limit }) => {
      limits.push(limit);
      const start = Number(after[1] ?? -1) + 1;
      return rows.slice(start, start + limit);
    },
    (values) => notes.decode(values),
  );
  assert.deepEqual(
    loaded.map(({ page }) => page),
    rows.map((_, page) => page),
  );
  return limits;
}

test("a page has as many rows as sixteen megabytes hold, ten thousand at most", async () => {
  assert.deepEqual(await limitsOf(21_000, 10), [500, 10_000, 10_000, 10_000]);
  const [first, ...others] = await limitsOf(1_000, 200_000);
  assert.equal(first, 500);
  for (const limit of others) assert.ok(limit > 75 && limit <= 84, String(limit));
});

test("the end is found where a page is full to the row", async () => {
  assert.deepEqual(await limitsOf(500, 10), [500, 10_000]);
  assert.deepEqual(await limitsOf(0, 0), [500]);
});
