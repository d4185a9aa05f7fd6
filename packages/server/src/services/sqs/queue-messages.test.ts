import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ServiceError } from "../../kernel/service-error.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import { memoryLimits } from "./limits.ts";
import { QueueMessages } from "./queue-messages.ts";
import type { QueueMessage } from "./queue-message.ts";
import { Queues } from "./queues.ts";
import { StandardOrder } from "./standard-order.ts";
import { readableContent, readContent } from "./parcel-content.ts";
import { parcelsTable } from "./tables.ts";
import type { MessageRow } from "./tables.ts";
import { call, createQueue, startMs, startSqs } from "./testing/sqs-bench.ts";

function newMessages(): QueueMessages {
  return new QueueMessages({
    queue: { shard: 0, id: 1 },
    order: new StandardOrder(),
    memory: { bytes: 0, bytesMax: 1_000_000 },
    availableAt: (row) => row.availableAt,
    seal: (_tx, _shard, rows) => ({ content: readableContent(rows), keyId: null, sealed: null }),
  });
}

function take(tx: Transaction, messages: QueueMessages, max: number, visibilityMs: number): readonly QueueMessage[] {
  const taken = messages.select(max, tx.now).messages;
  for (const message of taken)
    if (message.row !== undefined) messages.receive(tx, message, message.row, visibilityMs, false);
  return taken;
}

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
    deduplicationId: null,
    senderId: "",
    sentAt: startMs,
    availableAt: startMs,
    deadLetterSourceArn: null,
    earlierReceives: null,
    earlierFirstReceivedAt: null,
  });
  const refuse = (): never => {
    throw new ServiceError("Refused", "");
  };
  const picture = (messages: QueueMessages) => ({
    counts: messages.counts(startMs),
    oldest: messages.oldest()?.sequence,
    next: messages.nextVisibleAt(),
  });

  test("leaves every message where it was, whatever had been done to it", async () => {
    const { kernel } = await startSqs();
    const messages = newMessages();
    kernel.transact((tx) => {
      for (let sequence = 1; sequence <= 4; sequence += 1) messages.append(tx, [row(sequence)]);
      messages.append(tx, [{ ...row(5), availableAt: startMs + 5_000 }]);
      take(tx, messages, 1, 9_000);
    });
    const before = picture(messages);
    assert.deepEqual(before, { counts: { visible: 3, inFlight: 1, delayed: 1 }, oldest: 1, next: startMs + 5_000 });
    assert.throws(() =>
      kernel.transact((tx) => {
        messages.append(tx, [row(6)]);
        const [second] = take(tx, messages, 2, 1_000);
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
        take(tx, messages, 10, 1_000).map((message) => message.sequence),
        [2, 3, 4],
      ),
    );
  });

  test("a part undone inside a larger decision takes only its own messages back", async () => {
    const { kernel, store } = await startSqs();
    const messages = newMessages();
    kernel.transact((tx) => {
      messages.append(tx, [row(1)]);
      assert.throws(() =>
        tx.savepoint(() => {
          // More than a parcel holds.
          messages.append(
            tx,
            Array.from({ length: 25 }, (_, index) => row(2 + index)),
          );
          refuse();
        }),
      );
    });
    assert.deepEqual(messages.counts(startMs), { visible: 1, inFlight: 0, delayed: 0 });
    await kernel.settle();
    const parcels = await store.load(parcelsTable);
    assert.deepEqual(
      parcels.flatMap((parcel) =>
        readContent(parcel, parcel.content, (body) => body).map(({ messageId }) => messageId),
      ),
      ["message-1"],
    );
  });

  test("messages that were sent behind a backlog are not counted with it any more", async () => {
    const { kernel } = await startSqs();
    const messages = newMessages();
    const many = Array.from({ length: memoryLimits.windowMessages + 5 }, (_, index) => row(1 + index));
    kernel.transact((tx) => messages.append(tx, many));
    const { size } = messages.backlog;
    assert.equal(size, 5);
    assert.throws(() =>
      kernel.transact((tx) => {
        messages.append(tx, [row(many.length + 1), { ...row(many.length + 2), availableAt: startMs + 5_000 }]);
        assert.equal(messages.backlog.size, size + 2);
        refuse();
      }),
    );
    assert.deepEqual(messages.counts(startMs), { visible: many.length, inFlight: 0, delayed: 0 });
  });

  test("a deletion of messages that is undone is not in the store either", async () => {
    const { kernel, store } = await startSqs();
    const messages = newMessages();
    kernel.transact((tx) => {
      for (let sequence = 1; sequence <= 3; sequence += 1) messages.append(tx, [row(sequence)]);
    });
    const remove = (tx: Transaction, sequence: number): void => {
      const message = messages.find(sequence);
      if (message !== undefined) messages.remove(tx, message);
    };
    kernel.transact((tx) => {
      remove(tx, 2);
      assert.throws(() =>
        tx.savepoint(() => {
          for (const sequence of [1, 3]) remove(tx, sequence);
          refuse();
        }),
      );
    });
    await kernel.settle();
    assert.deepEqual(
      (await store.load(parcelsTable)).map(({ remaining, removed }) => [remaining, removed]),
      [[2, 0b010]],
    );
  });

  test("what is sent and cleared in one decision is not written", async () => {
    const { kernel, store } = await startSqs();
    const messages = newMessages();
    kernel.transact((tx) => {
      messages.append(tx, [row(1)]);
      messages.clear(tx);
      messages.append(tx, [row(2)]);
    });
    await kernel.settle();
    assert.deepEqual(
      (await store.load(parcelsTable)).map(({ last, size }) => [last, size]),
      [[2, 1]],
    );
  });

  test("a deletion of a queue that is undone keeps its messages", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs);
    const queues = new Queues(sqs.kernel);
    sqs.kernel.transact((tx) => {
      const queue = queues.byUrl(tx, call, QueueUrl, "DeleteQueue");
      queues.messages(tx, queue).append(tx, [{ ...row(1), queueId: queue.id }]);
    });
    const visible = (): number =>
      sqs.kernel.transact(
        (tx) => queues.messages(tx, queues.byUrl(tx, call, QueueUrl, "DeleteQueue")).counts(tx.now).visible,
      );
    assert.equal(visible(), 1);
    assert.throws(() =>
      sqs.kernel.transact((tx) => {
        queues.forget(tx, queues.byUrl(tx, call, QueueUrl, "DeleteQueue"));
        refuse();
      }),
    );
    await sqs.kernel.settle();
    assert.equal(visible(), 1);
  });
});
