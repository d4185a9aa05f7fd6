import assert from "node:assert/strict";
import { test } from "node:test";
import { messages } from "../testing.ts";
import { modelTables } from "./model-tables.ts";

const good = { format: 1, operations: { A: {}, B: {} }, shapes: { X: {}, Y: { members: { b: "X", a: "X" } } } };

function problems(table: unknown): string[] {
  const text = typeof table === "string" ? table : JSON.stringify(table);
  return messages(modelTables, { "packages/server/src/protocol/models/sqs.json": text });
}

test("a table in the generator's form passes; members keep their own order", () => {
  assert.deepEqual(problems(good), []);
});

test("disorder, documentation and foreign forms are found", () => {
  assert.deepEqual(problems({ ...good, operations: { B: {}, A: {} } }), [
    "operations are not in order: make the table again",
  ]);
  assert.deepEqual(problems({ ...good, shapes: { b: {}, a: {} } }), ["shapes are not in order: make the table again"]);
  assert.deepEqual(problems({ ...good, shapes: undefined }), ["no shapes: make the table again"]);
  assert.deepEqual(problems({ ...good, format: undefined }), ["no format number: make the table again"]);
  assert.match(problems({ ...good, shapes: { X: { documentation: "text" } } })[0] ?? "", /documentation/);
  assert.match(problems({ ...good, shapes: { X: { type: "<p>text</p>" } } })[0] ?? "", /documentation/);
  assert.deepEqual(problems("{"), ["not JSON: make the table again"]);
  assert.deepEqual(problems("[]"), ["not an object: make the table again"]);
});

test("other JSON files are not tables", () => {
  assert.deepEqual(messages(modelTables, { "packages/asl/src/paths/testdata/cases.json": "[]" }), []);
});
