/**
 * `npm run bench -- sqs-batch`: sends one by one and in batches of ten, and the whole life of a message (send, receive,
 * delete) in batches of ten, against the echo server of the same run.
 */
import { runLoad, postRequest } from "./load.ts";
import { call, createQueue, host, jsonType } from "./servers.ts";
import type { Server } from "./servers.ts";
import { cycleRate, sendBatchRate, sendRate, text256 } from "./sqs-clients.ts";
import { inTurns, median, print, ratio } from "./statistics.ts";

const rounds = 5;
const load = { connections: 64, seconds: 3, warmUpSeconds: 1 };

export async function measureBatches(tutti: Server, echo: Server): Promise<void> {
  const body = JSON.stringify({ QueueUrl: "http://127.0.0.1:4566/000000000000/bench", MessageBody: text256 });
  const request = postRequest("/", { "content-type": jsonType, "x-amz-target": "AmazonSQS.SendMessage" }, body);
  const results = await inTurns(rounds, {
    echo: () => echoRate(echo, request),
    send: () => onFreshQueue(tutti, sendRate),
    batch: () => onFreshQueue(tutti, sendBatchRate),
    cycle: () => onFreshQueue(tutti, cycleRate),
  });
  print(
    `Messages of 256 bytes, ${load.connections} connections, ${rounds} rounds, medians; every answer waits for the disk`,
  );
  print(`  echo                              ${median(results.echo).toFixed(0)} requests/s`);
  print(`  SendMessage                       ${line(results.send, results.echo)}`);
  print(`  SendMessageBatch of 10            ${line(results.batch, results.echo)}`);
  print(`  send, receive, delete by 10       ${line(results.cycle, results.echo)}`);
  print(`  batch of 10 against single sends  ${ratio(results.batch, results.send).toFixed(1)} times the messages`);
}

let queues = 0;

/** A queue of its own, so that no measurement meets what another has left. */
async function onFreshQueue(
  tutti: Server,
  measure: (options: { port: number; queueUrl: string } & typeof load) => Promise<number>,
): Promise<number> {
  queues += 1;
  const queueUrl = await createQueue(tutti, `bench-${queues}`);
  const rate = await measure({ port: tutti.port, queueUrl, ...load });
  await call(tutti, "AmazonSQS.DeleteQueue", { QueueUrl: queueUrl });
  return rate;
}

export async function echoRate(echo: Server, request: Buffer): Promise<number> {
  const { requestsPerSecond } = await runLoad({
    host,
    port: echo.port,
    ...load,
    request: () => request,
    expectStatus: 200,
  });
  return requestsPerSecond;
}

function line(measured: readonly number[], yardstick: readonly number[]): string {
  return `${median(measured).toFixed(0)} messages/s, ${ratio(measured, yardstick).toFixed(2)} a request of the echo server`;
}
