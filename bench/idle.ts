/**
 * `npm run bench -- idle`: how long a start takes up to `Ready.`, on an empty data directory, and what the server holds
 * in memory when it has nothing to do. Resident memory is the operating system's figure, all of it, shared pages too.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const starts = 10;
const idleSeconds = 10;
const jsonType = "application/x-amz-json-1.0";

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly readyMs: number;
  readonly folder: string;
}

/** What is measured: the sources as a checkout runs them, and the built package where there is one. */
const programs: readonly (readonly [title: string, file: string])[] = [
  ["sources", "../packages/server/src/cli/main.ts"],
  ["built package", "../packages/server/dist/cli.js"],
];

export async function measureIdle(): Promise<void> {
  for (const [title, file] of programs) {
    const path = fileURLToPath(new URL(file, import.meta.url));
    if (existsSync(path)) await measure(title, path);
    else process.stdout.write(`${title}: not there, "npm run build" makes it\n`);
  }
}

async function measure(title: string, path: string): Promise<void> {
  const times: number[] = [];
  for (let count = 0; count < starts; count += 1) {
    const server = await start(path);
    times.push(server.readyMs);
    await stop(server);
  }
  times.sort((left, right) => left - right);
  const server = await start(path);
  const afterStart = residentMegabytes(server);
  await oneCall(server);
  const afterCall = residentMegabytes(server);
  await new Promise((resolve) => void setTimeout(resolve, idleSeconds * 1000));
  const afterIdling = residentMegabytes(server);
  await stop(server);
  process.stdout.write(
    `${title}\n` +
      `  start to Ready.   median ${median(times).toFixed(0)} ms of ${starts} (${times[0]?.toFixed(0)} to ${times.at(-1)?.toFixed(0)}), process included\n` +
      `  resident memory   ${afterStart} MB after the start, ${afterCall} MB after one call, ${afterIdling} MB after ${idleSeconds} s\n`,
  );
}

async function start(path: string): Promise<Started> {
  const folder = await mkdtemp(join(tmpdir(), "tutti-bench-"));
  const begun = performance.now();
  const words = ["--disable-warning=ExperimentalWarning", path, "start", "--port", "0", "--data-dir", folder];
  const child = spawn(process.execPath, [...words, "--log-level", "warn"], { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    let output = "";
    child.once("exit", (code) => reject(new Error(`${path} ended with ${code}`)));
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (!output.endsWith("Ready.\n")) return;
      const url = /endpoint\s+(\S+)/.exec(output)?.[1] ?? "";
      resolve({ child, url, readyMs: performance.now() - begun, folder });
    });
  });
}

async function stop({ child, folder }: Started): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
  await rm(folder, { recursive: true, force: true });
}

async function oneCall({ url }: Started): Promise<void> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": jsonType, "x-amz-target": "AmazonSQS.CreateQueue" },
    body: JSON.stringify({ QueueName: "idle" }),
  });
  if (!answer.ok) throw new Error(`CreateQueue: ${await answer.text()}`);
}

/** In units of a million bytes; Linux alone tells it of another process in a file. */
function residentMegabytes({ child }: Started): string {
  if (process.platform !== "linux") return "?";
  const kibibytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1];
  return ((Number(kibibytes) * 1024) / 1_000_000).toFixed(0);
}

function median(sorted: readonly number[]): number {
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
