/**
 * `npm run bench -- sqs-backlog`: a million messages of 1 KiB waiting (`BENCH_MESSAGES`). How fast messages are received
 * from such a queue against one with a thousand waiting, what the server holds in memory, and how long a restart takes
 * up to its first message. Whoever receives ten sends ten, so that both queues stay as long as they are.
 */
import { jsonRequest, open, runClients } from "./clients.ts";
import { createQueue, residentMegabytes, startTutti } from "./servers.ts";
import type { Server } from "./servers.ts";
import { batches, cycleRate, drainRate } from "./sqs-clients.ts";
import { inTurns, median, print, ratio, roundsDefault as rounds } from "./statistics.ts";

const messages = Number(process.env["BENCH_MESSAGES"] ?? 1_000_000);
const few = 1_000;
const text = "x".repeat(1_024);
const load = { connections: 16, seconds: 3, warmUpSeconds: 1, text };

export async function measureBacklog(folder: string): Promise<void> {
  let tutti = await startTutti(folder);
  const deep = await createQueue(tutti, "deep");
  const short = await createQueue(tutti, "short");
  print(`${messages.toLocaleString("en")} messages of 1 KiB waiting`);
  await fill(tutti, deep, messages);
  await fill(tutti, short, few);
  print(`  resident memory after filling          ${residentMegabytes(tutti).toFixed(0)} MB`);

  await tutti.stop("SIGKILL");
  const begun = performance.now();
  tutti = await startTutti(folder);
  const { conversation, close } = await open(tutti.port);
  await conversation.send(
    jsonRequest("AmazonSQS.ReceiveMessage", JSON.stringify({ QueueUrl: deep, VisibilityTimeout: 0 })),
  );
  const first = conversation.answer;
  close();
  if (!first.includes("ReceiptHandle")) throw new Error(`nothing to receive after the restart: ${first}`);
  print(`  from kill -9 up to the first message   ${((performance.now() - begun) / 1000).toFixed(2)} s`);
  print(`  resident memory after it               ${residentMegabytes(tutti).toFixed(0)} MB`);

  const { port } = tutti;
  const results = await inTurns(rounds, {
    few: async () => (await cycleRate({ port, queueUrl: short, ...load })).rate,
    deep: async () => (await cycleRate({ port, queueUrl: deep, ...load })).rate,
  });
  print(
    `Received and deleted by 10 while as many are sent; ${load.connections} connections, ${rounds} rounds, medians`,
  );
  print(`  ${few.toLocaleString("en").padStart(9)} waiting   ${median(results.few).toFixed(0)} messages/s`);
  print(`  ${messages.toLocaleString("en").padStart(9)} waiting   ${median(results.deep).toFixed(0)} messages/s`);
  print(`  ratio               ${ratio(results.deep, results.few).toFixed(2)}`);
  const drained = await drainRate({ port, queueUrl: deep, ...load });
  print(`  the longer one, received and deleted only   ${drained.rate.toFixed(0)} messages/s`);
  print(`  resident memory at the end                  ${residentMegabytes(tutti).toFixed(0)} MB`);
  await tutti.stop();
}

async function fill(tutti: Server, queueUrl: string, count: number): Promise<void> {
  const next = batches({ queueUrl, text });
  let left = count;
  await runClients({
    port: tutti.port,
    connections: 16,
    seconds: 3_600,
    warmUpSeconds: 0,
    until: () => left <= 0,
    async turn(conversation) {
      left -= 10;
      await conversation.send(next());
      return 10;
    },
  });
}
