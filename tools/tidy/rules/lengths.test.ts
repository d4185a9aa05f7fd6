import assert from "node:assert/strict";
import { test } from "node:test";
import { messages, places } from "../testing.ts";
import { lengths } from "./lengths.ts";

const strict = lengths(new Map());

function lines(count: number): string {
  return "let x;\n".repeat(count);
}

function body(count: number): string {
  return "\n".repeat(count - 1);
}

test("a file of 400 lines passes, one of 401 does not", () => {
  assert.deepEqual(messages(strict, { "tools/a.ts": lines(400) }), []);
  assert.deepEqual(messages(strict, { "tools/a.ts": lines(401) }), [
    "401 lines; split the file, at most 400 are allowed",
  ]);
  assert.equal(
    messages(strict, { "tools/a.ts": `${lines(400)}let y;` }).length,
    1,
    "a last line without its end counts",
  );
  assert.deepEqual(messages(strict, { "data/a.json": `[${lines(500)}]` }), [], "data is not measured");
});

test("a function of 70 lines passes, one of 71 does not, whatever its form", () => {
  assert.deepEqual(messages(strict, { "a.ts": `function f() {${body(70)}}` }), []);
  const forms: Readonly<Record<string, string>> = {
    f: `function f() {${body(71)}}`,
    g: `const g = () => {${body(71)}};`,
    h: `class A { h() {${body(71)}} }`,
    i: `class A { #i() {${body(71)}} }`,
    j: `const a = { j: function () {${body(71)}} };`,
    "a function without a name": `test("x", () => {${body(71)}});`,
  };
  for (const [name, code] of Object.entries(forms)) {
    assert.deepEqual(messages(strict, { "a.ts": code }), [`${name} has 71 lines; split it, at most 70 are allowed`]);
  }
});

test("the place is where the function begins", () => {
  assert.deepEqual(places(strict, { "a.ts": `\n\nfunction f() {${body(80)}}` }), ["a.ts:3"]);
});

test("a suite may be as long as its tests, a test may not", () => {
  assert.deepEqual(messages(strict, { "a.test.ts": `describe("x", () => {${body(90)}});` }), []);
  assert.equal(
    messages(strict, { "a.test.ts": `describe("x", () => { test("y", () => {${body(90)}}); });` }).length,
    1,
  );
});

test("an exemption with its reason is heard, and must be needed", () => {
  const lenient = lengths(new Map([["a.ts#f", "a table of cases"]]));
  assert.deepEqual(messages(lenient, { "a.ts": `function f() {${body(80)}}` }), []);
  assert.deepEqual(messages(lenient, { "a.ts": "function f() {}" }), ["the exemption of a.ts#f is no longer needed"]);
  assert.equal(messages(lenient, { "a.ts": `function f() {${body(80)}} function g() {${body(80)}}` }).length, 1);
});
