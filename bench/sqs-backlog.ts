/**
 * `npm run bench -- sqs-backlog`: a million messages waiting. How fast they are received and deleted against a thousand
 * waiting, what the server holds in memory, and how long a restart takes up to its first message.
 */
import { open, runClients } from "./clients.ts";
import { call, createQueue, residentMegabytes, startTutti } from "./servers.ts";
import type { Server } from "./servers.ts";
import { drainRate } from "./sqs-clients.ts";
import { median, print, ratio } from "./statistics.ts";

const messages = Number(process.env["BENCH_MESSAGES"] ?? 1_000_000);
const few = 1_000;
const rounds = 5;
const body = "x".repeat(1_024);

export async function measureBacklog(folder: string): Promise<void> {
  let tutti = await startTutti(folder);
  const deep = await createQueue(tutti, "deep");
  print(`${messages.toLocaleString("en")} messages of 1 KiB waiting`);
  await fill(tutti, deep, messages);
  print(`  resident memory after filling    ${residentMegabytes(tutti).toFixed(0)} MB`);

  await tutti.stop();
  const begun = performance.now();
  tutti = await startTutti(folder);
  const { conversation, close } = await open(tutti.port);
  const first = await conversation.ask("ReceiveMessage", JSON.stringify({ QueueUrl: deep, VisibilityTimeout: 0 }));
  close();
  if (!first.includes("ReceiptHandle")) throw new Error(`nothing to receive after the restart: ${first}`);
  print(`  restart up to the first message  ${((performance.now() - begun) / 1000).toFixed(2)} s`);
  print(`  resident memory after it         ${residentMegabytes(tutti).toFixed(0)} MB`);

  const deepRates: number[] = [];
  const fewRates: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    deepRates.push(
      await drainRate({ port: tutti.port, queueUrl: deep, connections: 16, seconds: 2, warmUpSeconds: 1 }),
    );
    fewRates.push(await drainFew(tutti, `few-${round}`));
  }
  print(`  received and deleted by 10       ${median(deepRates).toFixed(0)} messages/s`);
  print(`  the same with ${few.toLocaleString("en")} waiting       ${median(fewRates).toFixed(0)} messages/s`);
  print(`  ratio                            ${ratio(deepRates, fewRates).toFixed(2)}`);
  print(`  resident memory at the end       ${residentMegabytes(tutti).toFixed(0)} MB`);
  await tutti.stop();
}

async function fill(tutti: Server, queueUrl: string, count: number): Promise<void> {
  const batch = JSON.stringify({
    QueueUrl: queueUrl,
    Entries: Array.from({ length: 10 }, (_, index) => ({ Id: String(index), MessageBody: body })),
  });
  let left = count;
  await runClients({
    port: tutti.port,
    connections: 16,
    seconds: 3_600,
    warmUpSeconds: 0,
    until: () => left <= 0,
    async turn(conversation) {
      left -= 10;
      await conversation.ask("SendMessageBatch", batch);
      return 10;
    },
  });
}

/** Keeps about a thousand messages waiting by sending as many as are taken, and counts what is taken. */
async function drainFew(tutti: Server, name: string): Promise<number> {
  const rates: number[] = [];
  for (let turn = 0; turn < 20; turn += 1) {
    const queueUrl = await createQueue(tutti, `${name}-${turn}`);
    await fill(tutti, queueUrl, few);
    let taken = 0;
    const begun = performance.now();
    await runClients({
      port: tutti.port,
      connections: 16,
      seconds: 60,
      warmUpSeconds: 0,
      until: () => taken >= few,
      async turn(conversation) {
        const answer = await conversation.ask(
          "ReceiveMessage",
          JSON.stringify({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
        );
        const { Messages = [] } = JSON.parse(answer) as { Messages?: { readonly ReceiptHandle: string }[] };
        taken += Messages.length;
        if (Messages.length === 0) return 0;
        const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
        await conversation.ask("DeleteMessageBatch", JSON.stringify({ QueueUrl: queueUrl, Entries }));
        return Messages.length;
      },
    });
    rates.push((few * 1000) / (performance.now() - begun));
    await call(tutti, "AmazonSQS.DeleteQueue", { QueueUrl: queueUrl });
  }
  return median(rates);
}
