/**
 * Whether the pages tell people what is true: the README's two lines of commands are what CI has just run, each in its order, and every
 * script, path and link the pages name exists.
 *
 *     node tools/launch.mjs tools/check-readme.ts <file with the commands that were run, one a line>
 *
 * The two commands are the README's first block of shell commands: what a stranger types before anything else.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readPage } from "./tidy/markdown.ts";
import { readRepository } from "./tidy/repository.ts";
import { formatFindings } from "./tidy/rule.ts";
import { documentNames } from "./tidy/rules/document-names.ts";
import { markdownLinks } from "./tidy/rules/markdown-links.ts";

const root = join(import.meta.dirname, "..");
const shellLanguages = new Set(["bash", "console", "sh", "shell"]);
const commandCount = 2;

/** What is wrong with the commands a README shows, when `ran` is what was run. */
export function commandProblems(readme: string, ran: readonly string[]): string[] {
  const shown = firstCommands(readme);
  if (shown.length !== commandCount) {
    return [`README.md begins with ${shown.length} commands to type, not ${commandCount}.`];
  }
  // The set-up stands in both lines and is run once.
  const problems = shown.flatMap((line) => untrue(line.split(" && "), ran));
  return [...new Set(problems)];
}

/** @param commands one line's, each run after the one before it */
function untrue(commands: readonly string[], ran: readonly string[]): string[] {
  let from = 0;
  const problems: string[] = [];
  for (const command of commands) {
    const at = ran.indexOf(command, from);
    if (at >= 0) from = at + 1;
    else if (ran.includes(command)) problems.push(`README.md shows "${command}" in another order than it was run in.`);
    else problems.push(`README.md shows "${command}", which was not run.`);
  }
  return problems;
}

function firstCommands(readme: string): string[] {
  const block = readPage(readme).fences.find(({ language }) => shellLanguages.has(language));
  return (block?.lines ?? []).map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
}

function main([ranFile]: readonly string[]): number {
  if (ranFile === undefined) {
    console.error("usage: check-readme.ts <file with the commands that were run>");
    return 2;
  }
  const repository = readRepository(root);
  const ran = readFileSync(ranFile, "utf8").split("\n");
  const findings = [...documentNames.check(repository), ...markdownLinks.check(repository)];
  const problems = commandProblems(repository.files.get("README.md") ?? "", ran);
  if (findings.length > 0) problems.push(formatFindings(findings));
  for (const problem of problems) console.error(problem);
  if (problems.length === 0) console.log("The pages are true: commands, paths and links were checked.");
  return problems.length === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
