/**
 * `npm run bench -- <name>`: one measurement, paired in the same run with a bare `node:http` echo server that gets the
 * same bodies over the same number of connections. The two take turns; medians and their ratio are what counts.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measureLanguage } from "./asl.ts";
import { measureIdle } from "./idle.ts";
import { postRequest, runLoad } from "./load.ts";
import type { LoadResult } from "./load.ts";
import { call, host, jsonType, startEcho, startTutti } from "./servers.ts";
import type { Server } from "./servers.ts";
import { measureBacklog } from "./sqs-backlog.ts";
import { measureBatches } from "./sqs-batch.ts";
import { measureFifo } from "./sqs-fifo.ts";
import { measureIdlePolls } from "./sqs-idle-polls.ts";
import { median } from "./statistics.ts";

const rounds = 5;
const connections = 64;

const benchmarks: Readonly<Record<string, (tutti: Server, echo: Server) => Promise<void>>> = {
  "sqs-send": async (tutti, echo) => {
    await call(tutti, "AmazonSQS.CreateQueue", { QueueName: "bench" });
    const body = JSON.stringify({
      QueueUrl: `http://${host}:${tutti.port}/000000000000/bench`,
      MessageBody: "x".repeat(256),
    });
    const request = postRequest("/", { "content-type": jsonType, "x-amz-target": "AmazonSQS.SendMessage" }, body);
    await compare("SendMessage, 256-byte body, every message synced to disk", tutti, echo, request);
  },
  "sqs-batch": measureBatches,
  "sqs-fifo": measureFifo,
  "sqs-idle-polls": measureIdlePolls,
  // The answer to StartExecution leaves when the execution's whole first run is on disk: with Pass states, its end.
  "states-pass5": async (tutti, echo) => {
    const names = ["One", "Two", "Three", "Four", "Five"];
    const states = Object.fromEntries(
      names.map((state, index) => {
        const next = names[index + 1];
        return [state, { Type: "Pass", ...(next === undefined ? { End: true } : { Next: next }) }];
      }),
    );
    const definition = JSON.stringify({ StartAt: "One", States: states });
    const roleArn = "arn:aws:iam::000000000000:role/bench";
    await call(tutti, "AWSStepFunctions.CreateStateMachine", { name: "bench", definition, roleArn });
    const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:bench";
    const headers = { "content-type": jsonType, "x-amz-target": "AWSStepFunctions.StartExecution" };
    const request = postRequest("/", headers, JSON.stringify({ stateMachineArn, input: '{"order":17}' }));
    await compare("StartExecution to the durable end of five Pass states", tutti, echo, request);
    const { executions } = (await call(tutti, "AWSStepFunctions.ListExecutions", {
      stateMachineArn,
      statusFilter: "RUNNING",
    })) as { executions: unknown[] };
    if (executions.length > 0) throw new Error(`${executions.length} executions were answered before their end`);
  },
};

const name = process.argv[2] ?? "";
const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
if (name === "asl") await measureLanguage();
else if (name === "idle") await measureIdle();
else if (name === "sqs-backlog") await inFolder(measureBacklog);
else if (benchmark === undefined) {
  const names = [...Object.keys(benchmarks), "asl", "sqs-backlog", "idle"];
  process.stderr.write(`usage: npm run bench -- ${names.join(" | ")}\n`);
  process.exit(1);
} else {
  await inFolder(async (folder) => {
    const tutti = await startTutti(folder);
    const echo = await startEcho();
    try {
      await benchmark(tutti, echo);
    } finally {
      await Promise.all([tutti.stop(), echo.stop()]);
    }
  });
}
process.exit();

async function inFolder(measure: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tutti-bench-"));
  try {
    await measure(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(title: string, measured: Server, yardstick: Server, request: Buffer): Promise<void> {
  const results: { measured: LoadResult; yardstick: LoadResult }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    results.push({ yardstick: await load(yardstick, request), measured: await load(measured, request) });
  }
  const rate = (side: "measured" | "yardstick"): number =>
    median(results.map((result) => result[side].requestsPerSecond));
  const ratio = median(results.map((result) => result.measured.requestsPerSecond / result.yardstick.requestsPerSecond));
  process.stdout.write(
    `${title}; ${connections} connections, ${rounds} rounds, medians\n` +
      `  echo   ${rate("yardstick").toFixed(0)} requests/s\n` +
      `  tutti  ${rate("measured").toFixed(0)} requests/s, median ${median(results.map(({ measured: { medianMs } }) => medianMs)).toFixed(1)} ms, ` +
      `p99 ${median(results.map(({ measured: { p99Ms } }) => p99Ms)).toFixed(1)} ms\n` +
      `  ratio  ${ratio.toFixed(2)}\n`,
  );
}

function load(server: Server, request: Buffer): Promise<LoadResult> {
  return runLoad({
    host,
    port: server.port,
    connections,
    seconds: 3,
    warmUpSeconds: 1,
    request: () => request,
    expectStatus: 200,
  });
}
