/** A server as a user runs it: a process of its own, that can be killed and started again over the same data. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { schemaUrl } from "../../packages/server/src/kernel/testing/test-store.ts";

const main = fileURLToPath(new URL("../../packages/server/src/cli/main.ts", import.meta.url));

/** Those that live, to go with a test that ends without a word for them. */
const living = new Set<ChildProcess>();
process.once("exit", () => living.forEach((child) => child.kill("SIGKILL")));

export interface ServerProcess extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** What it said when it started. */
  readonly output: string;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** SIGTERM; gives the exit code. */
  terminate(): Promise<number | null>;
}

/**
 * @param dataDirectory where data lives; where `TUTTI_TEST_STORE` names a database, a schema of this name does instead
 * @param words further words of the command line
 */
export async function startServerProcess(dataDirectory: string, ...words: string[]): Promise<ServerProcess> {
  const database = process.env["TUTTI_TEST_STORE"];
  const place =
    database === undefined
      ? ["--data-dir", dataDirectory]
      : ["--allow-unsafe-store", "--store", await schemaUrl(database, dataDirectory)];
  return startServerProcessOn([...place, ...words]);
}

/**
 * @param words of the command line, those that say where data lives among them
 * @param nodeWords for Node itself
 */
export async function startServerProcessOn(
  words: readonly string[],
  nodeWords: readonly string[] = [],
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [...nodeWords, main, "start", "--port", "0", ...words], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  living.add(child);
  child.once("exit", () => living.delete(child));
  const output = await outputWhenReady(child);
  return {
    url: /endpoint\s+(\S+)/.exec(output)?.[1] ?? "",
    pid: child.pid ?? 0,
    output,
    kill: () => end(child, "SIGKILL").then(() => undefined),
    terminate: () => end(child, "SIGTERM"),
    [Symbol.asyncDispose]: () => end(child, "SIGKILL").then(() => undefined),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, "exit");
  child.kill(signal);
  const [code] = (await exited) as [number | null];
  return code;
}

function outputWhenReady(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    let errors = "";
    child.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.endsWith("Ready.\n")) resolve(output);
    });
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${errors}`)));
  });
}

/** A folder for one test, removed afterwards. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "tutti-test-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
