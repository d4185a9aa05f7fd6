/** Which message of a standard queue comes next: order, the back of the queue, and fair queues. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { turn } from "../../kernel/testing/fixtures.ts";
import { memoryLimits } from "./limits.ts";
import { bodies, createQueue, receive, startSqs } from "./testing/sqs-bench.ts";
import type { SqsBench } from "./testing/sqs-bench.ts";

async function withQueue(attributes: Record<string, string> = {}) {
  const sqs = await startSqs();
  const QueueUrl = await createQueue(sqs, "queue", attributes);
  const send = async (count: number, tenant?: string, prefix = tenant ?? "none"): Promise<void> => {
    for (let sent = 0; sent < count; sent += 10) {
      const Entries = Array.from({ length: Math.min(10, count - sent) }, (_, index) => ({
        Id: `${index}`,
        MessageBody: `${prefix}-${sent + index}`,
        ...(tenant !== undefined && { MessageGroupId: tenant }),
      }));
      await sqs.run("SendMessageBatch", { QueueUrl, Entries });
    }
  };
  return { sqs, QueueUrl, send };
}

/** Receives `count` messages and keeps them in flight; whose they are. */
async function take(sqs: SqsBench, QueueUrl: string, count: number): Promise<string[]> {
  const tenants: string[] = [];
  while (tenants.length < count) {
    const MaxNumberOfMessages = Math.min(10, count - tenants.length);
    const got = await receive(sqs, QueueUrl, { MaxNumberOfMessages, AttributeNames: ["MessageGroupId"] });
    if (got.length === 0) break;
    tenants.push(...got.map(({ Attributes }) => Attributes?.["MessageGroupId"] ?? ""));
  }
  return tenants;
}

const metric = (sqs: SqsBench, name: string): number | undefined =>
  sqs.metrics().find((one) => one.name === `tutti_sqs_${name}`)?.samples[0]?.value;

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
describe("a message received three times and not deleted", () => {
  test("goes to the back of the queue, and the age of the oldest is the next one's", async () => {
    const { sqs, QueueUrl } = await withQueue({ VisibilityTimeout: "0" });
    for (const MessageBody of ["poison", "good"]) {
      await sqs.run("SendMessage", { QueueUrl, MessageBody });
      await sqs.advance(10);
    }
    const one = { MaxNumberOfMessages: 1 };
    for (let times = 0; times < 2; times += 1) assert.deepEqual(await bodies(sqs, QueueUrl, one), ["poison"]);
    assert.equal(metric(sqs, "approximate_age_of_oldest_message"), 20);
    assert.deepEqual(await bodies(sqs, QueueUrl, one), ["poison"]);
    assert.equal(metric(sqs, "approximate_age_of_oldest_message"), 10);
    assert.deepEqual(await bodies(sqs, QueueUrl), ["good", "poison"]);
  });

  test("does not keep a backlog that is in the store from being read", async () => {
    const { sqs, QueueUrl, send } = await withQueue({ VisibilityTimeout: "0" });
    const poison = memoryLimits.windowMessages;
    await send(poison, undefined, "poison");
    await send(100, undefined, "good");
    const seen = new Set<string>();
    // Three times each, and then for as long as a store may take that answers from another process.
    for (let receives = 0; receives < (poison / 10) * 20 && seen.size < 100; receives += 1) {
      await turn();
      for (const { Body = "", ReceiptHandle } of await receive(sqs, QueueUrl)) {
        if (!Body.startsWith("good")) continue;
        seen.add(Body);
        await sqs.run("DeleteMessage", { QueueUrl, ReceiptHandle });
      }
    }
    assert.equal(seen.size, 100);
  });
});

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html
describe("fair queues", () => {
  test("a tenant with thirty in flight, more than a tenth of all, waits for the others", async () => {
    const { sqs, QueueUrl, send } = await withQueue();
    await send(60, "loud");
    await send(3, "quiet");
    assert.deepEqual(new Set(await take(sqs, QueueUrl, 30)), new Set(["loud"]));
    assert.deepEqual(await take(sqs, QueueUrl, 5), ["quiet", "quiet", "quiet", "loud", "loud"]);
    assert.equal(metric(sqs, "approximate_number_of_noisy_groups"), 1);
    // Nothing is held back: with no quiet message waiting the loud one's come.
    assert.equal((await take(sqs, QueueUrl, 100)).length, 28);
  });

  test("twenty-nine in flight make nobody noisy", async () => {
    const { sqs, QueueUrl, send } = await withQueue();
    await send(60, "loud");
    await send(3, "quiet");
    await take(sqs, QueueUrl, 29);
    assert.deepEqual(await take(sqs, QueueUrl, 1), ["loud"]);
  });

  test("thirty in flight that are a tenth of all or less make nobody noisy", async () => {
    const { sqs, QueueUrl, send } = await withQueue();
    // Messages without a group are a tenant each.
    await send(270);
    await take(sqs, QueueUrl, 270);
    await send(60, "loud");
    await send(3, "quiet");
    await take(sqs, QueueUrl, 30);
    assert.deepEqual(await take(sqs, QueueUrl, 1), ["loud"]);
  });

  test("a tenant that takes more than a tenth of the consumers' time is noisy with few in flight", async () => {
    const { sqs, QueueUrl, send } = await withQueue();
    const work = async (seconds: number): Promise<void> => {
      const [message] = await receive(sqs, QueueUrl, { MaxNumberOfMessages: 1 });
      await sqs.advance(seconds);
      await sqs.run("DeleteMessage", { QueueUrl, ReceiptHandle: message?.ReceiptHandle });
    };
    await send(1, "slow");
    await work(20);
    await send(3, "slow");
    await send(2);
    assert.deepEqual(await bodies(sqs, QueueUrl, { MaxNumberOfMessages: 3 }), ["none-0", "none-1", "slow-0"]);
  });

  test("of several noisy tenants the one with fewer in flight comes first", async () => {
    const { sqs, QueueUrl, send } = await withQueue();
    await send(40, "first");
    await take(sqs, QueueUrl, 40);
    await send(35, "second");
    await take(sqs, QueueUrl, 35);
    await send(5, "first");
    await send(5, "second");
    assert.deepEqual(await take(sqs, QueueUrl, 6), ["second", "second", "second", "second", "second", "first"]);
  });

  test("a tenant is quiet again when it has sent nothing for five minutes, or when nothing of it waits", async () => {
    const { sqs, QueueUrl, send } = await withQueue({ VisibilityTimeout: "43200" });
    await send(60, "loud");
    await take(sqs, QueueUrl, 30);
    await send(3, "quiet");
    await sqs.advance(299.999);
    assert.deepEqual(await take(sqs, QueueUrl, 1), ["quiet"]);
    await sqs.advance(0.001);
    assert.deepEqual(await take(sqs, QueueUrl, 1), ["loud"]);
    assert.equal(metric(sqs, "approximate_number_of_noisy_groups"), 0);
  });

  test("a quiet tenant is heard although a noisy one's backlog fills the memory", async () => {
    const { sqs, QueueUrl, send } = await withQueue();
    await send(memoryLimits.windowMessages + 500, "loud");
    await take(sqs, QueueUrl, 40);
    await send(1, "quiet");
    assert.deepEqual(await take(sqs, QueueUrl, 1), ["quiet"]);
  });
});
