/** Server-side encryption: what the attributes say, and that bodies are not readable in the store. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MemoryStore } from "../../kernel/store/memory-store.ts";
import { dataKeysTable, parcelsTable } from "./tables.ts";
import { bodies, createQueue, assertRefused, startSqs } from "./testing/sqs-bench.ts";

const secret = "nobody is to read this";

async function withQueue(attributes: Record<string, string>) {
  const store = new MemoryStore();
  const sqs = await startSqs(store);
  const QueueUrl = await createQueue(sqs, "queue", attributes);
  const stored = async (): Promise<string> => {
    await sqs.kernel.settle();
    const rows = await store.load(parcelsTable);
    return rows.map(({ content, sealed }) => `${content} ${Buffer.from(sealed ?? []).toString("latin1")}`).join("\n");
  };
  const shown = async (...AttributeNames: string[]) =>
    (await sqs.run("GetQueueAttributes", { QueueUrl, AttributeNames })).Attributes;
  return { sqs, store, QueueUrl, stored, shown };
}

describe("server-side encryption", () => {
  test("is on by default: the body is in the store, encrypted, and readable after a restart", async () => {
    const { sqs, store, QueueUrl, stored } = await withQueue({});
    for (let times = 0; times < 2; times += 1) await sqs.run("SendMessage", { QueueUrl, MessageBody: secret });
    assert.ok(!(await stored()).includes(secret));
    const rows = await store.load(parcelsTable);
    assert.equal(
      new Set(rows.map(({ sealed }) => sealed?.join())).size,
      2,
      "the same body is stored differently each time",
    );
    assert.deepEqual(await bodies(await startSqs(store), QueueUrl), [secret, secret]);
  });

  test("can be off", async () => {
    const { sqs, QueueUrl, stored } = await withQueue({ SqsManagedSseEnabled: "false" });
    await sqs.run("SendMessage", { QueueUrl, MessageBody: secret });
    assert.ok((await stored()).includes(secret));
    assert.deepEqual(await bodies(sqs, QueueUrl), [secret]);
  });

  test("with a KMS key turns SQS's own off, and both at once are refused", async () => {
    const { sqs, QueueUrl, shown } = await withQueue({
      KmsMasterKeyId: "alias/mine",
      KmsDataKeyReusePeriodSeconds: "60",
    });
    const names = ["KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled"];
    assert.deepEqual(await shown(...names), {
      KmsMasterKeyId: "alias/mine",
      KmsDataKeyReusePeriodSeconds: "60",
      SqsManagedSseEnabled: "false",
    });
    const set = (Attributes: object) => sqs.run("SetQueueAttributes", { QueueUrl, Attributes });
    const words =
      "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.";
    await assertRefused(set({ SqsManagedSseEnabled: "true" }), "InvalidAttributeName", words);
    for (const value of ["59", "86401"])
      await assertRefused(set({ KmsDataKeyReusePeriodSeconds: value }), "InvalidAttributeValue", /KmsDataKeyReuse/);
    // An empty key and the default period drop out of later reads.
    await set({ KmsMasterKeyId: "", KmsDataKeyReusePeriodSeconds: "300" });
    assert.deepEqual(await shown("KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds"), undefined);
  });

  test("takes a new data key once the old one's period is over, and goes on reading what the old one wrote", async () => {
    const { sqs, store, QueueUrl } = await withQueue({ KmsMasterKeyId: "mine", KmsDataKeyReusePeriodSeconds: "60" });
    const keys = async (): Promise<number> => (await sqs.kernel.settle(), (await store.load(dataKeysTable)).length);
    await sqs.run("SendMessage", { QueueUrl, MessageBody: "1" });
    await sqs.advance(59.999);
    await sqs.run("SendMessage", { QueueUrl, MessageBody: "2" });
    assert.equal(await keys(), 1);
    await sqs.advance(0.001);
    await sqs.run("SendMessage", { QueueUrl, MessageBody: "3" });
    assert.equal(await keys(), 2);
    assert.deepEqual(await bodies(await startSqs(store), QueueUrl), ["1", "2", "3"]);
  });
});
