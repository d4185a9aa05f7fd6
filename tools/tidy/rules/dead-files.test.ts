import assert from "node:assert/strict";
import { test } from "node:test";
import { places } from "../testing.ts";
import { deadFiles } from "./dead-files.ts";

const packages = {
  "package.json": `{ "scripts": { "test": "node tools/launch.mjs tools/test.ts" } }`,
  "packages/server/package.json": `{ "name": "tutti", "exports": { ".": "./src/index.ts" }, "bin": { "tutti": "./bin/tutti.mjs" } }`,
};

function dead(files: Readonly<Record<string, string>>): string[] {
  return places(deadFiles, { ...packages, ...files });
}

test("what exports, commands, scripts, tests and configurations lead to is alive", () => {
  assert.deepEqual(
    dead({
      "packages/server/src/index.ts": `export { a } from "./a.ts"; import type { B } from "./b.ts";`,
      "packages/server/src/a.ts": `await import("./c.ts");`,
      "packages/server/src/b.ts": "",
      "packages/server/src/c.ts": "",
      "packages/server/bin/tutti.mjs": "",
      "packages/server/src/d.test.ts": `import "./d.ts";`,
      "packages/server/src/d.ts": "",
      "tools/launch.mjs": "",
      "tools/test.ts": `import { x } from "tutti";`,
      "vite.config.ts": "",
    }),
    [],
  );
});

test("a file that nothing imports is dead, and so are files that only import each other", () => {
  assert.deepEqual(
    dead({
      "packages/server/src/index.ts": "",
      "packages/server/src/lonely.ts": "",
      "packages/server/src/one.ts": `import "./two.ts";`,
      "packages/server/src/two.ts": `import "./one.ts";`,
    }),
    ["packages/server/src/lonely.ts:1", "packages/server/src/one.ts:1", "packages/server/src/two.ts:1"],
  );
});

test("a package's name leads to what it exports", () => {
  const asl = {
    "packages/asl/package.json": `{ "name": "@tutti/asl", "exports": { ".": "./src/index.ts", "./json": "./src/json.ts" } }`,
    "packages/asl/src/index.ts": `import "./inner.ts";`,
    "packages/asl/src/inner.ts": "",
    "packages/asl/src/json.ts": "",
  };
  assert.deepEqual(dead(asl), []);
});

test("a path in a string starts a worker or a program", () => {
  assert.deepEqual(
    dead({
      "packages/server/src/index.ts": `new Worker(new URL("./worker.ts", import.meta.url)); fork("test/support/child.ts");`,
      "packages/server/src/worker.ts": "",
      "test/support/child.ts": "",
    }),
    [],
  );
});

test("a page or CI keeps a tool alive, but not a part of a package", () => {
  assert.deepEqual(
    dead({
      "CONTRIBUTING.md": "Run `node tools/models/make.ts`. See packages/server/src/old.ts.",
      ".ci/run": "node tools/check-readme.ts",
      "tools/models/make.ts": "",
      "tools/check-readme.ts": "",
      "packages/server/src/old.ts": "",
      "tools/unused.ts": "",
    }),
    ["packages/server/src/old.ts:1", "tools/unused.ts:1"],
  );
});
