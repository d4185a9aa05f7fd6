/**
 * `npm run bench -- sqs-idle-polls`: a thousand long polls on empty queues, renewed as they end. What they take of a
 * core, and whether memory grows. `BENCH_SECONDS` says for how long (600).
 */
import { delay, jsonRequest, runClients } from "./clients.ts";
import { createQueue, processorSeconds, residentMegabytes } from "./servers.ts";
import type { Server } from "./servers.ts";
import { print } from "./statistics.ts";

const polls = 1_000;
const queues = 100;
const seconds = Number(process.env["BENCH_SECONDS"] ?? 600);
const settleSeconds = 25;

export async function measureIdlePolls(tutti: Server): Promise<void> {
  const urls: string[] = [];
  for (let queue = 0; queue < queues; queue += 1) urls.push(await createQueue(tutti, `idle-${queue}`));
  let isOver = false;
  const clients = runClients({
    port: tutti.port,
    connections: polls,
    seconds: settleSeconds + seconds + 60,
    warmUpSeconds: 0,
    until: () => isOver,
    async turn(conversation, client) {
      const QueueUrl = urls[client % queues];
      await conversation.send(
        jsonRequest("AmazonSQS.ReceiveMessage", JSON.stringify({ QueueUrl, WaitTimeSeconds: 20 })),
      );
      return 1;
    },
  });
  await delay(settleSeconds * 1000);
  const usedAtStart = processorSeconds(tutti);
  const memory: number[] = [];
  while (memory.length < seconds) {
    memory.push(residentMegabytes(tutti));
    await delay(1000);
  }
  const share = (processorSeconds(tutti) - usedAtStart) / seconds;
  // Memory goes up between two collections of garbage and down with them: what it comes down to is what is held.
  const part = Math.ceil(seconds / 3);
  const [first, last] = [Math.min(...memory.slice(0, part)), Math.min(...memory.slice(-part))];
  isOver = true;
  await clients;
  print(`${polls} long polls on ${queues} empty queues for ${seconds} s, each renewed after 20 s`);
  print(`  share of a core   ${(share * 100).toFixed(2)} %`);
  print(
    `  resident memory   ${first.toFixed(0)} MB at its lowest in the first third, ${last.toFixed(0)} MB in the last; ` +
      `at most ${Math.max(...memory).toFixed(0)} MB`,
  );
}
