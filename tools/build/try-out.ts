/** Starts what was built, from its own folder: the command says its version, and a server with data on disk answers. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const timeoutMs = 60_000;

/** @throws Error with what was printed when any of it does not work */
export async function tryOut(dist: string, version: string): Promise<void> {
  const command = join(dist, "bin", "tutti.mjs");
  expect("tutti --help", [command, "--help"], (output) => output.includes("start"));
  expect("tutti --version", [command, "--version"], (output) => output.trim() === version);
  const folder = mkdtempSync(join(tmpdir(), "tutti-build-"));
  const program = join(folder, "program.mjs");
  writeFileSync(program, serverProgram(dist, join(folder, "data")));
  try {
    expect("a server", [program], (output) => output.trim() === "answered");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Loads both public entries, starts a server on a free port and asks it something. */
function serverProgram(dist: string, dataDirectory: string): string {
  const address = (file: string): string => JSON.stringify(pathToFileURL(join(dist, file)).href);
  return `
    const { startServer } = await import(${address("index.js")});
    const { startTutti } = await import(${address("testing.js")});
    if (typeof startServer !== "function") throw new Error("index.js does not export startServer");
    const server = await startTutti({ dataDirectory: ${JSON.stringify(dataDirectory)} });
    const response = await fetch(server.url);
    await response.text();
    await server.stop();
    console.log("answered");
  `;
}

function expect(what: string, args: readonly string[], holds: (output: string) => boolean): void {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    timeout: timeoutMs,
  });
  if (status === 0 && holds(stdout)) return;
  throw new Error(
    `What was built does not work: ${what} ended with ${signal ?? status ?? "nothing"}.\n${stdout}${stderr}`,
  );
}
