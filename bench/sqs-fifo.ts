/**
 * `npm run bench -- sqs-fifo`: FIFO queues with few and many groups against a standard queue of the same run.
 *
 * A group is in one consumer's hands at a time, so the whole life of messages of one group is measured with one client,
 * against one client of a standard queue; that of many groups with as many clients as the sends.
 */
import type { ClientsResult } from "./clients.ts";
import { call, createQueue } from "./servers.ts";
import type { Server } from "./servers.ts";
import { cycleRate, sendBatchRate, sendRate } from "./sqs-clients.ts";
import type { Load } from "./sqs-clients.ts";
import { inTurns, median, print, ratio, roundsDefault as rounds } from "./statistics.ts";

const load = { seconds: 3, warmUpSeconds: 1 };

type Measure = (options: Load) => Promise<ClientsResult>;

export async function measureFifo(tutti: Server): Promise<void> {
  await compare(tutti, "SendMessage", sendRate, 64, [1, 100, 10_000]);
  await compare(tutti, "SendMessageBatch of 10", sendBatchRate, 64, [1, 100, 10_000]);
  await compare(tutti, "send, receive, delete in batches of 10", cycleRate, 64, [100, 10_000]);
  await compare(tutti, "send, receive, delete in batches of 10", cycleRate, 1, [1]);
}

async function compare(
  tutti: Server,
  title: string,
  measure: Measure,
  connections: number,
  groups: readonly number[],
): Promise<void> {
  const kinds = [undefined, ...groups];
  const results = await inTurns(
    rounds,
    Object.fromEntries(kinds.map((count) => [nameOf(count), () => onFreshQueue(tutti, measure, connections, count)])),
  );
  const standard = results[nameOf(undefined)] ?? [];
  print(`${title}; 256 bytes, ${connections} connection${connections === 1 ? "" : "s"}, ${rounds} rounds, medians`);
  for (const [name, rates] of Object.entries(results))
    print(`  ${name.padEnd(20)} ${median(rates).toFixed(0)} messages/s, ratio ${ratio(rates, standard).toFixed(2)}`);
}

function nameOf(groups: number | undefined): string {
  return groups === undefined ? "standard" : `FIFO, ${groups} group${groups === 1 ? "" : "s"}`;
}

let queues = 0;

async function onFreshQueue(
  tutti: Server,
  measure: Measure,
  connections: number,
  groups: number | undefined,
): Promise<number> {
  queues += 1;
  const name = `fifo-${queues}`;
  const queueUrl = await (groups === undefined
    ? createQueue(tutti, name)
    : createQueue(tutti, `${name}.fifo`, {
        FifoQueue: "true",
        DeduplicationScope: "messageGroup",
        FifoThroughputLimit: "perMessageGroupId",
      }));
  const { rate } = await measure({ port: tutti.port, queueUrl, connections, ...load, groups });
  await call(tutti, "AmazonSQS.DeleteQueue", { QueueUrl: queueUrl });
  return rate;
}
