import assert from "node:assert/strict";
import { test } from "node:test";
import { commandProblems } from "./check-readme.ts";

const ran = ["npm ci", "npm run check", "npm test", "npm run demo"];

function readme(...commands: readonly string[]): string {
  return ["# A", "```json", "{}", "```", "```sh", ...commands, "```", "```sh", "npm run bench", "```"].join("\n");
}

test("the two commands, run in their order, are true", () => {
  assert.deepEqual(commandProblems(readme("npm ci && npm run demo", "# then", "npm ci && npm test"), ran), []);
});

test("a command that was not run is named", () => {
  assert.deepEqual(commandProblems(readme("npm install", "npm run demo"), ran), [
    `README.md shows "npm install", which was not run.`,
  ]);
});

test("the order is part of it", () => {
  assert.deepEqual(commandProblems(readme("npm run demo && npm ci", "npm test"), ran), [
    `README.md shows "npm ci" in another order than it was run in.`,
  ]);
});

test("another number of commands, or none, is a problem", () => {
  const begins = (count: number): string[] => [`README.md begins with ${count} commands to type, not 2.`];
  assert.deepEqual(commandProblems("", ran), begins(0));
  assert.deepEqual(commandProblems("# A\n`npm ci` and `npm test`", ran), begins(0));
  assert.deepEqual(commandProblems(readme("npm ci"), ran), begins(1));
  assert.deepEqual(commandProblems(readme("npm ci", "npm test", "npm run demo"), ran), begins(3));
});
