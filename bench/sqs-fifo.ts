/** `npm run bench -- sqs-fifo`: FIFO queues with few and many groups against a standard queue of the same run. */
import { call, createQueue } from "./servers.ts";
import type { Server } from "./servers.ts";
import { cycleRate, sendRate } from "./sqs-clients.ts";
import { inTurns, median, print, ratio } from "./statistics.ts";

const rounds = 5;
const load = { connections: 64, seconds: 3, warmUpSeconds: 1 };
const kinds = [undefined, 1, 100, 10_000] as const;

export async function measureFifo(tutti: Server): Promise<void> {
  for (const [title, measure] of [
    ["SendMessage", sendRate],
    ["send, receive, delete in batches of 10", cycleRate],
  ] as const) {
    const results = await inTurns(
      rounds,
      Object.fromEntries(kinds.map((groups) => [nameOf(groups), () => onFreshQueue(tutti, measure, groups)])),
    );
    const standard = results[nameOf(undefined)] ?? [];
    print(`${title}; 256 bytes, ${load.connections} connections, ${rounds} rounds, medians`);
    for (const [name, rates] of Object.entries(results)) {
      print(`  ${name.padEnd(20)} ${median(rates).toFixed(0)} messages/s, ratio ${ratio(rates, standard).toFixed(2)}`);
    }
  }
}

function nameOf(groups: number | undefined): string {
  return groups === undefined ? "standard" : `FIFO, ${groups} group${groups === 1 ? "" : "s"}`;
}

let queues = 0;

async function onFreshQueue(tutti: Server, measure: typeof sendRate, groups: number | undefined): Promise<number> {
  queues += 1;
  const name = `fifo-${queues}`;
  const queueUrl = await (groups === undefined
    ? createQueue(tutti, name)
    : createQueue(tutti, `${name}.fifo`, {
        FifoQueue: "true",
        DeduplicationScope: "messageGroup",
        FifoThroughputLimit: "perMessageGroupId",
      }));
  const rate = await measure({ port: tutti.port, queueUrl, ...load, groups });
  await call(tutti, "AmazonSQS.DeleteQueue", { QueueUrl: queueUrl });
  return rate;
}
