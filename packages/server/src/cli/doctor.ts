/** `tutti doctor`: what would keep the server from starting, one line a problem; silent when all is well. */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, resolve } from "node:path";
import { DataDirectoryInUse, lockDataDirectory } from "../kernel/store/data-directory.ts";
import { openPostgresStore } from "../kernel/store/postgres/postgres-store.ts";
import { StoreFault } from "../kernel/store/store-errors.ts";
import { checkHost } from "../server/options.ts";
import type { StartArguments } from "./arguments.ts";

const nodeMajorOldest = 24;

export async function findProblems(options: StartArguments): Promise<string[]> {
  const problems = [
    nodeProblem(process.versions.node),
    hostProblem(options),
    options.inMemory || options.storeUrl !== undefined ? undefined : directoryProblem(options.dataDirectory),
    options.storeUrl === undefined ? undefined : await databaseProblem(options.storeUrl, options.allowUnsafeStore),
  ];
  problems.push(await portProblem(options.port, options.host));
  return problems.filter((problem) => problem !== undefined);
}

export function nodeProblem(version: string): string | undefined {
  if (Number.parseInt(version, 10) >= nodeMajorOldest) return undefined;
  return `Node ${version} is too old: Tutti needs Node ${nodeMajorOldest} or newer.`;
}

function hostProblem({ host, allowRemote }: StartArguments): string | undefined {
  try {
    checkHost(host, allowRemote);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function directoryProblem(directory: string): string | undefined {
  let place = resolve(directory);
  while (!existsSync(place)) place = dirname(place);
  if (!statSync(place).isDirectory())
    return `The data directory ${directory} cannot be made: ${place} is not a directory.`;
  try {
    accessSync(place, constants.W_OK | constants.X_OK);
  } catch {
    return `The data directory ${directory} cannot be written: no permission in ${place}.`;
  }
  if (place !== resolve(directory)) return undefined;
  try {
    lockDataDirectory(directory).release();
    return undefined;
  } catch (error) {
    if (error instanceof DataDirectoryInUse || error instanceof StoreFault) return error.message;
    throw error;
  }
}

async function databaseProblem(url: string, allowUnsafe: boolean): Promise<string | undefined> {
  try {
    const store = await openPostgresStore(url, { allowUnsafe, startMsMax: 0, applicationName: "tutti doctor" });
    await store.close();
    return undefined;
  } catch (error) {
    if (error instanceof StoreFault) return error.message;
    throw error;
  }
}

function portProblem(port: number, host: string): Promise<string | undefined> {
  return new Promise((answer) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      answer(
        error.code === "EADDRINUSE"
          ? `Port ${port} on ${host} is in use: stop what listens there, or choose another with --port.`
          : `Cannot listen on ${host}:${port}: ${error.message}.`,
      );
    });
    probe.listen(port, host, () => probe.close(() => answer(undefined)));
  });
}
