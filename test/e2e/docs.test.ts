/** The shell commands of the pages, run as they stand: every operation through the `aws` command. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";
import { startTutti } from "tutti/testing";
import { requires } from "../support/requirements.ts";

const run = promisify(execFile);
const documented = "http://127.0.0.1:4566";

const pages = [
  { page: "sqs.md", command: "sqs", operations: 23 },
  { page: "step-functions.md", command: "sfn", operations: 23 },
];

for (const { page, command, operations } of pages) {
  test(`the commands of docs/${page}`, { ...requires("awsCli"), timeout: 300_000 }, async () => {
    const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
    const script = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block).join("\n");
    const used = new Set(
      [...script.matchAll(new RegExp(`(?:^|\\$\\()${command} ([a-z-]+)`, "gm"))].map(([, name]) => name),
    );
    assert.equal(used.size, operations, `the page shows ${[...used].join(" ")}`);
    await using tutti = await startTutti({ clock: "real" });
    await run("bash", ["-euo", "pipefail", "-c", script.replaceAll(documented, tutti.url)]);
  });
}
