import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { assertRefused, bodies, createQueue, receive, startMs, startSqs } from "./testing/sqs-bench.ts";
import type { SqsBench } from "./testing/sqs-bench.ts";

const invalid = "InvalidParameterValueException";
const deadArn = "arn:aws:sqs:eu-west-1:111122223333:dead";
const policy = (maxReceiveCount: unknown = 2): string =>
  JSON.stringify({ deadLetterTargetArn: deadArn, maxReceiveCount });

async function startWithDeadLetters(): Promise<{ sqs: SqsBench; source: string; dead: string }> {
  const sqs = await startSqs();
  const dead = await createQueue(sqs, "dead");
  const source = await createQueue(sqs, "source", { RedrivePolicy: policy(), VisibilityTimeout: "10" });
  return { sqs, source, dead };
}

describe("a message received too often", () => {
  test("moves when it would be received once more, with what it is and where it came from", async () => {
    const { sqs, source, dead } = await startWithDeadLetters();
    const { MessageId } = await sqs.run("SendMessage", {
      QueueUrl: source,
      MessageBody: "bad",
      MessageAttributes: { kind: { DataType: "String", StringValue: "x" } },
    });
    await sqs.run("SendMessage", { QueueUrl: source, MessageBody: "good" });
    for (let count = 1; count <= 2; count += 1) {
      const [first] = await receive(sqs, source, {
        AttributeNames: ["ApproximateReceiveCount"],
        MaxNumberOfMessages: 1,
      });
      assert.deepEqual([first?.Body, first?.Attributes], ["bad", { ApproximateReceiveCount: String(count) }]);
      assert.deepEqual(await bodies(sqs, dead), []);
      await sqs.advance(10);
    }
    assert.deepEqual(await bodies(sqs, source), ["good"]);
    const [letter] = await receive(sqs, dead, { AttributeNames: ["All"], MessageAttributeNames: ["All"] });
    assert.equal(letter?.MessageId, MessageId);
    assert.equal(letter?.MessageAttributes?.["kind"]?.StringValue, "x");
    assert.equal(letter?.Attributes?.ApproximateReceiveCount, "3");
    assert.equal(letter?.Attributes?.SentTimestamp, String(startMs));
    assert.equal(letter?.Attributes?.DeadLetterQueueSourceArn, "arn:aws:sqs:eu-west-1:111122223333:source");
  });

  test("wakes whoever waits for dead letters, also while its own receiver goes on waiting", async () => {
    const { sqs, source, dead } = await startWithDeadLetters();
    await sqs.run("SendMessage", { QueueUrl: source, MessageBody: "bad" });
    for (let count = 0; count < 2; count += 1) {
      await receive(sqs, source);
      await sqs.advance(10);
    }
    const waiting = bodies(sqs, dead, { WaitTimeSeconds: 20 });
    const own = bodies(sqs, source, { WaitTimeSeconds: 5 });
    assert.deepEqual(await waiting, ["bad"]);
    await sqs.advance(5);
    assert.deepEqual(await own, []);
  });

  test("keeps its age: it expires in the dead-letter queue counted from when it was sent", async () => {
    const { sqs, source, dead } = await startWithDeadLetters();
    await sqs.run("SetQueueAttributes", { QueueUrl: dead, Attributes: { MessageRetentionPeriod: "60" } });
    await sqs.run("SendMessage", { QueueUrl: source, MessageBody: "bad" });
    await sqs.advance(15);
    await sqs.run("SendMessage", { QueueUrl: dead, MessageBody: "younger, but there first" });
    for (let count = 0; count < 3; count += 1) {
      await receive(sqs, source);
      await sqs.advance(10);
    }
    await sqs.advance(16);
    assert.deepEqual(await bodies(sqs, dead), ["younger, but there first"]);
  });

  test("stays where it is when the dead-letter queue is gone, and survives a restart after the move", async () => {
    const { sqs, source, dead } = await startWithDeadLetters();
    await sqs.run("SendMessage", { QueueUrl: source, MessageBody: "bad" });
    for (let count = 0; count < 3; count += 1) {
      await receive(sqs, source);
      await sqs.advance(10);
    }
    const again = await startSqs(sqs.store, startMs + 100_000, 2);
    const [letter] = await receive(again, dead, { AttributeNames: ["All"] });
    assert.deepEqual([letter?.Body, letter?.Attributes?.ApproximateReceiveCount], ["bad", "3"]);

    await again.run("DeleteQueue", { QueueUrl: dead });
    await again.run("SendMessage", { QueueUrl: source, MessageBody: "kept" });
    for (let count = 0; count < 5; count += 1) {
      assert.deepEqual(await bodies(again, source), ["kept"]);
      await again.advance(10);
    }
  });
});

describe("redrive policies", () => {
  test("are checked in AWS's words", async () => {
    const sqs = await startSqs();
    await createQueue(sqs, "dead");
    const cases: readonly (readonly [string, string])[] = [
      ["[]", "Redrive policy is not a valid JSON map."],
      ["{", "Redrive policy is not a valid JSON map."],
      [`{"deadLetterTargetArn":"${deadArn}"}`, "Redrive policy does not contain mandatory attribute: maxReceiveCount."],
      ['{"maxReceiveCount":1}', "Redrive policy does not contain mandatory attribute: deadLetterTargetArn."],
      [policy(0), "Invalid value for maxReceiveCount: 0, valid values are from 1 to 1000 both inclusive."],
      [policy("1001"), "Invalid value for maxReceiveCount: 1001, valid values are from 1 to 1000 both inclusive."],
      [policy().replace(":dead", ":none"), "Dead letter target does not exist."],
    ];
    for (const [text, reason] of cases) {
      const message = `Value ${text} for parameter RedrivePolicy is invalid. Reason: ${reason}`;
      await assertRefused(createQueue(sqs, "source", { RedrivePolicy: text }), invalid, message);
    }
    const foreign = sqs.run(
      "CreateQueue",
      { QueueName: "source", Attributes: { RedrivePolicy: policy() } },
      { account: "999999999999" },
    );
    await assertRefused(foreign, invalid, /Reason: Dead letter target owner should be same as the source\.$/);
    await assertRefused(sqs.run("GetQueueUrl", { QueueName: "source" }), "QueueDoesNotExist", /./);
    const source = await createQueue(sqs, "source", { RedrivePolicy: policy("5") });
    const { Attributes } = await sqs.run("GetQueueAttributes", { QueueUrl: source, AttributeNames: ["RedrivePolicy"] });
    // As AWS shows it: https://github.com/getmoto/moto/pull/2402
    assert.deepEqual(Attributes, { RedrivePolicy: policy(5) });
    assert.equal(await createQueue(sqs, "source", { RedrivePolicy: policy("5") }), source);
  });

  test("the target's allow policy decides, and an empty policy is removed", async () => {
    const sqs = await startSqs();
    const dead = await createQueue(sqs, "dead");
    const allow = (value: object): Promise<unknown> =>
      sqs.run("SetQueueAttributes", { QueueUrl: dead, Attributes: { RedriveAllowPolicy: JSON.stringify(value) } });
    await allow({ redrivePermission: "denyAll" });
    await assertRefused(createQueue(sqs, "source", { RedrivePolicy: policy() }), invalid, /does not allow this queue/);
    const sourceArn = deadArn.replace("dead", "source");
    await allow({ redrivePermission: "byQueue", sourceQueueArns: [sourceArn] });
    await assertRefused(createQueue(sqs, "other", { RedrivePolicy: policy() }), invalid, /does not allow this queue/);
    const source = await createQueue(sqs, "source", { RedrivePolicy: policy() });
    for (const wrong of [
      {},
      { redrivePermission: "some" },
      { redrivePermission: "byQueue" },
      { redrivePermission: "byQueue", sourceQueueArns: ["source"] },
      { redrivePermission: "denyAll", sourceQueueArns: [sourceArn] },
      { redrivePermission: "byQueue", sourceQueueArns: Array.from({ length: 11 }, () => sourceArn) },
    ]) {
      await assertRefused(allow(wrong), "InvalidAttributeValue", /unsupported format\.$/);
    }
    const sources = async (): Promise<unknown> =>
      ((await sqs.run("ListDeadLetterSourceQueues", { QueueUrl: dead })) as { queueUrls?: string[] }).queueUrls;
    assert.deepEqual(await sources(), [source]);
    await sqs.run("SetQueueAttributes", { QueueUrl: source, Attributes: { RedrivePolicy: "" } });
    assert.deepEqual(await sources(), []);
    const { Attributes } = await sqs.run("GetQueueAttributes", { QueueUrl: source, AttributeNames: ["All"] });
    assert.ok(!Object.hasOwn(Attributes ?? {}, "RedrivePolicy"));
  });
});
