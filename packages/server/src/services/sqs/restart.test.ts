/** What a stop or a crash leaves: everything acknowledged, nothing deleted. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { MemoryStore } from "../../kernel/store/memory-store.ts";
import { openSqliteStore } from "../../kernel/store/sqlite/sqlite-store.ts";
import type { RangeQuery } from "../../kernel/store/store.ts";
import { parcelsTable } from "./tables.ts";
import type { ParcelRow } from "./tables.ts";
import { assertRefused, bodies, createQueue, receive, startMs, startSqs } from "./testing/sqs-bench.ts";
import type { SqsBench } from "./testing/sqs-bench.ts";

/** Another server over the same store at the same time; ids differ from those given before. */
function again({ store, kernel }: SqsBench): Promise<SqsBench> {
  return startSqs(store, kernel.clock.now(), 2);
}

/** Notes how much of messages it was asked for at once. */
class WatchedStore extends MemoryStore {
  largestPageBytes = 0;

  override async range<Row>(query: RangeQuery<Row>): Promise<Row[]> {
    const rows = await super.range(query);
    let bytes = 0;
    if (query.table.name === parcelsTable.name)
      for (const { content, sealed } of rows as readonly ParcelRow[]) bytes += content.length + (sealed?.length ?? 0);
    this.largestPageBytes = Math.max(this.largestPageBytes, bytes);
    return rows;
  }
}

describe("after a restart", () => {
  test("a backlog of large messages is read some megabytes at a time", async () => {
    const store = new WatchedStore();
    const before = await startSqs(store);
    const QueueUrl = await createQueue(before);
    const body = "x".repeat(1_000_000);
    const sent = Array.from({ length: 60 }, (_, number) => `${number} ${body}`);
    for (const MessageBody of sent) await before.run("SendMessage", { QueueUrl, MessageBody });
    await before.kernel.stop();
    const after = await startSqs(store, undefined, 2);
    const got: (string | undefined)[] = [];
    while (got.length < sent.length) got.push(...(await bodies(after, QueueUrl)));
    assert.deepEqual(new Set(got), new Set(sent));
    // The first page cannot know: as many parcels as hold 250 messages at least.
    assert.ok(store.largestPageBytes < 26_000_000, `${store.largestPageBytes} bytes at once`);
  });

  test("acknowledged messages are there as they were, deleted ones are not", async () => {
    const before = await startSqs();
    const QueueUrl = await createQueue(before, "queue", { VisibilityTimeout: "7" });
    const MessageAttributes = {
      MyAttribute: { DataType: "String", StringValue: "foobar" },
      bytes: { DataType: "Binary", BinaryValue: Uint8Array.of(0, 255) },
    };
    await before.run("SendMessage", { QueueUrl, MessageBody: "deleted" });
    const kept = await before.run("SendMessage", {
      QueueUrl,
      MessageBody: "kept \u{1f600}",
      MessageAttributes,
      MessageGroupId: "g",
    });
    const [deleted] = await receive(before, QueueUrl, { MaxNumberOfMessages: 1 });
    await before.run("DeleteMessage", { QueueUrl, ReceiptHandle: deleted?.ReceiptHandle });
    // A crash: the kernel is left as it stands.
    const after = await again(before);
    const [message, ...more] = await receive(after, QueueUrl, {
      MessageAttributeNames: ["All"],
      MessageSystemAttributeNames: ["MessageGroupId", "SentTimestamp"],
    });
    assert.deepEqual(more, []);
    assert.deepEqual(
      [message?.MessageId, message?.Body, message?.MD5OfBody],
      [kept.MessageId, "kept \u{1f600}", kept.MD5OfMessageBody],
    );
    assert.equal(message?.MD5OfMessageAttributes, kept.MD5OfMessageAttributes);
    assert.deepEqual([...(message?.MessageAttributes?.["bytes"]?.BinaryValue ?? [])], [0, 255]);
    assert.deepEqual(message?.Attributes, { MessageGroupId: "g", SentTimestamp: String(startMs) });
    await after.advance(7);
    assert.deepEqual(await bodies(after, QueueUrl), ["kept \u{1f600}"]);
  });

  test("delays, visibility timeouts and receive counts go on, and old receipt handles hold", async () => {
    const before = await startSqs();
    const QueueUrl = await createQueue(before);
    await before.run("SendMessage", { QueueUrl, MessageBody: "taken" });
    await before.run("SendMessage", { QueueUrl, MessageBody: "late", DelaySeconds: 50 });
    await receive(before, QueueUrl, { VisibilityTimeout: 0 });
    const [taken] = await receive(before, QueueUrl, { VisibilityTimeout: 20 });
    await before.advance(10);
    await before.kernel.stop();
    const after = await again(before);
    assert.deepEqual(await bodies(after, QueueUrl), []);
    await after.run("ChangeMessageVisibility", {
      QueueUrl,
      ReceiptHandle: taken?.ReceiptHandle,
      VisibilityTimeout: 30,
    });
    await after.advance(29.999);
    assert.deepEqual(await bodies(after, QueueUrl), []);
    const poll = receive(after, QueueUrl, {
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ["ApproximateReceiveCount", "ApproximateFirstReceiveTimestamp"],
    });
    await after.advance(0.001);
    assert.deepEqual(
      (await poll).map(({ Body, Attributes }) => [Body, Attributes]),
      [["taken", { ApproximateReceiveCount: "3", ApproximateFirstReceiveTimestamp: String(startMs) }]],
    );
    await after.advance(10);
    assert.deepEqual(await bodies(after, QueueUrl), ["late"]);
    assert.deepEqual(await after.run("DeleteMessage", { QueueUrl, ReceiptHandle: taken?.ReceiptHandle }), {});
  });

  test("queues, attributes, blocked names and the purge interval are known", async () => {
    const before = await startSqs();
    const QueueUrl = await createQueue(before, "kept", { DelaySeconds: "3" });
    await before.run("SendMessage", { QueueUrl, MessageBody: "purged" });
    await before.run("PurgeQueue", { QueueUrl });
    await before.run("DeleteQueue", { QueueUrl: await createQueue(before, "deleted") });
    const after = await again(before);
    assert.deepEqual(await after.run("ListQueues", {}), { QueueUrls: [QueueUrl] });
    const { Attributes } = await after.run("GetQueueAttributes", {
      QueueUrl,
      AttributeNames: ["DelaySeconds", "ApproximateNumberOfMessagesDelayed"],
    });
    assert.deepEqual(Attributes, { DelaySeconds: "3", ApproximateNumberOfMessagesDelayed: "0" });
    await assertRefused(createQueue(after, "deleted"), "QueueDeletedRecently", /60 seconds/);
    await assertRefused(after.run("PurgeQueue", { QueueUrl }), "PurgeQueueInProgress", /kept/, 403);
  });

  test("a handle from before does not touch the message that has its place now", async () => {
    const before = await startSqs();
    const QueueUrl = await createQueue(before);
    await before.run("SendMessage", { QueueUrl, MessageBody: "first" });
    const [first] = await receive(before, QueueUrl);
    await before.run("DeleteMessage", { QueueUrl, ReceiptHandle: first?.ReceiptHandle });
    const after = await again(before);
    await after.run("SendMessage", { QueueUrl, MessageBody: "second" });
    await after.run("DeleteMessage", { QueueUrl, ReceiptHandle: first?.ReceiptHandle });
    assert.deepEqual(await bodies(after, QueueUrl), ["second"]);
  });

  test("what expired meanwhile is dropped", async () => {
    const store = new MemoryStore();
    const before = await startSqs(store);
    const QueueUrl = await createQueue(before, "queue", { MessageRetentionPeriod: "60" });
    await before.run("SendMessage", { QueueUrl, MessageBody: "old" });
    const after = await startSqs(store, startMs + 60_000, 2);
    assert.deepEqual(await bodies(after, QueueUrl), []);
  });

  test("the same holds on disk, through the SQL tables", async (context) => {
    const folder = await mkdtemp(join(tmpdir(), "tutti-sqs-"));
    context.after(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, "tutti.db");
    const before = await startSqs(openSqliteStore(path, "main"));
    const QueueUrl = await createQueue(before, "queue", { VisibilityTimeout: "7" });
    const MessageAttributes = { bytes: { DataType: "Binary", BinaryValue: Uint8Array.of(0, 255) } };
    await before.run("SendMessage", { QueueUrl, MessageBody: "deleted" });
    await before.run("SendMessage", { QueueUrl, MessageBody: "kept", MessageAttributes });
    const [deleted] = await receive(before, QueueUrl);
    await before.run("DeleteMessage", { QueueUrl, ReceiptHandle: deleted?.ReceiptHandle });
    await before.run("DeleteQueue", { QueueUrl: await createQueue(before, "gone") });
    await before.kernel.stop();
    const after = await startSqs(openSqliteStore(path, "main"), startMs, 2);
    context.after(() => after.kernel.stop());
    await assertRefused(createQueue(after, "gone"), "QueueDeletedRecently", /60 seconds/);
    assert.deepEqual(await receive(after, QueueUrl), []);
    await after.advance(7);
    const [kept] = await receive(after, QueueUrl, {
      MessageAttributeNames: ["All"],
      AttributeNames: ["ApproximateReceiveCount"],
    });
    assert.deepEqual([kept?.Body, kept?.Attributes], ["kept", { ApproximateReceiveCount: "2" }]);
    assert.deepEqual([...(kept?.MessageAttributes?.["bytes"]?.BinaryValue ?? [])], [0, 255]);
    assert.deepEqual([...before.fatal, ...after.fatal], []);
  });

  test("backlogs longer than a page are read whole", async () => {
    const before = await startSqs();
    const QueueUrl = await createQueue(before);
    for (let batch = 0; batch < 1_001; batch += 1) {
      await before.run("SendMessageBatch", {
        QueueUrl,
        Entries: Array.from({ length: 10 }, (_, index) => ({ Id: `${index}`, MessageBody: "x" })),
      });
    }
    const after = await again(before);
    const { Attributes } = await after.run("GetQueueAttributes", {
      QueueUrl,
      AttributeNames: ["ApproximateNumberOfMessages"],
    });
    assert.deepEqual(Attributes, { ApproximateNumberOfMessages: "10010" });
  });

  test("a receive is known after fifty milliseconds, a deletion at once, and nothing is written twice", async () => {
    const before = await startSqs();
    const QueueUrl = await createQueue(before);
    for (const MessageBody of ["deleted", "kept", "forgotten"])
      await before.run("SendMessage", { QueueUrl, MessageBody });
    const written = (): number => before.kernel.pipeline.statistics.operations;
    const start = written();
    const [deleted] = await receive(before, QueueUrl, { MaxNumberOfMessages: 1 });
    await before.run("DeleteMessage", { QueueUrl, ReceiptHandle: deleted?.ReceiptHandle });
    await receive(before, QueueUrl, { MaxNumberOfMessages: 1 });
    // The deletion is one row; the receive of what is deleted is never written.
    assert.equal(written() - start, 1);
    await before.advance(0.051);
    await receive(before, QueueUrl, { MaxNumberOfMessages: 1 });
    // A crash.
    const after = await again(before);
    assert.deepEqual(await bodies(after, QueueUrl, { VisibilityTimeout: 100 }), ["forgotten"]);
    await after.advance(30);
    assert.deepEqual(await bodies(after, QueueUrl), ["kept"]);
  });
});
