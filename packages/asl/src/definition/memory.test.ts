/**
 * Definitions of a megabyte that would take gigabytes if every place in them were written out: long names with much below
 * them, and depth with much in it. Each is diagnosed within a heap that is a fraction of that.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const heapMegabytes = 400;
const ones = `${"1,".repeat(440_000)}1`;
const long = "n".repeat(100_000);
const pass = (result: string) => `{"StartAt":"A","States":{"A":{"Type":"Pass","Result":${result}}}}`;
const many = (count: number, part: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => part(index)).join(",");

/** Branches, far down in states with names of eighty characters. */
function deepBranches(): string {
  let text = many(10_000, (index) => `{"StartAt":"B${index}","States":{"B${index}":{"Type":"Succeed"}}}`);
  for (let depth = 0; depth < 150; depth += 1) {
    const name = `${depth}`.padStart(80, "n");
    text = `{"StartAt":"${name}","States":{"${name}":{"Type":"Parallel","End":true,"Branches":[${text}]}}}`;
  }
  return text;
}

const cases: readonly (readonly [name: string, text: string, message: RegExp])[] = [
  ["a deep list of many", pass(`${"[".repeat(900)}${ones}${"]".repeat(900)}`), /Next, End/],
  ["a long name of many", pass(`{"${long}":[${ones}]}`), /Next, End/],
  ["a long name of many duplicates", pass(`{"${long}":{${many(60_000, () => '"a":1')}}}`), /Duplicate field 'a'/],
  [
    "a long name of many bad paths",
    `{"StartAt":"A","States":{"A":{"Type":"Pass","End":true,"Parameters":{"${long}":{${many(40_000, (index) => `"a${index}.$":"$["`)}}}}}}`,
    /must be a valid JSONPath/,
  ],
  [
    "a long state name of many branches",
    `{"StartAt":"${long}","States":{"${long}":{"Type":"Parallel","End":true,"Branches":[${many(8000, (index) => `{"StartAt":"B${index}","States":{"B${index}":{"Type":"Succeed"}}}`)}]}}}`,
    /State name cannot exceed 80 characters/,
  ],
  ["deep branches", deepBranches(), /locations of branches and item processors exceed 16777216 characters/],
];

const program = `
  import { readFileSync } from "node:fs";
  import { compileDefinition, formatInvalidDefinition } from "@tutti/asl";
  const compiled = compileDefinition(readFileSync(0, "utf8"));
  const diagnostics = compiled.ok ? [] : compiled.diagnostics;
  const messages = diagnostics.slice(0, 2).map(({ message }) => message.slice(0, 200));
  console.log(JSON.stringify({ messages, length: formatInvalidDefinition(diagnostics).length }));
`;

describe("in a small heap", () => {
  for (const [name, text, message] of cases) {
    it(name, () => {
      assert.ok(text.length > 400_000 && text.length <= 1_048_576, `${text.length}`);
      const args = [`--max-old-space-size=${heapMegabytes}`, "--input-type=module-typescript", "--eval", program];
      const home = fileURLToPath(new URL("../..", import.meta.url));
      const { status, stdout, stderr } = spawnSync(process.execPath, args, {
        cwd: home,
        input: text,
        encoding: "utf8",
      });
      assert.equal(status, 0, stderr.slice(-500));
      const answer: { messages: string[]; length: number } = JSON.parse(stdout);
      assert.match(answer.messages.join("\n"), message);
      assert.ok(answer.length < 1_500_000, `${answer.length}`);
    });
  }
});
