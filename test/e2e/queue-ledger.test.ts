/**
 * Many producers and consumers over the SDK against a process that is killed at random moments, watched by the ledger of the
 * simulation: FIFO and standard queues, a dead-letter queue, batches, duplicates, random visibility timeouts. A longer run:
 *
 *     TUTTI_LEDGER_ROUNDS=40 npm test -- e2e/queue-ledger
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
  SQSServiceException,
} from "@aws-sdk/client-sqs";
import { SeededRandom } from "../../packages/server/src/kernel/random.ts";
import { QueueLedger } from "../support/queue-ledger.ts";
import type { LedgerQueue, ReceivedMessage } from "../support/queue-ledger.ts";
import { startServerProcess, temporaryFolder } from "../support/server-process.ts";

const rounds = Number(process.env["TUTTI_LEDGER_ROUNDS"] ?? 3);
const seed = Number(process.env["TUTTI_LEDGER_SEED"] ?? 1);
/** Acknowledged batches of a round before the kill; each kill comes at another moment. */
const batchesPerRound = 60;
const producers = 4;
const consumers = 6;

const queues = {
  strict: { name: "strict.fifo", isFifo: true },
  work: { name: "work.fifo", isFifo: true, maxReceiveCount: 3 },
  plain: { name: "plain", isFifo: false },
  dead: { name: "dead.fifo", isFifo: true, isDeadLetterQueue: true },
} as const satisfies Readonly<Record<string, LedgerQueue>>;
const sending: readonly LedgerQueue[] = [queues.strict, queues.work, queues.plain];
const all: readonly LedgerQueue[] = [...sending, queues.dead];
const groups = ["a", "b", "c", "d", "e"];

/** A receive of a standard queue is written after 50 ms; a busy machine may be later with it. */
const ledger = new QueueLedger({ forgottenMs: 5_000 });
const random = new SeededRandom(seed);
const now = (): number => Date.now();
const pick = <Item>(items: readonly Item[]): Item => items[random.below(items.length)] as Item;

let sent = 0;
let killed = false;

/** The server is gone: what was asked may have happened. */
class NoAnswer extends Error {}

class Clients {
  readonly #sqs: SQSClient;
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    this.#sqs = new SQSClient({ endpoint: url, region: "us-east-1", credentials, maxAttempts: 1 });
  }

  urlOf = ({ name }: LedgerQueue): string => `${this.#url}/000000000000/${name}`;

  async create(): Promise<void> {
    for (const queue of all.toReversed()) {
      const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:${queues.dead.name}`;
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: queues.work.maxReceiveCount });
      const Attributes = {
        ...(queue.isFifo && { FifoQueue: "true" }),
        ...(queue === queues.work && { RedrivePolicy }),
      };
      await this.#sqs.send(new CreateQueueCommand({ QueueName: queue.name, Attributes }));
    }
  }

  /** Sends a batch of one group or of several, now and then with a message of before. */
  async produce(): Promise<void> {
    const queue = pick(sending);
    const messages = Array.from({ length: 1 + random.below(10) }, () => {
      sent += 1;
      const group = queue.isFifo ? pick(groups) : undefined;
      return ledger.sendAsked(queue, `${queue.name}-${sent}`, group, now(), now());
    });
    const earlier = pick([...ledger.messages.values()].slice(-200));
    if (queue.isFifo && messages.length < 10 && earlier.queue === queue && !messages.includes(earlier))
      messages.push(earlier);
    const askedTick = ledger.tick;
    const input = {
      QueueUrl: this.urlOf(queue),
      Entries: messages.map(({ body, group }, index) => ({
        Id: `${index}`,
        MessageBody: body,
        ...(queue.isFifo && { MessageGroupId: group, MessageDeduplicationId: body }),
      })),
    };
    const { Successful = [] } = await this.#ask(() => this.#sqs.send(new SendMessageBatchCommand(input)));
    assert.equal(Successful.length, messages.length);
    for (const { Id, MessageId: messageId = "", SequenceNumber: sequenceNumber } of Successful) {
      const message = messages[Number(Id)];
      if (message !== undefined) ledger.sent(message, { messageId, sequenceNumber }, askedTick);
    }
  }

  async receive(queue: LedgerQueue, max: number, seconds: number, waitSeconds = 0): Promise<ReceivedMessage[]> {
    const asked = ledger.receiveAsked(queue, now(), seconds * 1000);
    const input = {
      QueueUrl: this.urlOf(queue),
      MaxNumberOfMessages: max,
      VisibilityTimeout: seconds,
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ["All" as const],
    };
    const { Messages = [] } = await this.#ask(() => this.#sqs.send(new ReceiveMessageCommand(input)));
    const received = Messages.map(({ Body = "", MessageId = "", ReceiptHandle = "", Attributes = {} }) => ({
      body: Body,
      messageId: MessageId,
      receiptHandle: ReceiptHandle,
      receiveCount: Number(Attributes["ApproximateReceiveCount"]),
      sequenceNumber: Attributes["SequenceNumber"],
    }));
    ledger.gave(asked, received, now());
    return received;
  }

  async consume(): Promise<void> {
    const queue = pick(all);
    for (const received of await this.receive(queue, pick([1, 3, 10]), pick([0, 1, 3, 8]))) {
      const message = ledger.messages.get(received.body);
      if (message === undefined) continue;
      const input = { QueueUrl: this.urlOf(queue), ReceiptHandle: received.receiptHandle };
      const dice = random.below(10);
      if (dice < 5) {
        const asked = ledger.deleteAsked(message, received.receiptHandle, now());
        const remove = (): Promise<unknown> => this.#sqs.send(new DeleteMessageCommand(input));
        if (await this.#isDone(remove)) ledger.deleted(asked, queue);
        else ledger.deleteRefused(asked);
      } else if (dice < 8) {
        const VisibilityTimeout = pick([0, 1, 5]);
        const asked = ledger.changeAsked(message, received.receiptHandle, now(), VisibilityTimeout * 1000);
        const change = new ChangeMessageVisibilityCommand({ ...input, VisibilityTimeout });
        if (await this.#isDone(() => this.#sqs.send(change))) ledger.changed(asked, VisibilityTimeout * 1000);
        else ledger.changeRefused(asked);
      }
    }
  }

  /** Receives and deletes all there is; waits for what is hidden. */
  async takeOut(): Promise<void> {
    for (const queue of all) {
      let received: ReceivedMessage[] = [];
      for (let waitSeconds = 0; ; waitSeconds = received.length === 0 ? 10 : 0) {
        received = await this.receive(queue, 10, 600, waitSeconds);
        if (received.length === 0 && !(await this.#isAnythingThere(queue))) break;
        for (const message of received) ledger.takenOut(message);
        if (received.length === 0) continue;
        const Entries = received.map(({ receiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle: receiptHandle }));
        await this.#sqs.send(new DeleteMessageBatchCommand({ QueueUrl: this.urlOf(queue), Entries }));
      }
    }
  }

  async #isAnythingThere(queue: LedgerQueue): Promise<boolean> {
    const page = await fetch(`${this.#url}/_tutti/sqs/messages?MaxResults=1&QueueUrl=${this.urlOf(queue)}`);
    return ((await page.json()) as { Messages: unknown[] }).Messages.length > 0;
  }

  destroy(): void {
    this.#sqs.destroy();
  }

  /** @returns false when it was refused */
  async #isDone(ask: () => Promise<unknown>): Promise<boolean> {
    try {
      await this.#ask(ask);
      return true;
    } catch (error) {
      if (error instanceof SQSServiceException) return false;
      throw error;
    }
  }

  async #ask<Output>(ask: () => Promise<Output>): Promise<Output> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof SQSServiceException && error.$metadata.httpStatusCode !== undefined) throw error;
      if (!killed) throw error;
      throw new NoAnswer("the server is gone", { cause: error });
    }
  }
}

/** Runs until the server is gone. */
async function untilGone(run: () => Promise<void>): Promise<void> {
  try {
    for (;;) await run();
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
  }
}

test(`${rounds} kills under load, seed ${seed}`, { timeout: 120_000 + rounds * 60_000 }, async (context) => {
  await using folder = await temporaryFolder();
  for (let round = 0; round < rounds; round += 1) {
    await using server = await startServerProcess(folder.path);
    const clients = new Clients(server.url);
    await clients.create();
    killed = false;
    let batches = 0;
    const killAfter = batchesPerRound + random.below(batchesPerRound);
    const produce = async (): Promise<void> => {
      await clients.produce();
      batches += 1;
      if (batches !== killAfter) return;
      killed = true;
      await server.kill();
      ledger.crashed(now());
    };
    await Promise.all([
      ...Array.from({ length: producers }, () => untilGone(produce)),
      ...Array.from({ length: consumers }, () => untilGone(() => clients.consume())),
    ]);
    clients.destroy();
  }
  killed = false;
  await using server = await startServerProcess(folder.path);
  const clients = new Clients(server.url);
  await clients.takeOut();
  ledger.checkAllTaken();
  clients.destroy();
  context.diagnostic(`${rounds} kills, ${ledger.messages.size} messages, ${ledger.received} received`);
  assert.ok(ledger.received > ledger.messages.size, `${ledger.received} receives of ${ledger.messages.size} messages`);
  assert.equal(await server.terminate(), 0);
});
