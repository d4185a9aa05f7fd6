import assert from "node:assert/strict";
import { test } from "node:test";
import { messages, places } from "../testing.ts";
import { suppressions } from "./suppressions.ts";

const violations: readonly (readonly [comment: string, message: RegExp])[] = [
  ["// oxlint-disable-next-line no-control-regex", /say why the lint rule/],
  ["// oxlint-disable-line no-control-regex -- why", /say why the lint rule/],
  ["// oxlint-disable-next-line", /name the lint rules/],
  ["/* eslint-disable */", /name the lint rules/],
  ["/* oxlint-disable -- a reason without a rule */", /name the lint rules/],
  ["// @ts-expect-error", /say why the compiler/],
  ["// @ts-ignore because the declaration is wrong", /@ts-ignore is not used/],
  ["// @ts-nocheck", /@ts-nocheck is not used/],
  ["/* @ts-ignore */", /@ts-ignore is not used/],
  ["// prettier-ignore", /say why the formatter/],
];

for (const [comment, message] of violations) {
  test(`finds ${comment}`, () => {
    const [found, ...more] = messages(suppressions, { "a.ts": `${comment}\nlet x;` });
    assert.match(found ?? "", message);
    assert.deepEqual(more, []);
  });
}

const allowed: readonly string[] = [
  "// oxlint-disable-next-line no-control-regex -- the pattern is AWS's own",
  "/* oxlint-disable no-console, no-alert -- a program for people */",
  "// @ts-expect-error the declaration lacks the second parameter",
  "// oxfmt-ignore -- a table reads better in columns",
  "// a comment about oxlint-disable and @ts-ignore",
  `const text = "// @ts-ignore";`,
];

for (const code of allowed) {
  test(`allows ${code}`, () => assert.deepEqual(messages(suppressions, { "a.ts": `${code}\nlet x;` }), []));
}

test("tests and tools are held to it too", () => {
  assert.deepEqual(places(suppressions, { "tools/a.test.ts": "\n// @ts-ignore\nlet x;" }), ["tools/a.test.ts:2"]);
});
