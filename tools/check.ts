/**
 * `npm run check`: whether what stands here may be committed. One line a check, its output only when it fails.
 *
 *     npm run check               all of them
 *     npm run check -- lint tidy  these
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const commands = join(root, "node_modules", ".bin");

interface Check {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** What mends it, when a command does. */
  readonly remedy?: string;
}

const checks: readonly Check[] = [
  { name: "format", command: join(commands, "oxfmt"), args: ["--check", "."], remedy: "npm run format" },
  { name: "lint", command: join(commands, "oxlint"), args: ["--type-aware"] },
  { name: "types", command: join(commands, "tsc"), args: ["-p", "tsconfig.json"] },
  { name: "tidy", command: process.execPath, args: ["--test", "--test-reporter=dot", "test/tidy/*.test.ts"] },
  { name: "build", command: process.execPath, args: ["tools/build.ts"] },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`No such check: ${unknown.join(", ")}. There are ${checks.map(({ name }) => name).join(", ")}.`);
  process.exit(2);
}

const failed: string[] = [];
for (const check of checks) {
  if (wanted.length > 0 && !wanted.includes(check.name)) continue;
  if (!(await passes(check))) failed.push(check.name);
}
if (failed.length > 0) console.log(`Failed: ${failed.join(", ")}.`);
process.exitCode = failed.length > 0 ? 1 : 0;

async function passes({ name, command, args, remedy }: Check): Promise<boolean> {
  const start = performance.now();
  const output: Buffer[] = [];
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  const code = await exitCode(child);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${code === 0 ? "ok    " : "FAILED"}  ${name.padEnd(8)} ${seconds.padStart(6)} s`);
  if (code !== 0) {
    console.log(`${Buffer.concat(output).toString("utf8").trimEnd()}\n`);
    if (remedy !== undefined) console.log(`To mend it: ${remedy}\n`);
  }
  return code === 0;
}

/** The exit code, or a text for a command that did not run or was killed. */
async function exitCode(child: ReturnType<typeof spawn>): Promise<number | string> {
  try {
    const [code, signal] = (await once(child, "close")) as [number | null, string | null];
    return code ?? signal ?? "unknown";
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return "not started";
  }
}
