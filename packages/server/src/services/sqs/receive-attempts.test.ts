/**
 * Receives made again under their ReceiveRequestAttemptId when the server was killed in between.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryLimits } from "./limits.ts";
import { assertRefused, bodies, createQueue, receive, startSqs } from "./testing/sqs-bench.ts";
import type { SqsBench } from "./testing/sqs-bench.ts";

const attempt = { ReceiveRequestAttemptId: "try" };
const invalid = "InvalidParameterValueException";
const refusal = /^Value try for parameter ReceiveRequestAttemptId is invalid\./;

/** Another server over what the first one has written. */
function again({ store, kernel }: SqsBench): Promise<SqsBench> {
  return startSqs(store, kernel.clock.now(), 2);
}

/** Each message's group is the first letter of its body. */
async function withFifo(...contents: readonly string[]) {
  const sqs = await startSqs();
  const QueueUrl = await createQueue(sqs, "queue.fifo", { FifoQueue: "true", VisibilityTimeout: "100" });
  for (const MessageBody of contents) {
    const ids = { MessageGroupId: MessageBody[0], MessageDeduplicationId: MessageBody.slice(0, 10) };
    await sqs.run("SendMessage", { QueueUrl, MessageBody, ...ids });
  }
  return { sqs, QueueUrl };
}

describe("after a restart, a receive under the same attempt id", () => {
  test("gives the same messages and handles, hides them anew, and leaves other messages alone", async () => {
    const { sqs: before, QueueUrl } = await withFifo("a1", "a2", "b1");
    const first = await receive(before, QueueUrl, { ...attempt, MaxNumberOfMessages: 2 });
    await before.advance(90);
    const after = await again(before);
    const second = await receive(after, QueueUrl, { ...attempt, MaxNumberOfMessages: 2 });
    assert.deepEqual(second, first);
    assert.deepEqual(
      second.map(({ Body }) => Body),
      ["a1", "a2"],
    );
    await after.advance(90);
    assert.deepEqual(await bodies(after, QueueUrl), ["b1"]);
    // And once more, over what the second receive has written.
    const last = await again(after);
    assert.deepEqual(await receive(last, QueueUrl, attempt), first);
    for (const { ReceiptHandle } of first) await last.run("DeleteMessage", { QueueUrl, ReceiptHandle });
  });

  test("is refused when a message was deleted or changed before or after it", async () => {
    for (const operation of ["DeleteMessage", "ChangeMessageVisibility"])
      for (const isBefore of [true, false]) {
        const { sqs: before, QueueUrl } = await withFifo("a1", "a2");
        const [, second] = await receive(before, QueueUrl, attempt);
        const change = { QueueUrl, ReceiptHandle: second?.ReceiptHandle, VisibilityTimeout: 60 };
        if (isBefore) await before.run(operation, change);
        const after = await again(before);
        if (!isBefore) await after.run(operation, change);
        await assertRefused(receive(after, QueueUrl, attempt), invalid, refusal);
      }
  });

  test("is one like any other after five minutes, or when the visibility timeout is over", async () => {
    const { sqs: before, QueueUrl } = await withFifo("a1");
    const [first] = await receive(before, QueueUrl, { ...attempt, VisibilityTimeout: 10 });
    const after = await again(before);
    await after.advance(10);
    const [second] = await receive(after, QueueUrl, { ...attempt, VisibilityTimeout: 400 });
    assert.equal(second?.MessageId, first?.MessageId);
    assert.notEqual(second?.ReceiptHandle, first?.ReceiptHandle);
    const last = await again(after);
    await last.advance(299.999);
    assert.deepEqual(await receive(last, QueueUrl, { ...attempt, VisibilityTimeout: 400 }), [second]);
    const latest = await again(last);
    await latest.advance(0.001);
    assert.deepEqual(await receive(latest, QueueUrl, attempt), []);
  });

  test("means the last receive where an id was used twice", async () => {
    const { sqs: before, QueueUrl } = await withFifo("a1", "b1");
    await receive(before, QueueUrl, { ...attempt, VisibilityTimeout: 5 });
    await before.advance(5);
    const [third] = await receive(before, QueueUrl, { ...attempt, MaxNumberOfMessages: 1 });
    const after = await again(before);
    assert.deepEqual(await receive(after, QueueUrl, attempt), [third]);
  });

  test("means the last receive also where both came within a millisecond, and overtakes nobody", async () => {
    const { sqs: before, QueueUrl } = await withFifo("a1", "a2", "b1");
    assert.equal((await receive(before, QueueUrl, { ...attempt, VisibilityTimeout: 0 })).length, 3);
    assert.deepEqual(await bodies(before, QueueUrl, { MaxNumberOfMessages: 1 }), ["a1"]);
    const last = await receive(before, QueueUrl, attempt);
    assert.deepEqual(
      last.map(({ Body }) => Body),
      ["b1"],
    );
    const after = await again(before);
    assert.deepEqual(await receive(after, QueueUrl, attempt), last);
  });
});

test("content that memory had no room for is read again for a receive that is made again", async () => {
  const bytes = 1_000_000;
  const contents = Array.from({ length: Math.ceil(memoryLimits.contentBytesMax / bytes) + 5 }, (_, index) =>
    `m${index}-`.padEnd(bytes, "x"),
  );
  const { sqs, QueueUrl } = await withFifo(...contents);
  const first = await receive(sqs, QueueUrl, { ...attempt, MaxNumberOfMessages: 2 });
  assert.equal(first.length, 2);
  assert.deepEqual(await receive(sqs, QueueUrl, { ...attempt, MaxNumberOfMessages: 2 }), first);
});
