import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { assertRefused, bodies, createQueue, receive, startMs, startSqs } from "./testing/sqs-bench.ts";
import type { SqsBench } from "./testing/sqs-bench.ts";

const options = { inFlightMax: 3, fifoInFlightMax: 2 };

async function send(sqs: SqsBench, QueueUrl: string, contents: readonly string[], isFifo = false): Promise<void> {
  for (const MessageBody of contents) {
    const ids = isFifo ? { MessageGroupId: MessageBody, MessageDeduplicationId: MessageBody } : {};
    await sqs.run("SendMessage", { QueueUrl, MessageBody, ...ids });
  }
}

async function standard() {
  const sqs = await startSqs(undefined, startMs, 1, options);
  const QueueUrl = await createQueue(sqs, "queue", { VisibilityTimeout: "30" });
  await send(sqs, QueueUrl, ["1", "2", "3", "4", "5", "6", "7", "8"]);
  return { sqs, QueueUrl };
}

async function fifo() {
  const sqs = await startSqs(undefined, startMs, 1, options);
  const QueueUrl = await createQueue(sqs, "queue.fifo", { FifoQueue: "true", VisibilityTimeout: "30" });
  await send(sqs, QueueUrl, ["1", "2", "3"], true);
  return { sqs, QueueUrl };
}

// AWS's answer: https://github.com/Cbsoftware/pressureNET-server/issues/74
const tooMany =
  "Too many messages have been received without being deleted.\n" +
  "Please delete your received messages or let them timeout before receiving more.";

// "Approximately 120,000 in flight messages. If you reach this quota while using short polling, Amazon SQS will return the
// OverLimit error message. If you use long polling, Amazon SQS returns no error messages." (quotas of messages)
describe("a standard queue with as many messages in flight as may be", () => {
  test("refuses a short poll", async () => {
    const { sqs, QueueUrl } = await standard();
    assert.deepEqual(await bodies(sqs, QueueUrl), ["1", "2", "3"]);
    await assertRefused(sqs.run("ReceiveMessage", { QueueUrl }), "OverLimit", tooMany, 403);
    await assertRefused(sqs.run("ReceiveMessage", { QueueUrl, WaitTimeSeconds: 0 }), "OverLimit", tooMany, 403);
  });

  test("lets a long poll wait and end empty, also one whose time is the queue's", async () => {
    const { sqs, QueueUrl } = await standard();
    await receive(sqs, QueueUrl);
    const own = sqs.run("ReceiveMessage", { QueueUrl, WaitTimeSeconds: 2 });
    await sqs.run("SetQueueAttributes", { QueueUrl, Attributes: { ReceiveMessageWaitTimeSeconds: "1" } });
    const queues = sqs.run("ReceiveMessage", { QueueUrl });
    await sqs.advance(2);
    assert.deepEqual([await own, await queues], [{}, {}]);
  });

  test("gives one message for one that is deleted", async () => {
    const { sqs, QueueUrl } = await standard();
    const [first] = await receive(sqs, QueueUrl);
    await sqs.run("DeleteMessage", { QueueUrl, ReceiptHandle: first?.ReceiptHandle });
    assert.deepEqual(await bodies(sqs, QueueUrl), ["4"]);
  });

  test("wakes as many waiting receivers as messages were deleted", async () => {
    const { sqs, QueueUrl } = await standard();
    const taken = await receive(sqs, QueueUrl);
    const waiting = [0, 1, 2].map(() => bodies(sqs, QueueUrl, { MaxNumberOfMessages: 1, WaitTimeSeconds: 20 }));
    const Entries = taken.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await sqs.run("DeleteMessageBatch", { QueueUrl, Entries });
    assert.deepEqual((await Promise.all(waiting)).flat(), ["4", "5", "6"]);
  });

  test("wakes receivers when visibility timeouts end", async () => {
    const { sqs, QueueUrl } = await standard();
    await receive(sqs, QueueUrl, { VisibilityTimeout: 5 });
    const waiting = bodies(sqs, QueueUrl, { MaxNumberOfMessages: 10, WaitTimeSeconds: 20 });
    await sqs.advance(5);
    assert.deepEqual(await waiting, ["1", "2", "3"]);
  });
});

// "MessageRetentionPeriod – The length of time, in seconds, for which Amazon SQS retains a message." (SetQueueAttributes)
describe("messages in flight whose retention ends", () => {
  test("make room for others: a receiver that waits for it is woken", async () => {
    const sqs = await startSqs(undefined, startMs, 1, options);
    const QueueUrl = await createQueue(sqs, "queue", { MessageRetentionPeriod: "60" });
    await send(sqs, QueueUrl, ["1", "2", "3"]);
    await receive(sqs, QueueUrl, { VisibilityTimeout: 600 });
    await sqs.advance(50);
    await send(sqs, QueueUrl, ["4", "5"]);
    const waiting = bodies(sqs, QueueUrl, { WaitTimeSeconds: 20 });
    await sqs.advance(10);
    assert.deepEqual(await waiting, ["4", "5"]);
  });

  test("leave their group: who waits for the next of it gets that", async () => {
    const sqs = await startSqs(undefined, startMs, 1, options);
    const QueueUrl = await createQueue(sqs, "queue.fifo", { FifoQueue: "true", MessageRetentionPeriod: "60" });
    const sendToGroup = (text: string) =>
      sqs.run("SendMessage", { QueueUrl, MessageBody: text, MessageGroupId: "g", MessageDeduplicationId: text });
    await sendToGroup("1");
    await receive(sqs, QueueUrl, { VisibilityTimeout: 600 });
    await sqs.advance(50);
    await sendToGroup("2");
    const waiting = bodies(sqs, QueueUrl, { WaitTimeSeconds: 20 });
    await sqs.advance(10);
    assert.deepEqual(await waiting, ["2"]);
  });
});

// "FIFO: 120,000 in flight; if you reach this quota, Amazon SQS returns no error messages." (quotas of FIFO queues)
describe("a FIFO queue with as many messages in flight as may be", () => {
  test("gives nothing more, without an error", async () => {
    const { sqs, QueueUrl } = await fifo();
    assert.deepEqual(await bodies(sqs, QueueUrl), ["1", "2"]);
    assert.deepEqual(await sqs.run("ReceiveMessage", { QueueUrl }), {});
    const long = sqs.run("ReceiveMessage", { QueueUrl, WaitTimeSeconds: 1 });
    await sqs.advance(1);
    assert.deepEqual(await long, {});
  });

  test("goes on when a message is deleted", async () => {
    const { sqs, QueueUrl } = await fifo();
    const [first] = await receive(sqs, QueueUrl);
    const waiting = bodies(sqs, QueueUrl, { WaitTimeSeconds: 20 });
    await sqs.run("DeleteMessage", { QueueUrl, ReceiptHandle: first?.ReceiptHandle });
    assert.deepEqual(await waiting, ["3"]);
  });
});
