/** The examples of the package's README, run as they stand: each prints what the block behind it shows. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const home = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const examples = [...readme.matchAll(/^```ts\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```$)?/gm)];

test("the README has examples, each with what it prints", () => {
  assert.ok(examples.length >= 5);
  assert.ok(examples.every(([, , printed]) => printed !== undefined));
});

for (const [index, [, code = "", printed]] of examples.entries()) {
  test(`example ${index + 1} prints what the README says`, async () => {
    // The package's own name leads to its sources, as it leads users to the built package.
    const { stdout } = await run(process.execPath, ["--input-type=module-typescript", "--eval", code], { cwd: home });
    assert.equal(stdout, printed);
  });
}
