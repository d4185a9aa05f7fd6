import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { copyPages } from "./pages.ts";

const folder = mkdtempSync(join(tmpdir(), "tutti-pages-"));
after(() => rmSync(folder, { recursive: true }));

function copied(files: Readonly<Record<string, string>>): string {
  const home = mkdtempSync(join(folder, "home-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
  }
  const dist = mkdtempSync(join(folder, "dist-"));
  copyPages(home, dist);
  return dist;
}

test("a README takes along what it leads to, and what that leads to, and nothing else", () => {
  const dist = copied({
    "README.md": "[a part](src/part/README.md#words), [here](#there), [AWS](https://aws.amazon.com), [all](docs)",
    "src/part/README.md": "[back](../../README.md), [unit](../../examples/a.service)",
    "src/part/part.ts": "",
    "examples/a.service": "[not](a-link.md)",
    "docs/README.md": "[errors](errors.md)",
    "docs/errors.md": "",
    "docs/other.md": "",
  });
  const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.deepEqual(files.map(({ parentPath, name }) => join(parentPath, name).slice(dist.length + 1)).toSorted(), [
    "README.md",
    "docs/README.md",
    "docs/errors.md",
    "examples/a.service",
    "src/part/README.md",
  ]);
  assert.match(readFileSync(join(dist, "src/part/README.md"), "utf8"), /^\[back\]/);
});

test("a link that leads to nothing, or out of the package, ends the build", () => {
  assert.throws(() => copied({ "README.md": "[gone](docs/gone.md)" }), /docs\/gone\.md leads to nothing/);
  assert.throws(() => copied({ "README.md": "[out](../README.md)" }), /\.\.\/README\.md leads to nothing/);
});
