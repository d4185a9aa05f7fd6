/** What a rule of the tidy test is: it reads the whole repository and names every place that breaks it. */
import type { Repository } from "./repository.ts";

export interface Rule {
  /** In few words, for the name of the test. */
  readonly name: string;
  check(repository: Repository): Finding[];
}

export interface Finding {
  /** Relative to the repository's root. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** What is wrong and what to do instead. */
  readonly message: string;
}

/** `packages/a/src/b.ts:12  message`, one a line, in the order of the files. */
export function formatFindings(findings: readonly Finding[]): string {
  return findings
    .toSorted((a, b) => compare(a.path, b.path) || a.line - b.line)
    .map(({ path, line, message }) => `${path}:${line}  ${message}`)
    .join("\n");
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
