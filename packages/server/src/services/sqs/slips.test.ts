/** What has become of messages that were received together is one row of the store, and still holds for each of them alone. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Message } from "@aws-sdk/client-sqs";
import { ServiceError } from "../../kernel/service-error.ts";
import { Queues } from "./queues.ts";
import { Slip } from "./slip.ts";
import { parcelsTable, queuesTable, slipsTable } from "./tables.ts";
import { bodies, call, createQueue, receive, startSqs } from "./testing/sqs-bench.ts";
import type { SqsBench } from "./testing/sqs-bench.ts";

const fifo = { FifoQueue: "true", VisibilityTimeout: "30" };

/** Each message's group is the first letter of its body. */
async function sendBatch(sqs: SqsBench, QueueUrl: string, texts: readonly string[]): Promise<void> {
  const Entries = texts.map((MessageBody, index) => {
    return { Id: String(index), MessageBody, MessageGroupId: MessageBody[0], MessageDeduplicationId: MessageBody };
  });
  await sqs.run("SendMessageBatch", { QueueUrl, Entries });
}

async function withFifo(...batches: readonly (readonly string[])[]) {
  const sqs = await startSqs();
  const QueueUrl = await createQueue(sqs, "queue.fifo", fifo);
  for (const batch of batches) await sendBatch(sqs, QueueUrl, batch);
  return { sqs, QueueUrl };
}

function remove(sqs: SqsBench, QueueUrl: string, messages: readonly Message[]): Promise<unknown> {
  const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  return sqs.run("DeleteMessageBatch", { QueueUrl, Entries });
}

/** Of each slip, its bits, and of each parcel. */
async function stored(sqs: SqsBench) {
  await sqs.kernel.settle();
  return {
    slips: (await sqs.store.load(slipsTable)).map(({ size, crossedOff, gone }) => [size, crossedOff, gone]),
    parcels: (await sqs.store.load(parcelsTable)).map(({ size, remaining, removed }) => [size, remaining, removed]),
  };
}

async function counts(sqs: SqsBench, QueueUrl: string): Promise<unknown> {
  const AttributeNames = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
  const { Attributes = {} } = await sqs.run("GetQueueAttributes", { QueueUrl, AttributeNames });
  return AttributeNames.map((name) => Number(Attributes[name]));
}

/** Another server over the same store; the first is left as it stands, as by a crash. */
function again({ store, kernel }: SqsBench): Promise<SqsBench> {
  return startSqs(store, kernel.clock.now(), 2);
}

test("a slip is done once it counts for nobody and nobody needs its notes", () => {
  const slip = new Slip(1, 2, 0, 0);
  slip.crossOff(0, false);
  assert.deepEqual([slip.isDone, slip.isCrossedOff(0), slip.isCrossedOff(1)], [false, true, false]);
  slip.crossOff(1, true);
  assert.deepEqual([slip.isDone, slip.isGone(0), slip.isGone(1)], [false, false, true]);
  slip.settle(1);
  assert.equal(slip.isDone, true);
  slip.unsettle(1);
  slip.putBack(1);
  assert.deepEqual([slip.isCrossedOff(1), slip.isGone(1)], [false, false]);
});

describe("slips in the store", () => {
  test("a receive is one row, and the deletion of what it gave leaves none", async () => {
    const { sqs, QueueUrl } = await withFifo(["a1", "a2", "a3"]);
    const messages = await receive(sqs, QueueUrl);
    const written = sqs.kernel.pipeline.statistics.operations;
    assert.deepEqual(await stored(sqs), { slips: [[3, 0, 0]], parcels: [[3, 3, 0]] });
    await remove(sqs, QueueUrl, messages);
    assert.deepEqual(await stored(sqs), { slips: [], parcels: [] });
    assert.equal(sqs.kernel.pipeline.statistics.operations - written, 2);
  });

  test("what is received again is crossed off the slip it was on", async () => {
    const { sqs, QueueUrl } = await withFifo(["a1", "a2", "b1"]);
    const [, , b1] = await receive(sqs, QueueUrl);
    await sqs.run("ChangeMessageVisibility", { QueueUrl, ReceiptHandle: b1?.ReceiptHandle, VisibilityTimeout: 40 });
    assert.deepEqual((await stored(sqs)).slips, [
      [3, 0b100, 0],
      [1, 0, 0],
    ]);
    await sqs.advance(30);
    assert.deepEqual(await bodies(sqs, QueueUrl), ["a1", "a2"]);
    assert.deepEqual((await stored(sqs)).slips, [
      [1, 0, 0],
      [2, 0, 0],
    ]);
    const after = await again(sqs);
    assert.deepEqual(await counts(after, QueueUrl), [0, 3]);
    await after.advance(10);
    assert.deepEqual(
      (await receive(after, QueueUrl, { AttributeNames: ["ApproximateReceiveCount"] })).map(({ Body, Attributes }) => [
        Body,
        Attributes?.["ApproximateReceiveCount"],
      ]),
      [["b1", "2"]],
    );
    await after.advance(20);
    assert.deepEqual(await bodies(after, QueueUrl), ["a1", "a2"]);
  });

  test("messages of several parcels that are gone are noted on their slip, until the parcels are", async () => {
    const { sqs, QueueUrl } = await withFifo(["a1", "b1"], ["a2", "b2"]);
    const a = await receive(sqs, QueueUrl, { MaxNumberOfMessages: 2 });
    const b = await receive(sqs, QueueUrl, { MaxNumberOfMessages: 2 });
    assert.deepEqual(
      [a, b].map((messages) => messages.map(({ Body }) => Body)),
      [
        ["a1", "a2"],
        ["b1", "b2"],
      ],
    );
    await remove(sqs, QueueUrl, a);
    const parcels = [
      [2, 2, 0],
      [2, 2, 0],
    ];
    assert.deepEqual(await stored(sqs), {
      slips: [
        [2, 0b11, 0b11],
        [2, 0, 0],
      ],
      parcels,
    });
    await remove(sqs, QueueUrl, b.slice(0, 1));
    // The first parcel is gone, and so is what the first slip says of it, whatever stands there.
    assert.deepEqual(await stored(sqs), {
      slips: [
        [2, 0b11, 0b11],
        [2, 0b01, 0],
      ],
      parcels: parcels.slice(1),
    });
    await remove(sqs, QueueUrl, b.slice(1));
    assert.deepEqual(await stored(sqs), { slips: [], parcels: [] });
  });

  test("what is noted holds after a crash, and is written where it belongs when nothing of a parcel is in memory", async () => {
    const { sqs: before, QueueUrl } = await withFifo(["a1", "b1", "c1"], ["a2", "b2", "c2"]);
    const a = await receive(before, QueueUrl, { MaxNumberOfMessages: 2 });
    const b = await receive(before, QueueUrl, { MaxNumberOfMessages: 1 });
    await remove(before, QueueUrl, a);
    assert.deepEqual(await counts(before, QueueUrl), [3, 1]);
    const after = await again(before);
    assert.deepEqual(await counts(after, QueueUrl), [3, 1]);
    // Of the first parcel, b1 is in flight; of the second, nothing was received.
    assert.deepEqual(await stored(after), {
      slips: [
        [2, 0b11, 0b11],
        [1, 0, 0],
      ],
      parcels: [
        [3, 3, 0],
        [3, 2, 0b001],
      ],
    });
    const { Messages } = (await after.view("messages", { QueueUrl })) as { Messages: { Body: string }[] };
    assert.deepEqual(
      Messages.map(({ Body }) => Body),
      ["b1", "c1", "b2", "c2"],
    );
    const c = await receive(after, QueueUrl, { MaxNumberOfMessages: 2 });
    assert.deepEqual(
      c.map(({ Body }) => Body),
      ["c1", "c2"],
    );
    await remove(after, QueueUrl, [...b, ...c]);
    const [b2, ...more] = await receive(after, QueueUrl);
    assert.deepEqual([b2?.Body, more], ["b2", []]);
    await remove(after, QueueUrl, b2 === undefined ? [] : [b2]);
    assert.deepEqual(await stored(after), { slips: [], parcels: [] });
    assert.deepEqual(await counts(after, QueueUrl), [0, 0]);
  });

  test("a crash after a crash finds the same", async () => {
    const { sqs, QueueUrl } = await withFifo(["a1", "b1", "c1"], ["a2", "b2", "c2"], ["a3", "b3", "c3"]);
    const [a1, a2] = await receive(sqs, QueueUrl, { MaxNumberOfMessages: 3 });
    await receive(sqs, QueueUrl, { MaxNumberOfMessages: 3 });
    await remove(
      sqs,
      QueueUrl,
      [a1, a2].filter((message) => message !== undefined),
    );
    const second = await again(await again(sqs));
    assert.deepEqual(await counts(second, QueueUrl), [3, 4]);
    await second.advance(30);
    const all: string[] = [];
    for (let messages = await receive(second, QueueUrl); messages.length > 0;) {
      all.push(...messages.map(({ Body = "" }) => Body));
      await remove(second, QueueUrl, messages);
      messages = await receive(second, QueueUrl);
    }
    // Groups come in any order.
    const expected = { a: ["a3"], b: ["b1", "b2", "b3"], c: ["c1", "c2", "c3"] };
    for (const [group, texts] of Object.entries(expected))
      assert.deepEqual(
        all.filter((text) => text.startsWith(group)),
        texts,
      );
    assert.equal(all.length, 7);
    assert.deepEqual(await stored(second), { slips: [], parcels: [] });
  });

  test("more than ten receives of a standard queue that are written at once are several rows", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs, "queue", { VisibilityTimeout: "600" });
    for (let batch = 0; batch < 3; batch += 1)
      await sqs.run("SendMessageBatch", {
        QueueUrl,
        Entries: Array.from({ length: 10 }, (_, index) => ({ Id: `${index}`, MessageBody: `${batch}-${index}` })),
      });
    const first = await receive(sqs, QueueUrl);
    await receive(sqs, QueueUrl, { MaxNumberOfMessages: 5 });
    await remove(sqs, QueueUrl, first.slice(0, 3));
    await sqs.advance(1);
    assert.deepEqual(await stored(sqs), {
      slips: [
        [10, 0, 0],
        [2, 0, 0],
      ],
      parcels: [
        [10, 7, 0b111],
        [10, 10, 0],
        [10, 10, 0],
      ],
    });
    assert.deepEqual(await counts(await again(sqs), QueueUrl), [15, 12]);
  });

  test("a purge leaves nothing, and messages that come then begin anew", async () => {
    const { sqs, QueueUrl } = await withFifo(["a1", "b1"], ["a2", "b2"]);
    const messages = await receive(sqs, QueueUrl, { MaxNumberOfMessages: 2 });
    await remove(sqs, QueueUrl, messages.slice(0, 1));
    await sqs.run("PurgeQueue", { QueueUrl });
    assert.deepEqual(await stored(sqs), { slips: [], parcels: [] });
    await sendBatch(sqs, QueueUrl, ["a3", "b3"]);
    await remove(sqs, QueueUrl, messages);
    assert.deepEqual(await bodies(sqs, QueueUrl), ["a3", "b3"]);
    assert.deepEqual(await counts(await again(sqs), QueueUrl), [0, 2]);
  });

  test("a purge that is undone leaves what was noted", async () => {
    const { sqs, QueueUrl } = await withFifo(["a1", "b1"], ["a2", "b2"]);
    const [a1, a2] = await receive(sqs, QueueUrl, { MaxNumberOfMessages: 2 });
    await remove(sqs, QueueUrl, a1 === undefined ? [] : [a1]);
    const before = await stored(sqs);
    // Another object for the same queue, as a start makes it.
    const queues = new Queues(sqs.kernel);
    const shards = (await sqs.store.load(queuesTable)).map(({ shard }) => shard);
    await queues.load(sqs.kernel.reader, new Set(shards));
    assert.throws(() =>
      sqs.kernel.transact((tx) => {
        queues.clear(tx, queues.byUrl(tx, call, QueueUrl, "PurgeQueue"));
        throw new ServiceError("Refused", "");
      }),
    );
    assert.deepEqual(await stored(sqs), before);
    sqs.kernel.transact((tx) => {
      const messages = queues.messages(tx, queues.byUrl(tx, call, QueueUrl, "PurgeQueue"));
      const sequence = Number(a2?.ReceiptHandle?.split("-")[2]);
      const message = messages.find(sequence);
      assert.equal(message?.messageId, a2?.MessageId);
      if (message !== undefined) messages.remove(tx, message);
    });
    const after = await again(sqs);
    assert.deepEqual(await bodies(after, QueueUrl), ["b1", "b2"]);
  });
});
