/** The rules of tags: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefused, createQueue, startSqs } from "./testing/sqs-bench.ts";

const invalid = "InvalidParameterValueException";
const reserved = /reserved prefix aws:/;
const characters = /can only include letters/;

const refused: readonly (readonly [key: string, value: string, text: RegExp])[] = [
  ["", "v", /between 1 and 128/],
  ["k".repeat(129), "v", /between 1 and 128/],
  ["k", "v".repeat(257), /at most 256/],
  ["aws:k", "v", reserved],
  ["k", "aws:v", reserved],
  ["k!", "v", characters],
  ["k", "a\u0007", characters],
  ["k", "a\nb", characters],
];

test("a queue is tagged with what AWS allows, a value may be empty", async () => {
  const sqs = await startSqs();
  const Tags = { "Ünï 9_.:/=+-@": "ç 9_.:/=+-@", empty: "", ["k".repeat(128)]: "v".repeat(256) };
  const QueueUrl = await createQueue(sqs);
  await sqs.run("TagQueue", { QueueUrl, Tags });
  assert.deepEqual(await sqs.run("ListQueueTags", { QueueUrl }), { Tags });
});

for (const [key, value, text] of refused)
  test(`a tag ${JSON.stringify(key.slice(0, 10))}: ${JSON.stringify(value.slice(0, 10))} is refused, of a queue that is there or not`, async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs, "there");
    await assertRefused(sqs.run("TagQueue", { QueueUrl, Tags: { fine: "x", [key]: value } }), invalid, text);
    for (const QueueName of ["there", "new"])
      await assertRefused(sqs.run("CreateQueue", { QueueName, tags: { fine: "x", [key]: value } }), invalid, text);
    assert.deepEqual(await sqs.run("ListQueueTags", { QueueUrl }), {});
    assert.deepEqual((await sqs.run("ListQueues", {})).QueueUrls, [QueueUrl]);
  });

test("keys that are reserved cannot be taken away either", async () => {
  const sqs = await startSqs();
  const QueueUrl = await createQueue(sqs);
  await assertRefused(sqs.run("UntagQueue", { QueueUrl, TagKeys: ["aws:k"] }), invalid, reserved);
  assert.deepEqual(await sqs.run("UntagQueue", { QueueUrl, TagKeys: ["unknown"] }), {});
});
