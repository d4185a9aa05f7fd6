/** `sqs-producer` and `sqs-consumer` from npm, as they are: orders are sent, some fail the first time, all are done. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { Message } from "@aws-sdk/client-sqs";
import { Consumer } from "sqs-consumer";
import { Producer } from "sqs-producer";
import { startTutti } from "tutti/testing";

const orders = Array.from({ length: 25 }, (_, index) => `order-${index}`);

async function withQueue(name: string, attributes: Record<string, string>) {
  const tutti = await startTutti({ clock: "real" });
  const sqs = new SQSClient({ endpoint: tutti.url, region: "us-east-1", credentials: tutti.credentials });
  const { QueueUrl: queueUrl = "" } = await sqs.send(
    new CreateQueueCommand({ QueueName: name, Attributes: attributes }),
  );
  const left = async (): Promise<(string | undefined)[]> => {
    const names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...names] }),
    );
    return names.map((attribute) => Attributes[attribute]);
  };
  return { tutti, sqs, queueUrl, left };
}

/** Runs a consumer until it has worked long enough, and lets it end what it has begun. */
async function consume(consumer: Consumer, isDone: () => boolean): Promise<void> {
  const failed: Error[] = [];
  consumer.on("error", (error) => failed.push(error));
  consumer.on("timeout_error", (error) => failed.push(error));
  const finished = new Promise<void>((resolve) => {
    consumer.on("response_processed", () => isDone() && resolve());
  });
  consumer.start();
  await finished;
  const stopped = once(consumer, "stopped");
  consumer.stop();
  await stopped;
  assert.deepEqual(failed, []);
}

test(
  "a standard queue: what a handler throws at comes again, what it has done is gone",
  { timeout: 60_000 },
  async () => {
    const { tutti, sqs, queueUrl, left } = await withQueue("orders", { VisibilityTimeout: "30" });
    await using _ = tutti;
    const producer = Producer.create({ queueUrl, sqs });
    const sent = await producer.send(
      orders.map((body, index) => ({
        id: body,
        body,
        messageAttributes: { index: { DataType: "Number", StringValue: String(index) } },
      })),
    );
    assert.deepEqual(sent.map(({ Id = "" }) => Id).toSorted(), orders.toSorted());
    assert.equal(await producer.queueSize(), orders.length);
    const attempts = new Map<string, number>();
    const done = new Set<string>();
    const failures: string[] = [];
    const consumer = Consumer.create({
      queueUrl,
      sqs,
      batchSize: 10,
      waitTimeSeconds: 1,
      terminateVisibilityTimeout: true,
      visibilityTimeout: 30,
      heartbeatInterval: 5,
      messageAttributeNames: ["All"],
      messageSystemAttributeNames: ["ApproximateReceiveCount"],
      handleMessage: async (message: Message) => {
        const { Body: body = "", MessageAttributes: attributes, Attributes: system } = message;
        attempts.set(body, (attempts.get(body) ?? 0) + 1);
        assert.equal(attributes?.["index"]?.StringValue, body.slice("order-".length));
        assert.equal(system?.["ApproximateReceiveCount"], String(attempts.get(body)));
        if (body.endsWith("3") && attempts.get(body) === 1) throw new Error(`${body} fails at first`);
        done.add(body);
        return message;
      },
    });
    consumer.on("processing_error", (_error, message) => {
      failures.push(Array.isArray(message) ? "" : (message.Body ?? ""));
    });
    await consume(consumer, () => done.size === orders.length);
    assert.deepEqual([...done].toSorted(), orders.toSorted());
    assert.deepEqual(failures.toSorted(), ["order-13", "order-23", "order-3"]);
    assert.deepEqual(await left(), ["0", "0"]);
    sqs.destroy();
  },
);

test("a FIFO queue: batches in the order of their groups, each order once", { timeout: 60_000 }, async () => {
  const { tutti, sqs, queueUrl, left } = await withQueue("orders.fifo", { FifoQueue: "true" });
  await using _ = tutti;
  const producer = Producer.create({ queueUrl, sqs });
  const messages = orders.map((body, index) => ({ id: body, body, groupId: `g${index % 3}`, deduplicationId: body }));
  // The producer is run twice, as after a crash of its own.
  for (let times = 0; times < 2; times += 1) await producer.send(messages);
  const done: string[] = [];
  const consumer = Consumer.create({
    queueUrl,
    sqs,
    batchSize: 10,
    waitTimeSeconds: 1,
    suppressFifoWarning: true,
    handleMessageBatch: async (batch: Message[]) => {
      done.push(...batch.map(({ Body = "" }) => Body));
      return batch;
    },
  });
  await consume(consumer, () => done.length >= orders.length);
  for (const group of [0, 1, 2]) {
    const wanted = orders.filter((_order, index) => index % 3 === group);
    assert.deepEqual(
      done.filter((body) => wanted.includes(body)),
      wanted,
    );
  }
  assert.deepEqual(await left(), ["0", "0"]);
  sqs.destroy();
});
