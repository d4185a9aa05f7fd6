/** A server inside somebody else's process: once it is stopped, nothing of it keeps that process up. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, test } from "node:test";
import { temporaryFolder } from "../support/server-process.ts";

const testing = new URL("../../packages/server/src/testing/index.ts", import.meta.url).href;
const limitMs = 30_000;

interface Outcome {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
}

/** Starts a server with a real clock, lets a message's retention period begin, and stops the server again. */
const program = (options: string): string => `
  import { SendMessageCommand, CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
  import { startTutti } from ${JSON.stringify(testing)};

  const tutti = await startTutti(${options});
  const sqs = new SQSClient({ endpoint: tutti.url, region: "us-east-1", credentials: tutti.credentials });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "jobs" }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "kept for four days" }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "later", DelaySeconds: 900 }));
  sqs.destroy();
  await tutti.stop();
  console.log("stopped");
`;

/** Runs a program to its end; one that hangs is killed, so that the test says what it had got to. */
async function run(source: string, ...args: readonly string[]): Promise<Outcome> {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", source, ...args], {
    cwd: import.meta.dirname,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const limit = setTimeout(() => child.kill("SIGKILL"), limitMs);
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  clearTimeout(limit);
  return { code, signal, output };
}

describe("a process that starts and stops a server ends by itself", () => {
  test("with its data in memory", async () => {
    assert.deepEqual(await run(program(`{ clock: "real" }`)), { code: 0, signal: null, output: "stopped\n" });
  });

  test("with its data on disk", async () => {
    await using folder = await temporaryFolder();
    assert.deepEqual(await run(program(JSON.stringify({ clock: "real", dataDirectory: folder.path }))), {
      code: 0,
      signal: null,
      output: "stopped\n",
    });
  });

  test("when the server could not start because its port is taken", async () => {
    const source = `
      import { createServer } from "node:http";
      import { startServer } from ${JSON.stringify(new URL("../server/tutti-server.ts", testing).href)};

      const other = createServer();
      await new Promise((resolve) => other.listen(0, "127.0.0.1", resolve));
      const { port } = other.address();
      const options = { port, host: "127.0.0.1", dataDirectory: process.argv[1], clock: "real", allowRemote: false };
      const log = { logLevel: "error", writeLog: console.log, onFatal: (error) => console.log("fatal", error) };
      await startServer({ ...options, ...log }).catch((error) => console.log(error.code));
      other.close();
    `;
    await using folder = await temporaryFolder();
    // Data from an earlier run, whose alarms are set before the port is asked for.
    await run(program(JSON.stringify({ clock: "real", dataDirectory: folder.path })));
    assert.deepEqual(await run(source, folder.path), { code: 0, signal: null, output: "EADDRINUSE\n" });
  });
});
