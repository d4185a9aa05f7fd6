/**
 * `npm run bench -- <name>`: one measurement, its yardstick in the same run. The two take turns; medians and the median
 * of the rounds' ratios are what counts. `BENCH_ROUNDS` says how many rounds (5).
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measureLanguage } from "./asl.ts";
import { measureIdle } from "./idle.ts";
import { measureJsonata } from "./jsonata.ts";
import { measureNodes } from "./nodes.ts";
import { startEcho, startTutti } from "./servers.ts";
import type { Server } from "./servers.ts";
import { measureBacklog } from "./sqs-backlog.ts";
import { measureBatches } from "./sqs.ts";
import { measureFifo } from "./sqs-fifo.ts";
import { measureIdlePolls } from "./sqs-idle-polls.ts";
import { measurePeers } from "./sqs-peers.ts";
import { measurePass5 } from "./states-pass5.ts";
import { measureTakeovers } from "./takeover.ts";

const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  asl: measureLanguage,
  idle: measureIdle,
  jsonata: measureJsonata,
  nodes: measureNodes,
  sqs: () => withServers(measureBatches),
  "sqs-backlog": () => inFolder(measureBacklog),
  "sqs-fifo": () => withServers(measureFifo),
  "sqs-idle-polls": () => withServers(measureIdlePolls),
  "sqs-peers": () => inFolder(measurePeers),
  "states-pass5": () => withServers(measurePass5),
  takeover: measureTakeovers,
};

const name = process.argv[2] ?? "";
const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
if (benchmark === undefined) {
  process.stderr.write(`usage: npm run bench -- ${Object.keys(benchmarks).join(" | ")}\n`);
  process.exit(1);
}
await benchmark();
process.exit();

function withServers(measure: (tutti: Server, echo: Server) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const tutti = await startTutti(folder);
    const echo = await startEcho();
    try {
      await measure(tutti, echo);
    } finally {
      await Promise.all([tutti.stop(), echo.stop()]);
    }
  });
}

async function inFolder(measure: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tutti-bench-"));
  try {
    await measure(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
