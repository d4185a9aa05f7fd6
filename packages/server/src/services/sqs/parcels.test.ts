/** Messages that came at once are one row of the store, and are still messages each for itself. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { MemoryStore } from "../../kernel/store/memory-store.ts";
import { Parcel } from "./parcel.ts";
import { readableContent, readContent } from "./parcel-content.ts";
import { contentToSeal, readUnsealed } from "./sealed-content.ts";
import { parcelsTable } from "./tables.ts";
import type { MessageRow, ParcelRow } from "./tables.ts";
import { bodies, createQueue, receive, startSqs } from "./testing/sqs-bench.ts";
import type { SqsBench } from "./testing/sqs-bench.ts";

const unencrypted = { SqsManagedSseEnabled: "false" };

function sendBatch(sqs: SqsBench, QueueUrl: string, texts: readonly string[], more: object = {}) {
  const Entries = texts.map((MessageBody, index) => ({ Id: String(index), MessageBody, ...more }));
  return sqs.run("SendMessageBatch", { QueueUrl, Entries });
}

function numbers(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(from + index));
}

async function stored(sqs: SqsBench): Promise<ParcelRow[]> {
  await sqs.kernel.settle();
  return sqs.store.load(parcelsTable);
}

/** Another server over the same store; the first is left as it stands, as by a crash. */
function again({ store, kernel }: SqsBench): Promise<SqsBench> {
  return startSqs(store, kernel.clock.now(), 2);
}

async function takeAll(sqs: SqsBench, QueueUrl: string): Promise<string[]> {
  const all: string[] = [];
  for (;;) {
    const messages = await receive(sqs, QueueUrl);
    if (messages.length === 0) return all;
    for (const { Body = "", ReceiptHandle } of messages) {
      all.push(Body);
      await sqs.run("DeleteMessage", { QueueUrl, ReceiptHandle });
    }
  }
}

describe("a parcel", () => {
  test("crosses messages off, and knows how many remain", () => {
    const parcel = new Parcel(41, 10, 0);
    assert.deepEqual(
      [parcel.last, parcel.remaining, parcel.has(40), parcel.has(41), parcel.has(51)],
      [50, 10, false, true, false],
    );
    parcel.remove(41);
    parcel.remove(50);
    parcel.remove(50);
    assert.deepEqual([parcel.remaining, parcel.has(41), parcel.has(42), parcel.has(50)], [8, false, true, false]);
    parcel.putBack(50);
    assert.deepEqual([parcel.remaining, parcel.has(50), parcel.removed], [9, true, 1]);
  });

  test("gives back its messages with all they have, but those that are gone", () => {
    const body = 'a "quoted" \\ body\n\ud7ff\u{1f600}';
    const plain: MessageRow = {
      shard: 3,
      queueId: 7,
      sequence: 100,
      messageId: "m-100",
      body,
      bodyMd5: createHash("md5").update(body).digest("hex"),
      attributes: null,
      traceHeader: null,
      groupId: null,
      deduplicationId: null,
      senderId: "111122223333",
      sentAt: 1,
      availableAt: 2,
      deadLetterSourceArn: null,
      earlierReceives: null,
      earlierFirstReceivedAt: null,
    };
    const full: MessageRow = {
      ...plain,
      sequence: 102,
      senderId: "444455556666",
      sentAt: 3,
      availableAt: 4,
      messageId: "m-102",
      attributes: { name: { DataType: "String", StringValue: "value" } },
      traceHeader: "Root=1",
      groupId: "group",
      deduplicationId: "id",
      deadLetterSourceArn: "arn:aws:sqs:eu-west-1:111122223333:source",
      earlierReceives: 0,
      earlierFirstReceivedAt: 5,
    };
    const gone = { ...plain, sequence: 101 };
    const rows = [plain, gone, full, { ...gone, sequence: 103, body: "\n" }, { ...plain, sequence: 104 }];
    const content = readableContent(rows);
    const row = {
      shard: 3,
      queueId: 7,
      last: 104,
      size: 5,
      remaining: 3,
      removed: 0b01010,
      keyId: null,
      content,
      sealed: null,
    };
    assert.deepEqual(
      readContent(row, content, () => assert.fail("nothing is encrypted")),
      [plain, full, { ...plain, sequence: 104 }],
    );
    const ascii = 'a "quoted" \\ body\n';
    for (const change of [{}, { body: ascii, bodyMd5: createHash("md5").update(ascii).digest("hex") }]) {
      const changed = rows.map((each) => ({ ...each, ...change }));
      const { text, bytes } = contentToSeal(changed);
      assert.equal(Buffer.byteLength(text), bytes);
      assert.deepEqual(readUnsealed(row, Buffer.from(text)), [changed[0], changed[2], changed[4]]);
    }
  });
});

describe("in the store", () => {
  test("a batch is one row, which shrinks with its messages and goes with the last", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs);
    await sendBatch(sqs, QueueUrl, numbers(1, 10));
    assert.deepEqual(
      (await stored(sqs)).map(({ size, remaining }) => [size, remaining]),
      [[10, 10]],
    );
    const taken = await receive(sqs, QueueUrl, { MaxNumberOfMessages: 4 });
    for (const { ReceiptHandle } of taken.slice(0, 3)) await sqs.run("DeleteMessage", { QueueUrl, ReceiptHandle });
    assert.deepEqual(
      (await stored(sqs)).map(({ remaining, removed }) => [remaining, removed]),
      [[7, 0b111]],
    );
    await sqs.advance(30);
    assert.deepEqual(await takeAll(sqs, QueueUrl), numbers(4, 7));
    assert.deepEqual(await stored(sqs), []);
  });

  test("a batch that is deleted with one request is deleted with one change", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs);
    await sendBatch(sqs, QueueUrl, numbers(1, 10));
    const taken = await receive(sqs, QueueUrl);
    await sqs.kernel.settle();
    const before = sqs.kernel.pipeline.statistics.operations;
    const Entries = taken.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await sqs.run("DeleteMessageBatch", { QueueUrl, Entries: [...Entries.slice(1), { ...Entries[0], Id: "last" }] });
    assert.equal(sqs.kernel.pipeline.statistics.operations - before, 1);
    assert.deepEqual(await stored(sqs), []);
  });

  test("entries that are refused leave no gap, and large ones part the rows", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs, "queue", unencrypted);
    await sendBatch(sqs, QueueUrl, ["a", "\u0000", "c"]);
    assert.deepEqual(
      (await stored(sqs)).map(({ size }) => size),
      [2],
    );
    await sendBatch(sqs, QueueUrl, ["x".repeat(200_000), "y".repeat(200_000), "z"]);
    assert.deepEqual(
      (await stored(sqs)).map(({ size }) => size),
      [2, 2, 1],
    );
    const after = await again(sqs);
    const received = await takeAll(after, QueueUrl);
    assert.deepEqual(
      received.map((text) => text.slice(0, 1)),
      ["a", "c", "x", "y", "z"],
    );
    assert.deepEqual(await stored(after), []);
  });

  test("a purge takes what the same moment had sent", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs);
    await Promise.all([sendBatch(sqs, QueueUrl, numbers(1, 10)), sqs.run("PurgeQueue", { QueueUrl })]);
    assert.deepEqual(await stored(sqs), []);
    assert.deepEqual(await bodies(sqs, QueueUrl), []);
  });
});

describe("after a crash", () => {
  test("what remains of a row is there, in order, and its count is right", async () => {
    const before = await startSqs();
    const QueueUrl = await createQueue(before);
    await sendBatch(before, QueueUrl, numbers(1, 10));
    await sendBatch(before, QueueUrl, numbers(11, 10));
    const taken = await receive(before, QueueUrl);
    for (const index of [8, 1, 4])
      await before.run("DeleteMessage", { QueueUrl, ReceiptHandle: taken[index]?.ReceiptHandle });
    await before.kernel.settle();
    const after = await again(before);
    const { Attributes } = await after.run("GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] });
    const shown = Object.fromEntries(Object.entries(Attributes ?? {}).filter(([name]) => name.startsWith("Approx")));
    assert.equal(
      Number(shown["ApproximateNumberOfMessages"]) + Number(shown["ApproximateNumberOfMessagesNotVisible"]),
      17,
    );
    await after.advance(30);
    const expected = numbers(1, 20).filter((text) => !["9", "2", "5"].includes(text));
    assert.deepEqual(
      (await takeAll(after, QueueUrl)).toSorted((a, b) => Number(a) - Number(b)),
      expected,
    );
    assert.deepEqual(await stored(after), []);
  });

  test("receives that were saved keep to their rows", async () => {
    const before = await startSqs();
    const QueueUrl = await createQueue(before);
    await sendBatch(before, QueueUrl, numbers(1, 10));
    const taken = await receive(before, QueueUrl, { VisibilityTimeout: 600 });
    await before.run("DeleteMessage", { QueueUrl, ReceiptHandle: taken[0]?.ReceiptHandle });
    await before.advance(1);
    const after = await again(before);
    assert.deepEqual(await bodies(after, QueueUrl), []);
    for (const { ReceiptHandle } of taken.slice(0, 6)) await after.run("DeleteMessage", { QueueUrl, ReceiptHandle });
    assert.deepEqual(
      (await stored(after)).map(({ removed }) => removed),
      [0b1],
      "the others are noted on their slip",
    );
    await after.advance(600);
    assert.deepEqual(
      (await takeAll(after, QueueUrl)).toSorted((a, b) => Number(a) - Number(b)),
      numbers(7, 4),
    );
    assert.deepEqual(await stored(after), []);
  });

  test("messages of one row whose receives are forgotten can be deleted at the same time", async () => {
    const before = await startSqs(new MemoryStore());
    const QueueUrl = await createQueue(before);
    // More than a page that is read at once, so that the last are in the store only.
    for (let index = 0; index < 60; index += 1) await sendBatch(before, QueueUrl, numbers(index * 10, 10));
    const handles = new Map<string, string | undefined>();
    for (let times = 0; times < 60; times += 1)
      for (const { Body = "", ReceiptHandle } of await receive(before, QueueUrl)) handles.set(Body, ReceiptHandle);
    // The receives are written 50 ms later, which this crash comes before.
    const after = await again(before);
    const removed = ["590", "593", "599", "580", "585"];
    const remove = (text: string) => after.run("DeleteMessage", { QueueUrl, ReceiptHandle: handles.get(text) });
    await Promise.all([...removed, "590"].map(remove));
    const Entries = ["591", "592", "592"].map((text, index) => ({
      Id: String(index),
      ReceiptHandle: handles.get(text),
    }));
    await after.run("DeleteMessageBatch", { QueueUrl, Entries });
    const gone = new Set([...removed, "591", "592"]);
    const expected = numbers(0, 600).filter((text) => !gone.has(text));
    assert.deepEqual(await takeAll(after, QueueUrl), expected);
    assert.deepEqual(await stored(after), []);
  });

  test("a page that ends inside a row is followed by the rest of it", async () => {
    const before = await startSqs();
    const QueueUrl = await createQueue(before);
    for (let index = 0; index < 100; index += 1) await sendBatch(before, QueueUrl, numbers(index * 7, 7));
    const after = await again(before);
    assert.deepEqual(await takeAll(after, QueueUrl), numbers(0, 700));
    assert.deepEqual(await stored(after), []);
  });
});
