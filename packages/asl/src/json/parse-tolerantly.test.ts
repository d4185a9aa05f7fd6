/** What the tolerant reader makes of texts: the value of every JSON text, and as much as can be had of all others. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseTolerantly } from "./parse-tolerantly.ts";
import type { SyntaxNode } from "./syntax-tree.ts";

describe("a text that is JSON", () => {
  const texts = [
    "{}",
    "[]",
    "null",
    " -1.5e3 ",
    '"a\\n\\u0041 , } \\" x"',
    '{"a":[1,true,{"b":null}],"__proto__":{"c":"d"},"":0}',
    '[ "a" ,\n"b:c", [[]] ]',
    '{"a":"x, y","b":"[1]"}',
  ];
  for (const text of texts) {
    it(`has its value: ${text}`, () => assert.deepEqual(parseTolerantly(text)?.value, JSON.parse(text)));
  }

  it("may be of any depth", () => {
    const depth = 200_000;
    let node: SyntaxNode | undefined = parseTolerantly("[".repeat(depth) + "]".repeat(depth));
    let seen = 0;
    for (; node?.kind === "array"; node = node.items[0]) seen += 1;
    assert.equal(seen, depth);
  });
});

describe("a text that someone is typing", () => {
  const cases: readonly (readonly [text: string, value: unknown])[] = [
    ["", undefined],
    ["{", {}],
    ['{"StartAt"', {}],
    ['{"StartAt":', {}],
    ['{"StartAt": "A', { StartAt: "A" }],
    ['{"StartAt": "A\n  "States": {}}', { StartAt: "A", States: {} }],
    ['{"StartAt": ", "States": {}}', { StartAt: "", States: {} }],
    ['{"StartAt": "A, "States": {}}', { StartAt: "A", States: {} }],
    ['{"StartAt": , "States": {}}', { States: {} }],
    ['{"StartAt": "States": {}}', { States: {} }],
    ['{"Next": \n "End": true}', { End: true }],
    ['{"a": 1 "b": 2}', { a: 1, b: 2 }],
    ['{"a": 1, , "b": 2,}', { a: 1, b: 2 }],
    ['{"a": [1, 2, "b": 3}', { a: [1, 2, "b", 3] }],
    ['{"a": {"b": [1}, "c": 2}', { a: { b: [1] }, c: 2 }],
    ['{"a": 1]}', { a: 1 }],
    ['{"a": tru, "b": Foo}', { a: "tru", b: "Foo" }],
    ["{a: 1, b", { a: 1 }],
    ['{"a": "\\u12', { a: "\\u12" }],
    ['{"a": 1} {"b": 2}', { a: 1 }],
    ["]}", undefined],
  ];
  for (const [text, value] of cases) {
    it(JSON.stringify(text), () => assert.deepEqual(parseTolerantly(text)?.value, value));
  }
});

describe("places", () => {
  const text = '{\n  "a": [1, "x"],\n  "b"\n}';
  const root = parseTolerantly(text);

  it("are those of the text", () => {
    assert.ok(root?.kind === "object");
    assert.equal(text.slice(root.start, root.end), text);
    const [a, b] = root.members;
    assert.equal(text.slice(a?.name.start, a?.name.end), '"a"');
    assert.equal(text.slice(a?.value?.start, a?.value?.end), '[1, "x"]');
    assert.equal(text.charAt(a?.colon ?? -1), ":");
    assert.equal(text.slice(b?.name.start, b?.name.end), '"b"');
    assert.equal(b?.colon, undefined);
    assert.equal(b?.end, text.length - 1);
  });
});

it("reads every beginning of a definition without throwing", () => {
  const text = JSON.stringify(
    { StartAt: "A", States: { A: { Type: "Choice", Choices: [{ Variable: "$.a", IsNull: true, Next: "A" }] } } },
    undefined,
    1,
  );
  for (let end = 0; end <= text.length; end += 1) {
    const node = parseTolerantly(text.slice(0, end));
    assert.equal(node === undefined, end === 0);
  }
});
