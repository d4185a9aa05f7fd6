/**
 * `npm run demo`: ten hotel bookings through a server of its own, on a free port, with nothing left behind; where
 * `TUTTI_STORE` names a PostgreSQL database, they stay in there.
 * `npm run demo -- URL URL …`: through servers that run; clients of one kind go to the first, of another to the last.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import type { DescribeExecutionCommandOutput } from "@aws-sdk/client-sfn";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startServer } from "tutti";
import { declinedGuest, runWorker } from "./worker.ts";

const guests = [
  "Ada",
  "Grace",
  "Edsger",
  "Barbara",
  "Donald",
  declinedGuest,
  "Leslie",
  "Margaret",
  "Niklaus",
  "Frances",
];
const pollMs = 100;

const started = performance.now();
const endpoints = process.argv.slice(2);
const stopWorkers = new AbortController();
const own = endpoints.length === 0 ? await startOwn() : undefined;
try {
  await run(own?.url ?? endpoints[0] ?? "", own?.url ?? endpoints.at(-1) ?? "");
} finally {
  stopWorkers.abort();
  await own?.stop();
}

async function startOwn(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "tutti-demo-"));
  const server = await startServer({
    port: 0,
    host: "127.0.0.1",
    dataDirectory: folder,
    storeUrl: process.env["TUTTI_STORE"],
    clock: "real",
    logLevel: "warn",
    writeLog: (line) => void process.stderr.write(`${line}\n`),
    allowRemote: false,
    onFatal: (error) => {
      throw error;
    },
  });
  print(`Tutti is ready at ${server.url} after ${seconds()} s; data in ${server.dataLocation}\n`);
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}

async function run(queuesAt: string, machinesAt: string): Promise<void> {
  const client = { region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
  const sqs = new SQSClient({ ...client, endpoint: queuesAt });
  const sfn = new SFNClient({ ...client, endpoint: machinesAt });
  // A server that runs already may have executions of an earlier demo.
  const suffix = own === undefined ? `-${Date.now().toString(36)}` : "";
  const { QueueUrl: queueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: "back-office" }));
  const definition = await readFile(new URL("./booking.asl.json", import.meta.url), "utf8");
  const { stateMachineArn = "" } = await sfn.send(
    new CreateStateMachineCommand({
      name: "hotel-booking",
      definition,
      roleArn: "arn:aws:iam::000000000000:role/demo",
    }),
  );
  const workers = [1, 2].map(() => runWorker(sqs, sfn, queueUrl, stopWorkers.signal).catch(ignoreAbort));
  const arns = await Promise.all(
    guests.map(async (guest, index) => {
      const input = JSON.stringify({ guest, nights: (index % 4) + 1, queueUrl });
      const { executionArn } = await sfn.send(
        new StartExecutionCommand({ stateMachineArn, name: `booking-${index + 1}${suffix}`, input }),
      );
      return executionArn;
    }),
  );
  const ended = await untilEnded(sfn, arns);
  for (const { name, status, output } of ended) {
    const { status: outcome, message } = JSON.parse(output ?? "{}") as { status?: string; message?: string };
    print(`  ${(name ?? "").padEnd(11)} ${status}  ${outcome}: ${message}`);
  }
  stopWorkers.abort();
  await Promise.all(workers);
  sqs.destroy();
  sfn.destroy();
  const finished = ended.filter(({ status }) => status === "SUCCEEDED").length;
  print(`\n${finished} of ${guests.length} bookings finished in ${seconds()} s.`);
  showCommands(queueUrl, stateMachineArn);
  if (finished !== guests.length) process.exitCode = 1;
}

async function untilEnded(
  sfn: SFNClient,
  arns: readonly (string | undefined)[],
): Promise<DescribeExecutionCommandOutput[]> {
  for (;;) {
    const executions = await Promise.all(
      arns.map((executionArn) => sfn.send(new DescribeExecutionCommand({ executionArn }))),
    );
    const done = executions.filter(({ status }) => status !== "RUNNING").length;
    process.stdout.write(
      process.stdout.isTTY ? `\r  ${"#".repeat(done)}${".".repeat(arns.length - done)} ${done}/${arns.length}` : "",
    );
    if (done === arns.length) {
      print(process.stdout.isTTY ? "\n" : `  ${"#".repeat(done)} ${done}/${arns.length}\n`);
      return executions;
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function showCommands(queueUrl: string, stateMachineArn: string): void {
  print(`
The same with the aws command (start a server with: npm run tutti -- start):
  export AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
  aws sqs create-queue --queue-name ${queueUrl.split("/").at(-1)}
  aws stepfunctions create-state-machine --name hotel-booking --role-arn arn:aws:iam::000000000000:role/demo \\
      --definition file://examples/booking/booking.asl.json
  aws stepfunctions start-execution --state-machine-arn ${stateMachineArn} \\
      --input '{"guest": "Ada", "nights": 2, "queueUrl": "http://127.0.0.1:4566/000000000000/back-office"}'
  aws sqs receive-message --queue-url http://127.0.0.1:4566/000000000000/back-office --wait-time-seconds 5
  aws stepfunctions send-task-success --task-token TOKEN --task-output '{"room": 104}'
  aws stepfunctions list-executions --state-machine-arn ${stateMachineArn}`);
}

function ignoreAbort(error: unknown): void {
  if (!stopWorkers.signal.aborted) throw error;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function seconds(): string {
  return ((performance.now() - started) / 1000).toFixed(1);
}
