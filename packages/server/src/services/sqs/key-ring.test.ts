import assert from "node:assert/strict";
import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import { test } from "node:test";
import { SeededRandom } from "../../kernel/random.ts";
import { MemoryStore } from "../../kernel/store/memory-store.ts";
import { dataKeysTable, parcelsTable } from "./tables.ts";
import { bodies, createQueue, receive, startMs, startSqs } from "./testing/sqs-bench.ts";

const blockBytes = 16;

/** Bodies around the sizes at which a block, or the part of the stream that small bodies share, comes to its end. */
function texts(): string[] {
  const random = new SeededRandom(7);
  const lengths = [
    1,
    15,
    16,
    17,
    4_095,
    4_096,
    4_097,
    70_000,
    ...Array.from({ length: 60 }, () => random.below(4_096)),
  ];
  return lengths.map((length) => "aé漢😀".repeat(length + 1).slice(0, length + 1));
}

test("every body is stored under a counter block of its own, as AES-256-CTR reads it", async () => {
  const sqs = await startSqs();
  const QueueUrl = await createQueue(sqs);
  const sent = texts().map((text) => (text.isWellFormed() ? text : text.slice(0, -1)));
  for (const MessageBody of sent) await sqs.run("SendMessage", { QueueUrl, MessageBody });
  const rows = await sqs.store.range({ table: parcelsTable, equals: [], limit: sent.length });
  const used: { readonly first: bigint; readonly end: bigint }[] = [];
  const read = rows.map(({ shard, sealed: bytes, keyId }) => {
    const key = sqs.kernel.resident(dataKeysTable).get(`${shard}\u0000${keyId}`);
    const sealed = Buffer.from(bytes ?? []);
    const counter = sealed.subarray(0, blockBytes);
    const first = BigInt(`0x${counter.toString("hex")}`);
    used.push({ first, end: first + BigInt(Math.ceil((sealed.length - blockBytes) / blockBytes)) });
    const decipher = createDecipheriv("aes-256-ctr", Buffer.from(key?.secret ?? "", "base64"), counter);
    // Behind the first line, which tells of the message, its body stands as it is.
    const text = decipher.update(sealed.subarray(blockBytes)).toString("utf8");
    return text.slice(text.indexOf("\n") + 1);
  });
  assert.deepEqual(read, sent);
  const inOrder = used.toSorted((left, right) => (left.first < right.first ? -1 : 1));
  for (const [index, { first }] of inOrder.entries()) assert.ok(first >= (inOrder[index - 1]?.end ?? 0n));
});

test("bodies are read back in the order of the stream and across it", async () => {
  const store = new MemoryStore();
  const before = await startSqs(store);
  const urls = [await createQueue(before, "one"), await createQueue(before, "two")];
  const sent = texts().filter((text) => text.isWellFormed());
  for (const [index, MessageBody] of sent.entries())
    await before.run("SendMessage", { QueueUrl: urls[index % 3 === 0 ? 1 : 0], MessageBody });
  await before.kernel.stop();
  const after = await startSqs(store, undefined, 2);
  for (const [place, url] of urls.entries()) {
    const expected = sent.filter((_, index) => (index % 3 === 0 ? 1 : 0) === place);
    const read: (string | undefined)[] = [];
    while (read.length < expected.length) read.push(...(await bodies(after, url ?? "")));
    assert.deepEqual(read, expected);
  }
});

test("after a restart the stream begins elsewhere, and bodies from before are read", async () => {
  const store = new MemoryStore();
  const before = await startSqs(store);
  const QueueUrl = await createQueue(before);
  await before.run("SendMessage", { QueueUrl, MessageBody: "one" });
  await before.kernel.stop();
  const after = await startSqs(store, undefined, 2);
  await after.run("SendMessage", { QueueUrl, MessageBody: "two" });
  assert.deepEqual(await bodies(after, QueueUrl), ["one", "two"]);
  const rows = await store.range({ table: parcelsTable, equals: [], limit: 2 });
  const [first, second] = rows.map(({ sealed }) => Buffer.from(sealed ?? []).toString("hex", 0, 8));
  assert.notEqual(first, second);
});

test("what a former version encrypted, JSON of all messages as base64, is still read", async () => {
  const store = new MemoryStore();
  const before = await startSqs(store);
  const QueueUrl = await createQueue(before);
  await before.run("SendMessage", { QueueUrl, MessageBody: "of now" });
  await before.kernel.settle();
  const [row] = await store.load(parcelsTable);
  const [key] = await store.load(dataKeysTable);
  assert.ok(row !== undefined && key !== undefined);
  const shared = { bodyMd5: "", senderId: "111122223333", sentAt: startMs, availableAt: startMs };
  const former = JSON.stringify(["é", "two"].map((body) => ({ messageId: body, body, ...shared })));
  const counter = Buffer.alloc(blockBytes, 7);
  const cipher = createCipheriv("aes-256-ctr", Buffer.from(key.secret, "base64"), counter);
  const content = Buffer.concat([counter, cipher.update(former)]).toString("base64");
  const place = { last: row.last + 2, size: 2, remaining: 1, removed: 0b01 };
  before.kernel.transact((tx) => tx.insert(parcelsTable, { ...row, ...place, content, sealed: null }));
  await before.kernel.stop();
  const after = await startSqs(store, before.kernel.clock.now(), 2);
  const read = await receive(after, QueueUrl);
  assert.deepEqual(
    read.map(({ Body, MD5OfBody }) => [Body, MD5OfBody]),
    [
      ["of now", createHash("md5").update("of now").digest("hex")],
      ["two", createHash("md5").update("two").digest("hex")],
    ],
  );
});
