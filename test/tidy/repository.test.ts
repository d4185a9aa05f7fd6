/** The tidy test: the repository as it stands, held to the rules of `tools/tidy/`. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { readRepository } from "../../tools/tidy/repository.ts";
import { formatFindings } from "../../tools/tidy/rule.ts";
import { allRules } from "../../tools/tidy/rules.ts";

const root = join(import.meta.dirname, "../..");
const repository = readRepository(root);

test("the repository was read", () => {
  assert.ok(repository.files.has("package.json"));
  assert.ok(repository.sources.some(({ path }) => path === "test/tidy/repository.test.ts"));
});

for (const rule of allRules(root)) {
  test(rule.name, () => {
    const findings = rule.check(repository);
    assert.ok(findings.length === 0, `${findings.length} to mend\n${formatFindings(findings)}`);
  });
}
