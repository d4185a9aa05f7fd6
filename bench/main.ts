/**
 * `npm run bench -- <name>`: one measurement, paired in the same run with a bare `node:http` echo server that gets the
 * same bodies over the same number of connections. The two take turns; medians and their ratio are what counts.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureIdle } from "./idle.ts";
import { postRequest, runLoad } from "./load.ts";
import type { LoadResult } from "./load.ts";

const rounds = 5;
const connections = 64;
const host = "127.0.0.1";
const jsonType = "application/x-amz-json-1.0";

interface Server {
  readonly port: number;
  stop(): void;
}

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
if (name === "idle") {
  await measureIdle();
  process.exit();
}
const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
if (benchmark === undefined) {
  process.stderr.write(`usage: npm run bench -- ${[...Object.keys(benchmarks), "idle"].join(" | ")}\n`);
  process.exit(1);
}
const folder = await mkdtemp(join(tmpdir(), "tutti-bench-"));
const tutti = await start(
  ["../packages/server/src/cli/main.ts", "start", "--port", "0", "--data-dir", folder, "--log-level", "warn"],
  /endpoint\s+http:\/\/[^:]+:(\d+)[\s\S]*Ready\./,
);
const echo = await start(["./echo-server.ts"], /port (\d+)/);
try {
  await benchmark(tutti, echo);
} finally {
  tutti.stop();
  echo.stop();
  await rm(folder, { recursive: true, force: true });
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

async function call(server: Server, target: string, input: object): Promise<unknown> {
  const answer = await fetch(`http://${host}:${server.port}/`, {
    method: "POST",
    headers: { "content-type": jsonType, "x-amz-target": target },
    body: JSON.stringify(input),
  });
  if (!answer.ok) throw new Error(`${target}: ${await answer.text()}`);
  return answer.json();
}

function start(words: readonly string[], ready: RegExp): Promise<Server> {
  const [file = "", ...rest] = words;
  const child: ChildProcess = spawn(process.execPath, [fileURLToPath(new URL(file, import.meta.url)), ...rest], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve, reject) => {
    let output = "";
    child.once("exit", (code) => reject(new Error(`${file} ended with ${code}`)));
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const port = ready.exec(output)?.[1];
      if (port !== undefined) resolve({ port: Number(port), stop: () => void child.kill("SIGTERM") });
    });
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? Number.NaN;
}
