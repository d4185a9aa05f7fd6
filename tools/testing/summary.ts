/** What `npm test` says after Node's own closing lines: which tests did not run, and why. */
import { relative } from "node:path";
import type { Requirement } from "../../test/support/requirements.ts";

export interface SkippedTest {
  readonly file: string;
  readonly name: string;
  /** `true` when the test gave no reason. */
  readonly reason: string | boolean;
}

export interface Outcome {
  readonly root: string;
  readonly skipped: readonly SkippedTest[];
  /** What this machine lacks, whether a suite asked for it or not. */
  readonly absent: readonly Requirement[];
  readonly strict: boolean;
}

/** The closing lines; none when nothing was skipped and nothing is absent. */
export function summarise({ root, skipped, absent, strict }: Outcome): string[] {
  const lines: string[] = [];
  if (skipped.length > 0) {
    lines.push(`Skipped ${skipped.length} ${skipped.length === 1 ? "test" : "tests"}:`);
    for (const [reason, tests] of byReason(skipped)) {
      lines.push(`  ${reason}`);
      for (const { file, name } of tests) lines.push(`    ${relative(root, file)}: ${name}`);
    }
    if (strict) lines.push("Nothing may be skipped here (CI or --strict): this run has failed.");
  }
  const unasked = absent.filter(({ title }) => !skipped.some(({ reason }) => String(reason).includes(title)));
  if (unasked.length > 0) {
    lines.push(`Not installed, and not needed by what ran: ${unasked.map(({ title }) => title).join(", ")}.`);
  }
  return lines;
}

function byReason(skipped: readonly SkippedTest[]): Map<string, SkippedTest[]> {
  return Map.groupBy(skipped, ({ reason }) => (typeof reason === "string" ? reason : "no reason given"));
}
