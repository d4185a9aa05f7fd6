/**
 * What a FIFO queue has accepted is known for five minutes and not longer.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ServiceError } from "../../kernel/service-error.ts";
import { Deduplication } from "./deduplication.ts";
import { acceptedTable } from "./tables.ts";
import { createQueue, startMs, startSqs } from "./testing/sqs-bench.ts";
import type { SqsBench } from "./testing/sqs-bench.ts";

async function send(sqs: SqsBench, QueueUrl: string, id: string): Promise<string | undefined> {
  const ids = { MessageGroupId: "g", MessageDeduplicationId: id };
  return (await sqs.run("SendMessage", { QueueUrl, MessageBody: "x", ...ids })).MessageId;
}

describe("deduplication ids", () => {
  test("are known for five minutes each, however many come, and the store holds no more of them", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs, "queue.fifo", { FifoQueue: "true" });
    const sent: (string | undefined)[] = [];
    // One in a quarter of a second: 1,200 are known at a time.
    for (let index = 0; index < 4_000; index += 1) {
      sent.push(await send(sqs, QueueUrl, `id-${index}`));
      await sqs.advance(0.25);
      if (index % 500 !== 499) continue;
      // The last that is known was sent 299.75 seconds ago, the one before it 300.
      const oldest = Math.max(index - 1_198, 0);
      assert.equal(await send(sqs, QueueUrl, `id-${oldest}`), sent[oldest]);
      if (oldest > 0) {
        const again = await send(sqs, QueueUrl, `id-${oldest - 1}`);
        assert.notEqual(again, sent[oldest - 1]);
        assert.equal(await send(sqs, QueueUrl, `id-${oldest - 1}`), again);
      }
    }
    await sqs.kernel.settle();
    const rows = await sqs.store.load(acceptedTable);
    assert.ok(rows.length <= 1_210, `${rows.length} rows`);
    const after = await startSqs(sqs.store, sqs.kernel.clock.now(), 2);
    assert.equal(await send(after, QueueUrl, "id-3999"), sent[3_999]);
    assert.equal(await send(after, QueueUrl, "id-2801"), sent[2_801]);
    assert.notEqual(await send(after, QueueUrl, "id-2799"), sent[2_799]);
  });

  test("of a decision that is undone are not known", async () => {
    const { kernel } = await startSqs();
    const deduplication = new Deduplication(1);
    const queue = { shard: 0, id: 1 };
    const accept = (keys: readonly string[], sequence: number, isUndone = false): void =>
      kernel.transact((tx) => {
        const acceptance = deduplication.begin(tx, queue, sequence);
        for (const [index, key] of keys.entries()) {
          deduplication.accept(tx, acceptance, key, { messageId: `${key}-${sequence}`, sequence: sequence + index });
          assert.equal(deduplication.find(key, tx.now)?.sequence, sequence + index);
        }
        deduplication.save(tx, acceptance);
        if (isUndone) throw new ServiceError("Refused", "");
      });
    const find = (key: string): string | undefined => deduplication.find(key, startMs)?.messageId;
    accept(["a"], 1);
    assert.throws(() => accept(["b", "c"], 2, true));
    assert.deepEqual([find("a"), find("b"), find("c")], ["a-1", undefined, undefined]);
    accept(["d", "c"], 4);
    assert.deepEqual([find("a"), find("b"), find("c"), find("d")], ["a-1", undefined, "c-4", "d-4"]);
  });

  test("that were forgotten for a decision that is undone are deleted with the next", async () => {
    const { kernel, store } = await startSqs();
    const deduplication = new Deduplication(1);
    const queue = { shard: 0, id: 1 };
    const accept = (sequence: number, isUndone = false): void =>
      kernel.transact((tx) => {
        const acceptance = deduplication.begin(tx, queue, sequence);
        deduplication.accept(tx, acceptance, String(sequence), { messageId: "m", sequence });
        deduplication.save(tx, acceptance);
        if (isUndone) throw new ServiceError("Refused", "");
      });
    for (const sequence of [1, 2, 3]) accept(sequence);
    await kernel.advanceClock(300_000);
    assert.throws(() => accept(4, true));
    await kernel.settle();
    const sequences = async (): Promise<number[]> => (await store.load(acceptedTable)).map(({ sequence }) => sequence);
    assert.deepEqual(await sequences(), [1, 2, 3]);
    accept(5);
    await kernel.settle();
    assert.deepEqual(await sequences(), [5]);
  });
});
