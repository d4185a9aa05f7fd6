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

test("tags are set, shown, replaced and removed, at most fifty", async () => {
  const sqs = await startSqs();
  const { QueueUrl = "" } = await sqs.run("CreateQueue", { QueueName: "q", tags: { a: "1" } });
  const tags = async (): Promise<unknown> => ((await sqs.run("ListQueueTags", { QueueUrl })) as { Tags?: object }).Tags;
  await sqs.run("TagQueue", { QueueUrl, Tags: { a: "2", b: "" } });
  assert.deepEqual(await tags(), { a: "2", b: "" });
  await sqs.run("UntagQueue", { QueueUrl, TagKeys: ["a", "b", "unknown"] });
  assert.equal(await tags(), undefined);
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, ""]));
  await assertRefused(sqs.run("TagQueue", { QueueUrl, Tags: many }), invalid, "Too many tags added for queue q.");
  await assertRefused(
    sqs.run("TagQueue", { QueueUrl, Tags: {} }),
    "MissingRequiredParameterException",
    "The request must contain the parameter Tags.",
  );
  const keyLength = "Tag keys must be between 1 and 128 characters in length.";
  await assertRefused(sqs.run("UntagQueue", { QueueUrl, TagKeys: [] }), invalid, keyLength);
  await assertRefused(sqs.run("TagQueue", { QueueUrl, Tags: { ["x".repeat(129)]: "" } }), invalid, keyLength);
  assert.equal(await tags(), undefined);
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
