/** The command `tutti`. Messages for people go to standard output, logs to standard error. */
import { resolve } from "node:path";
import { setFlagsFromString } from "node:v8";
import { stopwatch } from "../kernel/clock.ts";
import { NodeIdInUse } from "../kernel/nodes/leases.ts";
import { DataDirectoryInUse } from "../kernel/store/data-directory.ts";
import { StoreFault } from "../kernel/store/store-errors.ts";
import { moveInstallation } from "../server/move-installation.ts";
import { ConfigurationError } from "../server/options.ts";
import { startServer } from "../server/tutti-server.ts";
import type { TuttiServer } from "../server/tutti-server.ts";
import { version } from "../version.ts";
import { parseCommand, usage } from "./arguments.ts";
import type { StartArguments } from "./arguments.ts";
import { findProblems } from "./doctor.ts";

/**
 * V8 would allocate objects in its old generation wherever those of the first seconds have lived long. That is so of the
 * first messages of a queue, and not of the millions that come after them: these then die where it is seldom collected,
 * and what they refer to is moved there with them, 7 MB of every 24. Without it a message of SendMessageBatch takes 6.0
 * instead of 6.9 µs of the main thread and 0.5 instead of 2.2 of V8's other threads.
 */
const allocateYoung = "--no-allocation-site-pretenuring";

/** `EX_SOFTWARE` of sysexits.h: the store failed under a running server. */
const exitFatal = 70;

async function main(words: readonly string[]): Promise<void> {
  const command = parseCommand(words, process.env);
  switch (command.name) {
    case "help":
      return print(usage);
    case "version":
      return print(version);
    case "doctor": {
      const problems = await findProblems(command.arguments);
      for (const problem of problems) print(problem);
      if (problems.length > 0) process.exitCode = 1;
      return;
    }
    case "migrate":
      await moveInstallation({ ...command.arguments, report: print });
      return print("Moved. Both stores hold the same.");
    case "start":
      return start(command.arguments);
  }
}

async function start(options: StartArguments): Promise<void> {
  // Whoever read what the server says may have gone; that is no reason for it to go as well.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  setFlagsFromString(allocateYoung);
  const elapsed = stopwatch();
  const server = await startServer({
    ...options,
    dataDirectory: options.inMemory ? undefined : resolve(options.dataDirectory),
    writeLog: (line) => void process.stderr.write(`${line}\n`),
    onFatal: () => process.exit(exitFatal),
  });
  print(banner(server, options, Math.round(elapsed())));
  const stop = (): void => {
    server.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

function banner(server: TuttiServer, options: StartArguments, startMs: number): string {
  const survival = server.durable ? "it survives a restart, and a kill -9" : "nothing survives this process";
  const lines = [
    `Tutti ${version}`,
    `  endpoint  ${server.url}   (export AWS_ENDPOINT_URL=${server.url})`,
    `  data      ${server.dataLocation}: ${survival}`,
  ];
  if (options.clock === "virtual")
    lines.push(`  clock     virtual: POST ${server.url}/_tutti/clock/advance {"seconds": n} moves it`);
  lines.push(`  started   in ${startMs} ms`, "Ready.");
  return lines.join("\n");
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(error: unknown): void {
  const known = [ConfigurationError, DataDirectoryInUse, NodeIdInUse, StoreFault].some((kind) => error instanceof kind);
  const inUse = (error as NodeJS.ErrnoException | undefined)?.code === "EADDRINUSE";
  const text =
    error instanceof Error ? (known || inUse ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`tutti: ${text}\n`);
  process.exit(1);
}

main(process.argv.slice(2)).catch(fail);
