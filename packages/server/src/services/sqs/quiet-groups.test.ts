/** The metrics of fair queues, and the age of the oldest message. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryLimits } from "./limits.ts";
import { createQueue, receive, startMs, startSqs } from "./testing/sqs-bench.ts";
import type { SqsBench } from "./testing/sqs-bench.ts";

async function send(sqs: SqsBench, QueueUrl: string, count: number, group?: string, options: object = {}) {
  for (let sent = 0; sent < count; sent += 10) {
    const ids = group === undefined ? {} : { MessageGroupId: group };
    const Entries = Array.from({ length: Math.min(10, count - sent) }, (_, index) => ({
      Id: `${index}`,
      MessageBody: "x",
      ...ids,
      ...options,
    }));
    await sqs.run("SendMessageBatch", { QueueUrl, Entries });
  }
}

async function take(sqs: SqsBench, QueueUrl: string, count: number): Promise<void> {
  for (let taken = 0; taken < count;)
    taken += (await receive(sqs, QueueUrl, { MaxNumberOfMessages: Math.min(10, count - taken) })).length;
}

const metric = (sqs: SqsBench, name: string, queue = "queue"): number | undefined =>
  sqs
    .metrics()
    .find((one) => one.name === `tutti_sqs_approximate_${name}`)
    ?.samples.find(({ labels }) => labels["queue"] === queue)?.value;

/** Visible, not visible, delayed; then the same of quiet groups. */
const counts = (sqs: SqsBench) =>
  ["", "_in_quiet_groups"].map((suffix) =>
    ["visible", "not_visible", "delayed"].map((state) => metric(sqs, `number_of_messages_${state}${suffix}`)),
  );

// The metrics and what they leave out: https://aws.amazon.com/blogs/compute/building-resilient-multi-tenant-systems-with-amazon-sqs-fair-queues/
describe("metrics of quiet groups", () => {
  test("are those of all messages while nobody is noisy", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs);
    await send(sqs, QueueUrl, 20, "a");
    await send(sqs, QueueUrl, 5, "b", { DelaySeconds: 60 });
    await take(sqs, QueueUrl, 4);
    await sqs.advance(7);
    assert.equal(metric(sqs, "number_of_noisy_groups"), 0);
    assert.deepEqual(counts(sqs), [
      [16, 4, 5],
      [16, 4, 5],
    ]);
    assert.equal(metric(sqs, "age_of_oldest_message_in_quiet_groups"), 7);
  });

  test("leave out the messages of a noisy one, in every state", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs, "queue", { VisibilityTimeout: "600" });
    await send(sqs, QueueUrl, 60, "loud");
    await take(sqs, QueueUrl, 40);
    await send(sqs, QueueUrl, 7, "loud", { DelaySeconds: 900 });
    await sqs.advance(10);
    await send(sqs, QueueUrl, 3, "quiet");
    await send(sqs, QueueUrl, 2);
    await send(sqs, QueueUrl, 1, "quiet", { DelaySeconds: 900 });
    await take(sqs, QueueUrl, 1);
    await sqs.advance(5);
    assert.equal(metric(sqs, "number_of_noisy_groups"), 1);
    assert.deepEqual(counts(sqs), [
      [24, 41, 8],
      [4, 1, 1],
    ]);
    assert.equal(metric(sqs, "age_of_oldest_message"), 15);
    assert.equal(metric(sqs, "age_of_oldest_message_in_quiet_groups"), 5);
  });

  test("leave out the backlog of a noisy one that is on disk", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs);
    const all = memoryLimits.windowMessages + 500;
    await send(sqs, QueueUrl, all, "loud");
    await take(sqs, QueueUrl, 40);
    await send(sqs, QueueUrl, 5, "quiet");
    assert.deepEqual(counts(sqs), [
      [all - 40 + 5, 40, 0],
      [5, 0, 0],
    ]);
  });

  test("know a noisy group without a receive having met it, and that it has become quiet", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs, "queue", { VisibilityTimeout: "600" });
    await send(sqs, QueueUrl, 60, "loud");
    await take(sqs, QueueUrl, 30);
    assert.equal(metric(sqs, "number_of_noisy_groups"), 1);
    await sqs.advance(300);
    assert.equal(metric(sqs, "number_of_noisy_groups"), 0);
    assert.equal(metric(sqs, "number_of_messages_visible_in_quiet_groups"), 30);
  });

  test("are of standard queues only", async () => {
    const sqs = await startSqs();
    await createQueue(sqs, "queue.fifo", { FifoQueue: "true" });
    for (const name of [
      "number_of_noisy_groups",
      "number_of_messages_visible_in_quiet_groups",
      "number_of_messages_not_visible_in_quiet_groups",
      "number_of_messages_delayed_in_quiet_groups",
      "age_of_oldest_message_in_quiet_groups",
    ])
      assert.equal(metric(sqs, name, "queue.fifo"), undefined, name);
  });
});

// "The age is reset when a message moves to a dead-letter queue": https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
describe("the age of the oldest message of a dead-letter queue", () => {
  async function deadLetters() {
    const sqs = await startSqs();
    const dead = await createQueue(sqs, "dead");
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: "arn:aws:sqs:eu-west-1:111122223333:dead",
      maxReceiveCount: 1,
    });
    const QueueUrl = await createQueue(sqs, "queue", { RedrivePolicy, VisibilityTimeout: "0" });
    await send(sqs, QueueUrl, 1);
    await sqs.advance(100);
    await send(sqs, dead, 1);
    await sqs.advance(50);
    await take(sqs, QueueUrl, 1);
    await receive(sqs, QueueUrl);
    await sqs.advance(20);
    return { sqs, dead };
  }

  test("counts from the move, other messages' from their sending", async () => {
    const { sqs, dead } = await deadLetters();
    assert.equal(metric(sqs, "age_of_oldest_message", "dead"), 70);
    const [moved] = await receive(sqs, dead, { MaxNumberOfMessages: 1, AttributeNames: ["SentTimestamp"] });
    await sqs.run("DeleteMessage", { QueueUrl: dead, ReceiptHandle: moved?.ReceiptHandle });
    assert.equal(moved?.Attributes?.["SentTimestamp"], String(startMs + 100_000));
    assert.equal(metric(sqs, "age_of_oldest_message", "dead"), 20);
  });
});
