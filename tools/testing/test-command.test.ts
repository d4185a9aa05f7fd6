/** `npm test` as a program: what it runs, how it ends, what it says, on small trees made for the purpose. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";

const program = join(import.meta.dirname, "..", "test.ts");
const folder = mkdtempSync(join(tmpdir(), "tutti-test-command-"));
after(() => rmSync(folder, { recursive: true }));

const passing = `import test from "node:test"; test("passes", () => {});`;
const failing = `import test from "node:test"; test("fails", () => { throw new Error("on purpose"); });`;
const skipping = `import test from "node:test"; test("needs more", { skip: "Chromium is not installed" }, () => {});`;
const broken = "this is not a program";

function runTests(sources: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const root = mkdtempSync(join(folder, "tree-"));
  for (const [path, source] of Object.entries(sources)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), source);
  }
  // Inside a test, Node's runner would take the program for a part of it.
  const { NODE_TEST_CONTEXT: _, CI: __, ...environment } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "--root", root, ...args], {
    encoding: "utf8",
    env: environment,
  });
  return { status, stdout, stderr };
}

test("runs the suites of packages, tools and test, and ends with 0", () => {
  const { status, stdout } = runTests({
    "packages/one/src/deep/a.test.ts": passing,
    "packages/one/node_modules/other/x.test.ts": failing,
    "packages/one/dist/y.test.ts": failing,
    "tools/b.test.ts": passing,
    "test/end/c.test.ts": passing,
  });
  assert.equal(status, 0, stdout);
  assert.match(stdout, /ℹ tests 3\nℹ suites 0\nℹ pass 3\nℹ fail 0/);
});

test("ends with 1 when a test fails and when a file does not even start", () => {
  assert.equal(runTests({ "test/a.test.ts": passing, "test/b.test.ts": failing }).status, 1);
  assert.equal(runTests({ "test/a.test.ts": passing, "test/b.test.ts": broken }).status, 1);
});

test("runs only the files and the tests that were asked for", () => {
  const sources = { "test/queue/a.test.ts": passing, "test/topic/b.test.ts": failing };
  assert.equal(runTests(sources, "queue").status, 0);
  assert.equal(runTests(sources, "test/queue/*").status, 0);
  assert.equal(runTests(sources, "topic").status, 1);
  assert.equal(runTests(sources, "--name", "passes").status, 0);
  const none = runTests(sources, "elsewhere");
  assert.equal(none.status, 1);
  assert.match(none.stderr, /No test file matches elsewhere/);
});

test("names what was skipped and why; strictly, that is a failure", () => {
  const sources = { "test/a.test.ts": passing, "test/b.test.ts": skipping };
  const lenient = runTests(sources);
  assert.equal(lenient.status, 0);
  assert.match(lenient.stdout, /Skipped 1 test:\n {2}Chromium is not installed\n {4}test\/b\.test\.ts: needs more\n/);
  const strict = runTests(sources, "--strict");
  assert.equal(strict.status, 1);
  assert.match(strict.stdout, /Nothing may be skipped here/);
});
