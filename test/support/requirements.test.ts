import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const folder = mkdtempSync(join(tmpdir(), "tutti-requirements-"));
after(() => rmSync(folder, { recursive: true }));

/** What `requires` answers in a process whose search path is `folder` alone. */
function requiresWith(commands: Readonly<Record<string, string>>, name: string): unknown {
  const path = mkdtempSync(join(folder, "path-"));
  for (const [command, script] of Object.entries(commands)) {
    writeFileSync(join(path, command), `#!/bin/sh\n${script}\n`);
    chmodSync(join(path, command), 0o755);
  }
  const program = `import { requires } from ${JSON.stringify(join(import.meta.dirname, "requirements.ts"))};
    console.log(JSON.stringify(requires(${JSON.stringify(name)})));`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
    encoding: "utf8",
    env: { PATH: path },
  });
  assert.equal(stderr, "");
  return JSON.parse(stdout);
}

test("a command that is on the path and works is there", () => {
  assert.deepEqual(requiresWith({ aws: "exit 0" }, "awsCli"), { skip: false });
  assert.deepEqual(requiresWith({ chromium: "exit 0" }, "chromium"), { skip: false });
});

test("an absent command skips with the reason and the remedy", () => {
  assert.deepEqual(requiresWith({}, "awsCli"), { skip: "the aws command is not installed (pip install awscli)" });
  assert.deepEqual(requiresWith({}, "chromium"), { skip: "Chromium is not installed (apt-get install chromium)" });
});

test("a stand-in that does not work counts as absent, and so does Python without boto3", () => {
  assert.deepEqual(requiresWith({ aws: "exit 127" }, "awsCli"), {
    skip: "the aws command is not installed (pip install awscli)",
  });
  assert.deepEqual(requiresWith({ python3: "exit 1" }, "boto3"), {
    skip: "Python with boto3 is not installed (pip install boto3)",
  });
});
