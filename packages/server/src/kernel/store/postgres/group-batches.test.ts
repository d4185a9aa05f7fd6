import assert from "node:assert/strict";
import { test } from "node:test";
import type { TableDefinition } from "../../table.ts";
import { note, notes } from "../store-conformance.ts";
import type { WriteOperation } from "../store.ts";
import { batchesOf } from "./group-batches.ts";

const table = notes as unknown as TableDefinition;
const insert = (page: number, text = ""): WriteOperation => ({
  kind: "insert",
  table,
  values: notes.encode(note("a", page, text)),
});
const remove = (page: number): WriteOperation => ({ kind: "delete", table, key: ["a", page] });
const update = (page: number, text: string): WriteOperation => ({
  kind: "update",
  table,
  columns: ["text"],
  values: [text],
  key: ["a", page],
});
const summary = (operations: readonly WriteOperation[]): string[] =>
  batchesOf(operations).map(({ kind, rows }) => `${kind} ${rows.length}`);

test("one batch a kind, however the operations are mixed", () => {
  const mixed = [insert(1), remove(2), insert(3), update(4, "x"), remove(5), insert(6), update(7, "y")];
  assert.deepEqual(summary(mixed), ["delete 2", "insert 3", "update 2"]);
});

test("what happens to one row in a group is one change", () => {
  assert.deepEqual(summary([insert(1), update(1, "x"), update(1, "y")]), ["insert 1"]);
  assert.deepEqual(summary([update(1, "x"), update(1, "y"), remove(1)]), ["delete 1"]);
  assert.deepEqual(summary([remove(1), insert(1)]), ["put 1"]);
});

test("rows are told apart by all columns of their key", () => {
  const of = (book: string, page: number): WriteOperation => ({ kind: "delete", table, key: [book, page] });
  const keys = batchesOf([of("a", 1), of("b", 1), of("a", 2), of("a", 1), of("a\u00001", 2)]).flatMap(
    ({ rows }) => rows,
  );
  const expected = [
    ["a", 1],
    ["a", 2],
    ["a\u00001", 2],
    ["b", 1],
  ].map((key) => JSON.stringify(key));
  assert.deepEqual(new Set(keys.map((key) => JSON.stringify(key))), new Set(expected));
  assert.equal(keys.length, expected.length);
});

test("an insert of a row that is there stays an insert, after what made the row", () => {
  assert.deepEqual(summary([insert(1), insert(1)]), ["insert 1", "insert 1"]);
  assert.deepEqual(summary([update(1, "x"), insert(1)]), ["update 1", "insert 1"]);
});

test("a run of rows goes between what came before it and what comes after", () => {
  const run: WriteOperation = { kind: "delete", table, key: ["a"] };
  assert.deepEqual(summary([insert(1), run, insert(1)]), ["insert 1", "delete 1", "insert 1"]);
});
