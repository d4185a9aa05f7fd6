import assert from "node:assert/strict";
import { test } from "node:test";
import { places } from "../testing.ts";
import { anyTypes, barrelFiles, defaultExports } from "./module-form.ts";

test("any is found wherever a type may stand, in tests too", () => {
  const files = {
    "a.ts": "let a: any;\nfunction f(x: any[]): Promise<any> {}\nconst b = c as any;",
    "a.test.ts": "let a: Record<string, any>;",
  };
  assert.deepEqual(places(anyTypes, files), ["a.test.ts:1", "a.ts:1", "a.ts:2", "a.ts:2", "a.ts:3"]);
  assert.deepEqual(places(anyTypes, { "a.ts": `let any = "any"; /* any */ let x: unknown;` }), []);
});

test("a default export is found in each of its forms", () => {
  for (const code of [
    "export default 1;",
    "export default function f() {}",
    "const a = 1; export { a as default };",
    `export { default } from "./b.ts";`,
  ]) {
    assert.deepEqual(places(defaultExports, { "a.ts": code }), ["a.ts:1"], code);
  }
  assert.deepEqual(places(defaultExports, { "a.ts": `export const a = 1; import b from "b";` }), []);
  assert.deepEqual(places(defaultExports, { "packages/console/vite.config.ts": "export default {};" }), []);
});

test("a barrel is found, whatever its name", () => {
  for (const code of [
    `export * from "./b.ts";`,
    `export { b } from "./b.ts"; export type { C } from "./c.ts";`,
    `import { b } from "./b.ts"; export { b };`,
  ]) {
    assert.deepEqual(
      places(barrelFiles, { "packages/asl/src/helpers.ts": code }),
      ["packages/asl/src/helpers.ts:1"],
      code,
    );
  }
});

test("a package's public face is no barrel, and neither is a file with something of its own", () => {
  const face = {
    "packages/asl/package.json": `{ "exports": { ".": "./src/index.ts", "./testing": "./src/testing/index.ts" } }`,
    "packages/asl/src/index.ts": `export { b } from "./b.ts";`,
    "packages/asl/src/testing/index.ts": `export { b } from "../b.ts";`,
  };
  assert.deepEqual(places(barrelFiles, face), []);
  assert.deepEqual(places(barrelFiles, { "a.ts": `export { b } from "./b.ts"; export const c = 1;` }), []);
  assert.deepEqual(places(barrelFiles, { "a.ts": `const b = 1; export { b };` }), []);
  assert.deepEqual(places(barrelFiles, { "a.ts": "export {};" }), []);
});
