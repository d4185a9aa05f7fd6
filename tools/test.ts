/**
 * `npm test`: every suite of the repository through Node's test runner.
 *
 *     npm test                      all of them
 *     npm test -- sqs               the files whose path contains "sqs"
 *     npm test -- "test/e2e/*"      the files that match a pattern
 *     npm test -- --name "FIFO"     the tests whose name matches
 *     npm test -- --strict          a test that was skipped counts as failed (so does CI=true)
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { parseArgs } from "node:util";
import { requirements } from "../test/support/requirements.ts";
import { chooseFiles, findTestFiles } from "./testing/files.ts";
import { summarise } from "./testing/summary.ts";
import type { SkippedTest } from "./testing/summary.ts";

/** A file that takes longer hangs: its tests wait for named signals, not for time to pass. */
const fileTimeoutMs = 300_000;

/** Suites start servers of their own, so more at once than this only makes them wait for each other. */
const concurrencyMax = 4;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    strict: { type: "boolean" },
    name: { type: "string", multiple: true },
    // Only the tests of this program look for tests elsewhere.
    root: { type: "string", default: join(import.meta.dirname, "..") },
  },
});
const { root } = values;
const strict = values.strict ?? isTrue(process.env["CI"]);

const files = chooseFiles(findTestFiles(root), positionals);
if (files.length === 0) {
  console.error(`No test file matches ${positionals.join(" ")}.`);
  process.exit(1);
}

const skipped: SkippedTest[] = [];
let passed = false;
const events = run({
  cwd: root,
  files: files.map((file) => join(root, file)),
  concurrency: Math.min(availableParallelism(), concurrencyMax),
  timeout: fileTimeoutMs,
  ...(values.name === undefined ? {} : { testNamePatterns: values.name.map((name) => new RegExp(name)) }),
});
events.on("test:pass", ({ file, name, skip }) => {
  if (skip !== undefined) skipped.push({ file: file ?? "", name, reason: skip });
});
events.on("test:summary", ({ file, success }) => {
  if (file === undefined) passed = success;
});
events.compose(spec).pipe(process.stdout);
events.once("close", () => {
  process.once("beforeExit", finish);
});

function finish(): void {
  const absent = requirements.filter((requirement) => requirement.find() === undefined);
  const lines = summarise({ root, skipped, absent, strict });
  if (lines.length > 0) console.log(`\n${lines.join("\n")}`);
  process.exitCode = passed && !(strict && skipped.length > 0) ? 0 : 1;
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}
