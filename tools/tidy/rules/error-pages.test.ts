import assert from "node:assert/strict";
import { test } from "node:test";
import { messages } from "../testing.ts";
import { errorPages } from "./error-pages.ts";

const source = "packages/server/src/kernel/store/data-directory.ts";

test("a code with its page passes, and so does a tree without codes", () => {
  assert.deepEqual(messages(errorPages, { [source]: `fault("TUTTI-0001");`, "docs/errors/TUTTI-0001.md": "" }), []);
  assert.deepEqual(messages(errorPages, { [source]: "// TUTTI-0001", "docs/errors/README.md": "" }), []);
});

test("a code without a page is found, in a template too, and once", () => {
  assert.deepEqual(messages(errorPages, { [source]: `fault("TUTTI-0001");` }), [
    "TUTTI-0001 has no page docs/errors/TUTTI-0001.md",
  ]);
  assert.equal(messages(errorPages, { [source]: "fault(`TUTTI-0002: ${x}`);" }).length, 1);
  assert.equal(messages(errorPages, { [source]: "fault(`TUTTI-0002`);" }).length, 1);
});

test("a page whose code is gone is found; a test alone does not keep it", () => {
  const files = { "docs/errors/TUTTI-0003.md": "", "packages/server/src/a.test.ts": `x("TUTTI-0003");` };
  assert.deepEqual(messages(errorPages, files), ["nothing gives TUTTI-0003 any more: delete its page"]);
});
