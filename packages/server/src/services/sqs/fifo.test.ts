/** FIFO queues: order within groups, deduplication, attempts, and AWS's words for what they refuse. */
import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { describe, test } from "node:test";
import { MemoryStore } from "../../kernel/store/memory-store.ts";
import { assertRefused, bodies, createQueue, receive, startSqs } from "./testing/sqs-bench.ts";
import type { SqsBench } from "./testing/sqs-bench.ts";

const invalid = "InvalidParameterValueException";
const missing = "MissingRequiredParameterException";
const explicit =
  "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly";

async function withFifo(attributes: Record<string, string> = {}, store = new MemoryStore()) {
  const sqs = await startSqs(store);
  const QueueUrl = await createQueue(sqs, "queue.fifo", { FifoQueue: "true", ...attributes });
  let count = 0;
  /** Sends bodies such as "a1" to the group their first letter names, each with an id of its own. */
  const send = async (...contents: string[]): Promise<void> => {
    for (const MessageBody of contents) {
      count += 1;
      const ids = { MessageGroupId: MessageBody.slice(0, 1), MessageDeduplicationId: `id-${count}` };
      await sqs.run("SendMessage", { QueueUrl, MessageBody, ...ids });
    }
  };
  return { sqs, QueueUrl, send };
}

const change = (sqs: SqsBench, QueueUrl: string, ReceiptHandle: string | undefined, VisibilityTimeout: number) =>
  sqs.run("ChangeMessageVisibility", { QueueUrl, ReceiptHandle, VisibilityTimeout });
const remove = (sqs: SqsBench, QueueUrl: string, ReceiptHandle: string | undefined) =>
  sqs.run("DeleteMessage", { QueueUrl, ReceiptHandle });

describe("groups", () => {
  test("a receive takes what it can of one group, then goes on to the next", async () => {
    const { sqs, QueueUrl, send } = await withFifo();
    await send("a1", "b1", "a2", "b2", "c1", "a3");
    assert.deepEqual(await bodies(sqs, QueueUrl, { MaxNumberOfMessages: 4 }), ["a1", "a2", "a3", "b1"]);
    assert.deepEqual(await bodies(sqs, QueueUrl), ["c1"]);
    assert.deepEqual(await bodies(sqs, QueueUrl), []);
  });

  test("while one of a group is in flight no more of it comes, whatever is sent", async () => {
    const { sqs, QueueUrl, send } = await withFifo();
    await send("a1", "a2", "a3");
    const [first, second] = await receive(sqs, QueueUrl, { MaxNumberOfMessages: 2 });
    await send("a4", "b1");
    assert.deepEqual(await bodies(sqs, QueueUrl), ["b1"]);
    await remove(sqs, QueueUrl, first?.ReceiptHandle);
    assert.deepEqual(await bodies(sqs, QueueUrl), []);
    await remove(sqs, QueueUrl, second?.ReceiptHandle);
    assert.deepEqual(await bodies(sqs, QueueUrl), ["a3", "a4"]);
  });

  // Recorded from AWS: what is visible again comes up to the first message that is not.
  for (const [extended, expected] of [
    [1, ["a1"]],
    [2, ["a1", "a2"]],
    [0, []],
  ] as const) {
    test(`three received and number ${extended + 1} kept longer: ${JSON.stringify(expected)} come back`, async () => {
      const { sqs, QueueUrl, send } = await withFifo({ VisibilityTimeout: "10" });
      await send("a1", "a2", "a3");
      const received = await receive(sqs, QueueUrl);
      await change(sqs, QueueUrl, received[extended]?.ReceiptHandle, 100);
      await sqs.advance(10);
      assert.deepEqual(await bodies(sqs, QueueUrl), expected);
    });
  }

  test("who waits gets the next of a group once the one before is deleted", async () => {
    const { sqs, QueueUrl, send } = await withFifo();
    await send("a1", "a2");
    const [first] = await receive(sqs, QueueUrl, { MaxNumberOfMessages: 1 });
    const poll = bodies(sqs, QueueUrl, { WaitTimeSeconds: 20 });
    await remove(sqs, QueueUrl, first?.ReceiptHandle);
    assert.deepEqual(await poll, ["a2"]);
  });

  test("received three times, a message keeps its place", async () => {
    const { sqs, QueueUrl, send } = await withFifo();
    await send("a1", "a2");
    for (let times = 0; times < 5; times += 1)
      assert.deepEqual(await bodies(sqs, QueueUrl, { VisibilityTimeout: 0 }), ["a1", "a2"]);
  });

  test("a delay of the queue holds for messages that are there already, and a delay of a message is refused", async () => {
    const { sqs, QueueUrl, send } = await withFifo();
    await send("a1");
    await sqs.run("SetQueueAttributes", { QueueUrl, Attributes: { DelaySeconds: "30" } });
    assert.deepEqual(await bodies(sqs, QueueUrl), []);
    await sqs.advance(30);
    assert.deepEqual(await bodies(sqs, QueueUrl, { VisibilityTimeout: 0 }), ["a1"]);
    const one = { QueueUrl, MessageBody: "x", MessageGroupId: "b", MessageDeduplicationId: "x" };
    const words =
      "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.";
    await assertRefused(sqs.run("SendMessage", { ...one, DelaySeconds: 2 }), invalid, words);
    // Zero is accepted and means the queue's own delay.
    await sqs.run("SendMessage", { ...one, DelaySeconds: 0 });
    assert.deepEqual(await bodies(sqs, QueueUrl, { VisibilityTimeout: 0 }), ["a1"]);
    await sqs.run("SetQueueAttributes", { QueueUrl, Attributes: { DelaySeconds: "0" } });
    assert.deepEqual(await bodies(sqs, QueueUrl), ["a1", "x"]);
  });

  test("sequence numbers have twenty digits and grow, and are shown with group and deduplication id", async () => {
    const { sqs, QueueUrl } = await withFifo();
    const numbers: bigint[] = [];
    for (const id of ["1", "2", "3"]) {
      const ids = { MessageGroupId: "g", MessageDeduplicationId: id };
      const sent = (await sqs.run("SendMessage", { QueueUrl, MessageBody: id, ...ids })) as { SequenceNumber?: string };
      assert.match(sent.SequenceNumber ?? "", /^\d{20}$/);
      numbers.push(BigInt(sent.SequenceNumber ?? 0));
    }
    assert.deepEqual(
      numbers,
      numbers.toSorted((left, right) => (left < right ? -1 : 1)),
    );
    const [first] = await receive(sqs, QueueUrl, { MessageSystemAttributeNames: ["All"] });
    const { SequenceNumber, MessageGroupId, MessageDeduplicationId } = first?.Attributes ?? {};
    assert.deepEqual([SequenceNumber, MessageGroupId, MessageDeduplicationId], [String(numbers[0]), "g", "1"]);
  });
});

describe("ids", () => {
  test("a group is needed: missing in a send, invalid in a batch, which then sends nothing", async () => {
    const { sqs, QueueUrl } = await withFifo();
    const words = "The request must contain the parameter MessageGroupId.";
    await assertRefused(
      sqs.run("SendMessage", { QueueUrl, MessageBody: "x", MessageDeduplicationId: "d" }),
      missing,
      words,
    );
    const Entries = [
      { Id: "1", MessageBody: "x", MessageGroupId: "g", MessageDeduplicationId: "d" },
      { Id: "2", MessageBody: "x", MessageDeduplicationId: "e" },
    ];
    await assertRefused(sqs.run("SendMessageBatch", { QueueUrl, Entries }), invalid, words);
    assert.deepEqual(await receive(sqs, QueueUrl), []);
  });

  test("a deduplication id is needed where the content is not it", async () => {
    const { sqs, QueueUrl } = await withFifo();
    await assertRefused(sqs.run("SendMessage", { QueueUrl, MessageBody: "x", MessageGroupId: "g" }), invalid, explicit);
    const Entries = [{ Id: "1", MessageBody: "x", MessageGroupId: "g" }];
    await assertRefused(sqs.run("SendMessageBatch", { QueueUrl, Entries }), invalid, explicit);
  });

  for (const parameter of ["MessageGroupId", "MessageDeduplicationId"]) {
    test(`${parameter} is 1 to 128 letters, digits and punctuation`, async () => {
      const { sqs, QueueUrl } = await withFifo();
      const ids = { MessageGroupId: "g", MessageDeduplicationId: "d" };
      for (const bad of ["", "a b", "é", "x".repeat(129)]) {
        const words = `Value ${bad} for parameter ${parameter} is invalid. Reason: ${parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.`;
        const run = sqs.run("SendMessage", { QueueUrl, MessageBody: "x", ...ids, [parameter]: bad });
        await assertRefused(run, invalid, words);
      }
      const all = "aZ09!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
      assert.ok((await sqs.run("SendMessage", { QueueUrl, MessageBody: "x", ...ids, [parameter]: all })).MessageId);
    });
  }
});

describe("deduplication", () => {
  const ids = { MessageGroupId: "g", MessageDeduplicationId: "d" };

  test("lasts five minutes from the first acceptance, also when the message was received and deleted", async () => {
    const { sqs, QueueUrl } = await withFifo();
    const send = (): Promise<object> => sqs.run("SendMessage", { QueueUrl, MessageBody: "x", ...ids });
    const first = await send();
    const [message] = await receive(sqs, QueueUrl);
    await remove(sqs, QueueUrl, message?.ReceiptHandle);
    await sqs.advance(299.999);
    // The duplicate is answered as the original was: its id, its sequence number.
    assert.deepEqual(await send(), first);
    assert.deepEqual(await receive(sqs, QueueUrl), []);
    await sqs.advance(0.001);
    assert.notDeepEqual(await send(), first);
    assert.deepEqual(await bodies(sqs, QueueUrl), ["x"]);
  });

  test("by content takes the SHA-256 of the body, and an explicit id goes before it", async () => {
    const { sqs, QueueUrl } = await withFifo({ ContentBasedDeduplication: "true" });
    const send = (MessageBody: string, more: object = {}) =>
      sqs.run("SendMessage", { QueueUrl, MessageBody, MessageGroupId: "g", ...more });
    const MessageAttributes = { a: { DataType: "String", StringValue: "other" } };
    const [first, second] = [await send("x"), await send("x", { MessageAttributes })];
    assert.equal(first.MessageId, second.MessageId);
    await send("x", { MessageDeduplicationId: "d" });
    assert.equal((await send("y", { MessageDeduplicationId: hash("sha256", "x") })).MessageId, first.MessageId);
    const messages = await receive(sqs, QueueUrl, { MessageSystemAttributeNames: ["MessageDeduplicationId"] });
    assert.deepEqual(
      messages.map(({ Attributes }) => Attributes?.["MessageDeduplicationId"]),
      [hash("sha256", "x"), "d"],
    );
  });

  test("holds within a batch, each duplicate acknowledged", async () => {
    const { sqs, QueueUrl } = await withFifo();
    const Entries = ["1", "2"].map((Id) => ({ Id, MessageBody: Id, ...ids }));
    const { Successful = [] } = await sqs.run("SendMessageBatch", { QueueUrl, Entries });
    assert.equal(Successful.length, 2);
    assert.equal(Successful[0]?.MessageId, Successful[1]?.MessageId);
    assert.deepEqual(await bodies(sqs, QueueUrl), ["1"]);
  });

  // Recorded from AWS: what counts is the scope the queue was made with.
  for (const [made, later, expected] of [
    ["queue", undefined, ["g"]],
    ["messageGroup", undefined, ["g", "h"]],
    ["queue", "messageGroup", ["g"]],
    ["messageGroup", "queue", ["g", "h"]],
  ] as const) {
    test(`one id in two groups, scope ${made}${later === undefined ? "" : ` and later ${later}`}: ${expected.length}`, async () => {
      const { sqs, QueueUrl } = await withFifo({ DeduplicationScope: made });
      if (later !== undefined)
        await sqs.run("SetQueueAttributes", { QueueUrl, Attributes: { DeduplicationScope: later } });
      for (const group of ["g", "h"])
        await sqs.run("SendMessage", { QueueUrl, MessageBody: group, ...ids, MessageGroupId: group });
      assert.deepEqual(await bodies(sqs, QueueUrl), expected);
    });
  }

  test("is known after a restart, and forgotten by a purge", async () => {
    const store = new MemoryStore();
    const { QueueUrl, sqs: before } = await withFifo({}, store);
    const send = (sqs: SqsBench): Promise<object> => sqs.run("SendMessage", { QueueUrl, MessageBody: "x", ...ids });
    const first = await send(before);
    const sqs = await startSqs(store);
    assert.deepEqual(await send(sqs), first);
    await sqs.run("PurgeQueue", { QueueUrl });
    assert.notDeepEqual(await send(sqs), first);
    assert.deepEqual(await bodies(sqs, QueueUrl), ["x"]);
  });

  test("is counted", async () => {
    const { sqs, QueueUrl } = await withFifo();
    for (let times = 0; times < 3; times += 1) await sqs.run("SendMessage", { QueueUrl, MessageBody: "x", ...ids });
    const value = (name: string) => sqs.metrics().find((metric) => metric.name === name)?.samples[0]?.value;
    assert.equal(value("tutti_sqs_number_of_deduplicated_sent_messages_total"), 2);
    assert.equal(value("tutti_sqs_number_of_messages_sent_total"), 1);
    await receive(sqs, QueueUrl);
    assert.equal(value("tutti_sqs_approximate_number_of_groups_with_inflight_messages"), 1);
  });
});

describe("receipt handles of FIFO queues", () => {
  test("end with their receive; a longer visibility keeps them", async () => {
    const { sqs, QueueUrl, send } = await withFifo({ VisibilityTimeout: "10" });
    await send("a1");
    const [first] = await receive(sqs, QueueUrl);
    await change(sqs, QueueUrl, first?.ReceiptHandle, 100);
    await sqs.advance(99.999);
    await change(sqs, QueueUrl, first?.ReceiptHandle, 1);
    await sqs.advance(1);
    const expired = `Value ${first?.ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`;
    await assertRefused(remove(sqs, QueueUrl, first?.ReceiptHandle), invalid, expired);
    const [second] = await receive(sqs, QueueUrl);
    await assertRefused(remove(sqs, QueueUrl, first?.ReceiptHandle), invalid, expired);
    assert.deepEqual(await remove(sqs, QueueUrl, second?.ReceiptHandle), {});
    assert.deepEqual(await remove(sqs, QueueUrl, second?.ReceiptHandle), {});
  });

  test("change nothing once the message is visible again", async () => {
    const { sqs, QueueUrl, send } = await withFifo({ VisibilityTimeout: "10" });
    await send("a1");
    const [first] = await receive(sqs, QueueUrl);
    await sqs.advance(10);
    const words = `Value ${first?.ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`;
    await assertRefused(change(sqs, QueueUrl, first?.ReceiptHandle, 60), invalid, words);
    assert.deepEqual(await bodies(sqs, QueueUrl), ["a1"]);
  });
});

describe("ReceiveRequestAttemptId", () => {
  const attempt = { ReceiveRequestAttemptId: "try" };

  test("gives the same messages and handles again, and hides them anew", async () => {
    const { sqs, QueueUrl, send } = await withFifo({ VisibilityTimeout: "10" });
    await send("a1", "a2", "b1");
    const first = await receive(sqs, QueueUrl, { ...attempt, MaxNumberOfMessages: 2 });
    await sqs.advance(9);
    assert.deepEqual(await receive(sqs, QueueUrl, { ...attempt, MaxNumberOfMessages: 2 }), first);
    await sqs.advance(9);
    assert.deepEqual(await bodies(sqs, QueueUrl), ["b1"]);
    for (const { ReceiptHandle } of first) assert.deepEqual(await remove(sqs, QueueUrl, ReceiptHandle), {});
  });

  test("is over with the visibility timeout, and after five minutes", async () => {
    const { sqs, QueueUrl, send } = await withFifo({ VisibilityTimeout: "400" });
    await send("a1");
    const [first] = await receive(sqs, QueueUrl, { ...attempt, VisibilityTimeout: 10 });
    await sqs.advance(10);
    const [second] = await receive(sqs, QueueUrl, attempt);
    assert.equal(second?.MessageId, first?.MessageId);
    assert.notEqual(second?.ReceiptHandle, first?.ReceiptHandle);
    await sqs.advance(300);
    assert.deepEqual(await receive(sqs, QueueUrl, attempt), []);
  });

  test("is refused once one of the messages was deleted or changed, and where it is malformed", async () => {
    const { sqs, QueueUrl, send } = await withFifo();
    await send("a1", "a2");
    const [first, second] = await receive(sqs, QueueUrl, attempt);
    await change(sqs, QueueUrl, second?.ReceiptHandle, 60);
    await assertRefused(receive(sqs, QueueUrl, attempt), invalid, /^Value try for parameter ReceiveRequestAttemptId/);
    await remove(sqs, QueueUrl, first?.ReceiptHandle);
    await assertRefused(receive(sqs, QueueUrl, attempt), invalid, /^Value try for parameter ReceiveRequestAttemptId/);
    const words =
      "Value a b for parameter ReceiveRequestAttemptId is invalid. Reason: ReceiveRequestAttemptId can only include alphanumeric and punctuation characters. 1 to 128 in length.";
    await assertRefused(receive(sqs, QueueUrl, { ReceiveRequestAttemptId: "a b" }), invalid, words);
  });
});

describe("queue attributes of FIFO queues", () => {
  test("All of a fresh one adds AWS's four", async () => {
    const { sqs, QueueUrl } = await withFifo();
    const { Attributes = {} } = await sqs.run("GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] });
    assert.equal(Object.keys(Attributes).length, 16);
    const { ContentBasedDeduplication, DeduplicationScope, FifoThroughputLimit, FifoQueue } = Attributes;
    assert.deepEqual(
      [ContentBasedDeduplication, DeduplicationScope, FifoThroughputLimit, FifoQueue],
      ["false", "queue", "perQueue", "true"],
    );
  });

  test("are refused in AWS's words", async () => {
    const { sqs, QueueUrl } = await withFifo();
    const set = (Attributes: object) => sqs.run("SetQueueAttributes", { QueueUrl, Attributes });
    await assertRefused(
      set({ FifoQueue: "false" }),
      "InvalidAttributeValue",
      "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.",
    );
    await assertRefused(set({ FifoThroughputLimit: "perMessageGroupId" }), "InvalidAttributeValue", /messageGroup/);
    await assertRefused(set({ DeduplicationScope: "x" }), "InvalidAttributeValue", /DeduplicationScope/);
    await set({ FifoThroughputLimit: "perMessageGroupId", DeduplicationScope: "messageGroup" });
    const name =
      "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length";
    for (const bad of ["q", "q.fifo.fifo", ".fifo", `${"x".repeat(76)}.fifo`, "a b.fifo"])
      await assertRefused(createQueue(sqs, bad, { FifoQueue: "true" }), invalid, name);
    assert.ok(await createQueue(sqs, `${"x".repeat(75)}.fifo`, { FifoQueue: "true" }));
  });
});

describe("FIFO dead-letter queues", () => {
  test("take a message as a new arrival with its own id as deduplication id, so that two of one id both lie there", async () => {
    const sqs = await startSqs();
    const dead = await createQueue(sqs, "dead.fifo", { FifoQueue: "true" });
    const deadLetterTargetArn = "arn:aws:sqs:eu-west-1:111122223333:dead.fifo";
    const QueueUrl = await createQueue(sqs, "queue.fifo", {
      FifoQueue: "true",
      VisibilityTimeout: "0",
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 }),
    });
    const ids: (string | undefined)[] = [];
    for (const body of ["1", "2"]) {
      const input = { QueueUrl, MessageBody: body, MessageGroupId: "g", MessageDeduplicationId: "same" };
      ids.push((await sqs.run("SendMessage", input)).MessageId);
      await receive(sqs, QueueUrl);
      await sqs.advance(300);
      assert.deepEqual(await receive(sqs, QueueUrl), []);
    }
    const letters = await receive(sqs, dead, { MessageSystemAttributeNames: ["All"] });
    assert.deepEqual(
      letters.map(({ Body, MessageId, Attributes }) => [Body, MessageId, Attributes?.["MessageDeduplicationId"]]),
      [
        ["1", ids[0], ids[0]],
        ["2", ids[1], ids[1]],
      ],
    );
    // Counted on: once at the source, once here.
    assert.equal(letters[0]?.Attributes?.["ApproximateReceiveCount"], "2");
    assert.equal(letters[0]?.Attributes?.["DeadLetterQueueSourceArn"], "arn:aws:sqs:eu-west-1:111122223333:queue.fifo");
  });
});
