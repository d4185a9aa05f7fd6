import assert from "node:assert/strict";
import { it } from "node:test";
import { childPointer, parentPointer, pointerSegments } from "./pointer.ts";

it("escapes and unescapes as RFC 6901 says", () => {
  assert.equal(childPointer("", "a/b"), "/a~1b");
  assert.equal(childPointer("/x", "m~n"), "/x/m~0n");
  assert.equal(childPointer("/x", 3), "/x/3");
  assert.deepEqual(pointerSegments("/a~1b/m~0n/~01/"), ["a/b", "m~n", "~1", ""]);
  assert.deepEqual(pointerSegments(""), []);
});

it("gives the holder of a place", () => {
  assert.equal(parentPointer("/a~1b/c"), "/a~1b");
  assert.equal(parentPointer("/a"), "");
  assert.equal(parentPointer(""), "");
});
