/** What a stop or a crash leaves: everything acknowledged, nothing deleted. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ServiceError } from "../../kernel/service-error.ts";
import { MemoryStore } from "../../kernel/store/memory-store.ts";
import { openSqliteStore } from "../../kernel/store/sqlite/sqlite-store.ts";
import { Queues } from "./queues.ts";
import { QueueMessages } from "./queue-messages.ts";
import type { MessageRow } from "./tables.ts";
import { assertRefused, bodies, call, createQueue, receive, startMs, startSqs } from "./testing/sqs-bench.ts";
import type { SqsBench } from "./testing/sqs-bench.ts";

/** Another server over the same store at the same time; ids differ from those given before. */
function again({ store, kernel }: SqsBench): Promise<SqsBench> {
  return startSqs(store, kernel.clock.now(), 2);
}

describe("after a restart", () => {
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
});

describe("a decision that is undone", () => {
  const row = (sequence: number): MessageRow => ({
    shard: 0,
    queueId: 1,
    sequence,
    messageId: `message-${sequence}`,
    body: "x",
    bodyMd5: "",
    attributes: null,
    traceHeader: null,
    groupId: null,
    senderId: "",
    sentAt: startMs,
    availableAt: startMs,
    deadLetterSourceArn: null,
    earlierReceives: null,
  });
  const refuse = (): never => {
    throw new ServiceError("Refused", "");
  };
  const picture = (messages: QueueMessages) => ({
    counts: messages.counts,
    oldest: messages.oldest()?.row.sequence,
    next: messages.nextVisibleAt(),
  });

  test("leaves every message where it was, whatever had been done to it", async () => {
    const { kernel } = await startSqs();
    const messages = new QueueMessages();
    kernel.transact((tx) => {
      for (let sequence = 1; sequence <= 4; sequence += 1) messages.append(tx, row(sequence));
      messages.append(tx, { ...row(5), availableAt: startMs + 5_000 });
      messages.receive(tx, 1, 9_000);
    });
    const before = picture(messages);
    assert.deepEqual(before, { counts: { visible: 3, inFlight: 1, delayed: 1 }, oldest: 1, next: startMs + 5_000 });
    assert.throws(() =>
      kernel.transact((tx) => {
        messages.append(tx, row(6));
        const [second] = messages.receive(tx, 2, 1_000);
        if (second !== undefined) messages.changeVisibility(tx, second, tx.now);
        for (const sequence of [1, 2, 5]) {
          const message = messages.find(sequence);
          if (message !== undefined) messages.remove(tx, message);
        }
        messages.clear(tx);
        refuse();
      }),
    );
    assert.deepEqual(picture(messages), before);
    assert.equal(messages.find(6), undefined);
    assert.deepEqual(
      [1, 2, 3].map((sequence) => messages.find(sequence)?.delivery?.receiveCount),
      [1, undefined, undefined],
    );
    kernel.transact((tx) =>
      assert.deepEqual(
        messages.receive(tx, 10, 1_000).map((message) => message.row.sequence),
        [2, 3, 4],
      ),
    );
  });

  test("a part undone inside a larger decision takes only its own messages back", async () => {
    const { kernel } = await startSqs();
    const messages = new QueueMessages();
    kernel.transact((tx) => {
      messages.append(tx, row(1));
      assert.throws(() =>
        tx.savepoint(() => {
          messages.append(tx, row(2));
          refuse();
        }),
      );
    });
    assert.deepEqual(messages.counts, { visible: 1, inFlight: 0, delayed: 0 });
  });

  test("a deletion of a queue that is undone keeps its messages", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs);
    const queues = new Queues(sqs.kernel);
    sqs.kernel.transact((tx) => {
      const queue = queues.byUrl(tx, call, QueueUrl);
      queues.messages(tx, queue).append(tx, { ...row(1), queueId: queue.id });
    });
    const visible = (): number =>
      sqs.kernel.transact((tx) => queues.messages(tx, queues.byUrl(tx, call, QueueUrl)).counts.visible);
    assert.equal(visible(), 1);
    assert.throws(() =>
      sqs.kernel.transact((tx) => {
        queues.forget(tx, queues.byUrl(tx, call, QueueUrl));
        refuse();
      }),
    );
    await sqs.kernel.settle();
    assert.equal(visible(), 1);
  });
});
