/** The queues of the simulation, how they are made, and how they are emptied at the end. */
import type { LedgerQueue, QueueLedger } from "../support/queue-ledger.ts";
import type { QueueClient } from "./queue-client.ts";
import type { Simulated } from "./simulated-server.ts";

const receivesMax = 3;

export const queues = {
  plain: { name: "plain", isFifo: false },
  fair: { name: "fair", isFifo: false, maxReceiveCount: receivesMax },
  short: { name: "short", isFifo: false },
  strict: { name: "strict.fifo", isFifo: true },
  work: { name: "work.fifo", isFifo: true, maxReceiveCount: receivesMax },
  shortFifo: { name: "short.fifo", isFifo: true },
  // Emptied last: messages of the others may still go there.
  dead: { name: "dead", isFifo: false, isDeadLetterQueue: true },
  deadFifo: { name: "dead.fifo", isFifo: true, isDeadLetterQueue: true },
} as const satisfies Readonly<Record<string, LedgerQueue>>;

export const urlOf = ({ name }: LedgerQueue): string => `http://simulated/000000000000/${name}`;
export const arnOf = ({ name }: LedgerQueue): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

export function attributesOf(queue: LedgerQueue): Record<string, string> {
  const target = queue.isFifo ? queues.deadFifo : queues.dead;
  return {
    ...(queue.isFifo && { FifoQueue: "true" }),
    ...(queue === queues.work && { ContentBasedDeduplication: "true" }),
    ...(queue === queues.strict && { DeduplicationScope: "messageGroup" }),
    ...(queue.maxReceiveCount !== undefined && {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf(target), maxReceiveCount: queue.maxReceiveCount }),
    }),
  };
}

export async function setUp(server: Simulated): Promise<void> {
  for (const queue of Object.values<LedgerQueue>(queues).toReversed()) {
    const input = { QueueName: queue.name, Attributes: attributesOf(queue) };
    while (!(await server.ask("sqs", "CreateQueue", input)).known);
  }
}

/** Lets every task end and every visibility timeout be over, then receives and deletes all there is. */
export async function takeOut(server: Simulated, client: QueueClient, ledger: QueueLedger): Promise<void> {
  await server.advance(600);
  for (const source of [queues.dead, queues.deadFifo]) await waitForTasks(server, source);
  await server.advance(600);
  for (const queue of Object.values<LedgerQueue>(queues)) {
    await client.ensure(queue);
    // A message that leaves for the dead-letter queue on another node holds up its group until it has arrived.
    for (let emptyReceives = 0; emptyReceives < 3;) {
      const received = await client.receive(queue, { max: 10, visibilitySeconds: 600 });
      if (received.length === 0) {
        emptyReceives += 1;
        await server.advance(1);
        continue;
      }
      emptyReceives = 0;
      for (const message of received) ledger.takenOut(message);
      await server.ask("sqs", "DeleteMessageBatch", {
        QueueUrl: urlOf(queue),
        Entries: received.map(({ receiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle: receiptHandle })),
      });
    }
  }
}

async function waitForTasks(server: Simulated, source: LedgerQueue): Promise<void> {
  for (let round = 0; round < 1_000; round += 1) {
    const answer = await server.ask("sqs", "ListMessageMoveTasks", { SourceArn: arnOf(source), MaxResults: 10 });
    const { Results = [] } = (answer.known ? answer.output : {}) as { Results?: { Status: string }[] };
    if (!Results.some(({ Status }) => Status === "RUNNING" || Status === "CANCELLING")) return;
    await server.advance(60);
  }
  throw new Error(`a move task of ${source.name} does not end`);
}
