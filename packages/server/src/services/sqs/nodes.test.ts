/**
 * SQS where a queue and its dead-letter queue are decided on different nodes: what AWS shows must not depend on that.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ShardNotOwned } from "../../kernel/ownership.ts";
import { assertRefused } from "./testing/sqs-bench.ts";
import { arnOf, leftShards, nameIn, rightShards, startSqsNodes, urlOf } from "./testing/sqs-nodes.ts";
import type { SqsNodes } from "./testing/sqs-nodes.ts";

const source = nameIn(leftShards, "source");
const dead = nameIn(rightShards, "dead");
const policy = (target: string, maxReceiveCount = 1): string =>
  JSON.stringify({ deadLetterTargetArn: arnOf(target), maxReceiveCount });

async function withDeadLetters(names = { source, dead }, attributes: Record<string, string> = {}): Promise<SqsNodes> {
  const sqs = await startSqsNodes();
  await sqs.run("CreateQueue", { QueueName: names.dead, Attributes: attributes });
  const Attributes = { ...attributes, VisibilityTimeout: "0", RedrivePolicy: policy(names.dead) };
  await sqs.run("CreateQueue", { QueueName: names.source, Attributes });
  return sqs;
}

async function send(sqs: SqsNodes, queue: string, body: string, options: object = {}): Promise<void> {
  await sqs.run("SendMessage", { QueueUrl: urlOf(queue), MessageBody: body, ...options });
}

describe("a dead-letter queue on another node", () => {
  test("gets the message once, with its id, attributes and counts; meanwhile nobody else does", async () => {
    const sqs = await withDeadLetters();
    const MessageAttributes = { kind: { DataType: "Binary", BinaryValue: new Uint8Array([1, 255]) } };
    await send(sqs, source, "poison", { MessageAttributes });
    const [first] = await sqs.receive(source);
    sqs.net.fate = () => ({ delayMs: 500 });
    assert.deepEqual(await sqs.receive(source), []);
    assert.deepEqual(await sqs.counts(source), [0, 1], "out of sight until the other queue has it");
    assert.deepEqual(await sqs.receive(source), []);
    await sqs.net.advance(2_000);
    assert.deepEqual(await sqs.counts(source), [0, 0]);
    const [moved] = await sqs.receive(dead, { MessageAttributeNames: ["All"] });
    assert.equal(moved?.MessageId, first?.MessageId);
    assert.equal(moved?.Body, "poison");
    assert.deepEqual(new Uint8Array(moved?.MessageAttributes?.["kind"]?.BinaryValue ?? []), new Uint8Array([1, 255]));
    assert.equal(moved?.Attributes?.DeadLetterQueueSourceArn, arnOf(source));
    assert.equal(moved?.Attributes?.ApproximateReceiveCount, "2");
    assert.equal(moved?.Attributes?.SentTimestamp, first?.Attributes?.SentTimestamp);
    assert.deepEqual(await sqs.counts(dead), [0, 1]);
    await sqs.net.stop();
  });

  test("an old handle of a message that is on its way deletes nothing and changes nothing", async () => {
    const sqs = await withDeadLetters();
    await send(sqs, source, "poison");
    const [first] = await sqs.receive(source);
    sqs.net.fate = () => ({ delayMs: 500 });
    await sqs.receive(source);
    await sqs.run("DeleteMessage", { QueueUrl: urlOf(source), ReceiptHandle: first?.ReceiptHandle });
    await sqs.net.advance(2_000);
    assert.deepEqual(
      [await sqs.counts(source), await sqs.counts(dead)],
      [
        [0, 0],
        [1, 0],
      ],
    );
    await sqs.net.stop();
  });

  test("that is gone: the message is back with its counts, and is received on, as AWS leaves it", async () => {
    const sqs = await withDeadLetters();
    await send(sqs, source, "poison");
    await sqs.receive(source);
    await sqs.run("DeleteQueue", { QueueUrl: urlOf(dead) });
    assert.deepEqual(await sqs.receive(source), []);
    await sqs.net.advance(100);
    const [again] = await sqs.receive(source);
    assert.deepEqual([again?.Body, again?.Attributes?.ApproximateReceiveCount], ["poison", "2"]);
    await sqs.net.stop();
  });

  test("keeps the order of a group, and what follows in the group waits at the source", async () => {
    const names = { source: nameIn(leftShards, "s", ".fifo"), dead: nameIn(rightShards, "d", ".fifo") };
    const sqs = await withDeadLetters(names, { FifoQueue: "true", ContentBasedDeduplication: "true" });
    for (const body of ["a", "b", "c"]) await send(sqs, names.source, body, { MessageGroupId: "g" });
    await sqs.receive(names.source, { MaxNumberOfMessages: 2 });
    assert.deepEqual(await sqs.receive(names.source), [], "a and b leave; c does not overtake them");
    await sqs.net.advance(100);
    assert.deepEqual(
      (await sqs.receive(names.source, { VisibilityTimeout: 60 })).map(({ Body }) => Body),
      ["c"],
    );
    assert.deepEqual(
      (await sqs.receive(names.dead)).map(({ Body }) => Body),
      ["a", "b"],
    );
    await sqs.net.stop();
  });

  test("a receive made again after a takeover does not bring back what is on its way", async () => {
    const names = { source: nameIn(leftShards, "s", ".fifo"), dead: nameIn(rightShards, "d", ".fifo") };
    const sqs = await withDeadLetters(names, { FifoQueue: "true", ContentBasedDeduplication: "true" });
    await send(sqs, names.source, "poison", { MessageGroupId: "g" });
    const attempt = { ReceiveRequestAttemptId: "try" };
    assert.equal((await sqs.receive(names.source, attempt)).length, 1);
    sqs.net.fate = () => ({ delayMs: 0, isLost: true });
    assert.deepEqual(await sqs.receive(names.source), []);
    sqs.net.kill("left");
    await sqs.net.start("successor", leftShards);
    await assertRefused(
      sqs.receive(names.source, { ...attempt, VisibilityTimeout: 60 }),
      "InvalidParameterValueException",
      /^Value try for parameter ReceiveRequestAttemptId/,
    );
    sqs.net.fate = () => ({ delayMs: 0 });
    await sqs.net.advance(100_000);
    assert.deepEqual(
      [await sqs.counts(names.source), await sqs.counts(names.dead)],
      [
        [0, 0],
        [1, 0],
      ],
    );
    await sqs.net.stop();
  });

  for (const victim of ["left", "right"] as const) {
    test(`the ${victim} node dies while the message is on its way: it arrives once`, async () => {
      const sqs = await withDeadLetters();
      await send(sqs, source, "poison");
      await sqs.receive(source);
      let messages = 0;
      sqs.net.fate = () => ({ delayMs: 0, isLost: (messages += 1) === 2 });
      await sqs.receive(source);
      await sqs.net.advance(100);
      sqs.net.kill(victim);
      await sqs.net.start("successor", victim === "left" ? leftShards : rightShards);
      await sqs.net.advance(10_000);
      assert.deepEqual(
        [await sqs.counts(source), await sqs.counts(dead)],
        [
          [0, 0],
          [1, 0],
        ],
      );
      await sqs.net.stop();
    });
  }
});

describe("move tasks between nodes", () => {
  async function deadLetters(bodies: readonly string[]): Promise<SqsNodes> {
    const sqs = await withDeadLetters();
    for (const body of bodies) await send(sqs, source, body);
    await sqs.receive(source);
    await sqs.receive(source);
    await sqs.net.advance(100);
    assert.deepEqual(await sqs.counts(dead), [bodies.length, 0]);
    return sqs;
  }

  async function task(sqs: SqsNodes) {
    return (await sqs.run("ListMessageMoveTasks", { SourceArn: arnOf(dead) })).Results?.[0];
  }

  test("back to the source: counted when they have arrived, and completed then", async () => {
    const sqs = await deadLetters(["a", "b", "c"]);
    sqs.net.fate = () => ({ delayMs: 500 });
    await sqs.run("StartMessageMoveTask", { SourceArn: arnOf(dead) });
    await sqs.net.advance(100);
    assert.deepEqual([(await task(sqs))?.Status, (await task(sqs))?.ApproximateNumberOfMessagesMoved], ["RUNNING", 0]);
    await sqs.net.advance(5_000);
    const ended = await task(sqs);
    assert.deepEqual([ended?.Status, ended?.ApproximateNumberOfMessagesMoved], ["COMPLETED", 3]);
    const moved = await sqs.receive(source, { VisibilityTimeout: 60 });
    assert.deepEqual(new Set(moved.map(({ Body }) => Body)), new Set(["a", "b", "c"]));
    assert.equal(moved[0]?.Attributes?.ApproximateReceiveCount, "1");
    await sqs.net.stop();
  });

  test("one that finds only what an earlier one has on its way ends when that has arrived", async () => {
    const sqs = await deadLetters(["a", "b"]);
    sqs.net.fate = () => ({ delayMs: 500 });
    const { TaskHandle } = await sqs.run("StartMessageMoveTask", { SourceArn: arnOf(dead) });
    await sqs.net.advance(100);
    await sqs.run("CancelMessageMoveTask", { TaskHandle });
    await sqs.net.advance(100);
    assert.equal((await task(sqs))?.Status, "CANCELLED");
    await sqs.run("StartMessageMoveTask", { SourceArn: arnOf(dead) });
    await sqs.net.advance(100);
    assert.equal((await task(sqs))?.Status, "RUNNING");
    await sqs.net.advance(10_000);
    assert.equal((await task(sqs))?.Status, "COMPLETED");
    await sqs.net.stop();
  });

  test("to a queue that is gone: the task has failed, and the messages are where they were", async () => {
    const sqs = await deadLetters(["a", "b"]);
    await sqs.run("DeleteQueue", { QueueUrl: urlOf(source) });
    const other = nameIn(rightShards, "other");
    await sqs.run("CreateQueue", { QueueName: other, Attributes: { RedrivePolicy: policy(dead) } });
    await sqs.run("StartMessageMoveTask", { SourceArn: arnOf(dead) });
    await sqs.net.advance(1_000);
    const ended = await task(sqs);
    assert.deepEqual([ended?.Status, ended?.FailureReason], ["FAILED", "AWS.SimpleQueueService.NonExistentQueue"]);
    assert.deepEqual(await sqs.counts(dead), [2, 0]);
    const [again] = await sqs.receive(dead);
    assert.equal(again?.Attributes?.ApproximateReceiveCount, "2", "as if it had never left");
    await sqs.net.stop();
  });
});

describe("queues of other nodes", () => {
  test("are in every list, on every node, page by page", async () => {
    const sqs = await startSqsNodes();
    const names = [leftShards, rightShards].flatMap((shards) => ["a", "b"].map((letter) => nameIn(shards, letter)));
    for (const name of names) await sqs.run("CreateQueue", { QueueName: name });
    for (const node of sqs.net.nodes.values()) {
      const all = await sqs.runOn(node, "ListQueues", {});
      assert.deepEqual(all.QueueUrls, names.toSorted().map(urlOf));
      const page = await sqs.runOn(node, "ListQueues", { MaxResults: 3 });
      const rest = await sqs.runOn(node, "ListQueues", { MaxResults: 3, NextToken: page.NextToken });
      assert.deepEqual([...(page.QueueUrls ?? []), ...(rest.QueueUrls ?? [])], all.QueueUrls);
      assert.equal(rest.NextToken, undefined);
      const begun = await sqs.runOn(node, "ListQueues", { QueueNamePrefix: "b-" });
      assert.deepEqual(
        begun.QueueUrls,
        names
          .filter((name) => name.startsWith("b-"))
          .toSorted()
          .map(urlOf),
      );
    }
    await sqs.net.stop();
  });

  test("are the sources of a dead-letter queue, and leave its list when their policy goes", async () => {
    const sqs = await withDeadLetters();
    const listed = async () => (await sqs.run("ListDeadLetterSourceQueues", { QueueUrl: urlOf(dead) })).queueUrls;
    assert.deepEqual(await listed(), [urlOf(source)]);
    await sqs.run("SetQueueAttributes", { QueueUrl: urlOf(source), Attributes: { RedrivePolicy: "" } });
    assert.deepEqual(await listed(), []);
    await assertRefused(
      sqs.run("StartMessageMoveTask", { SourceArn: arnOf(dead) }),
      "InvalidParameterValueException",
      "Source queue must be configured as a Dead Letter Queue.",
    );
    await sqs.net.stop();
  });

  test("are checked as dead-letter queues: whether they are there, of the same type, and allow it", async () => {
    const sqs = await startSqsNodes();
    const missing = nameIn(rightShards, "missing");
    const fifo = nameIn(rightShards, "typed", ".fifo");
    const closed = nameIn(rightShards, "closed");
    const RedriveAllowPolicy = JSON.stringify({ redrivePermission: "denyAll" });
    await sqs.run("CreateQueue", { QueueName: source });
    await sqs.run("CreateQueue", { QueueName: fifo, Attributes: { FifoQueue: "true" } });
    await sqs.run("CreateQueue", { QueueName: closed, Attributes: { RedriveAllowPolicy } });
    for (const [target, reason] of [
      [missing, /Reason: Dead letter target does not exist\.$/],
      [fifo, /Reason: Dead-letter queue must be same type of queue as the source\.$/],
      [closed, /redrive allow policy does not allow this queue/],
    ] as const) {
      const Attributes = { RedrivePolicy: policy(target) };
      const set = sqs.run("SetQueueAttributes", { QueueUrl: urlOf(source), Attributes });
      await assertRefused(set, "InvalidParameterValueException", reason);
    }
    await sqs.net.stop();
  });

  test("are asked of their owner: a request in any other place is sent on", async () => {
    const sqs = await withDeadLetters();
    const [left] = sqs.net.nodes.values();
    assert.ok(left?.name === "left");
    const { TaskHandle } = await sqs.run("StartMessageMoveTask", { SourceArn: arnOf(dead) });
    for (const [operation, input] of [
      ["SendMessage", { QueueUrl: urlOf(dead), MessageBody: "a" }],
      ["ReceiveMessage", { QueueUrl: dead }],
      ["GetQueueAttributes", { QueueUrl: `https://sqs.eu-west-1.amazonaws.com/111122223333/${dead}` }],
      ["CreateQueue", { QueueName: dead }],
      ["GetQueueUrl", { QueueName: dead, QueueOwnerAWSAccountId: "111122223333" }],
      ["ListMessageMoveTasks", { SourceArn: arnOf(dead) }],
      ["CancelMessageMoveTask", { TaskHandle }],
    ] as const)
      await assert.rejects(sqs.runOn(left, operation, input), ShardNotOwned, operation);
    await sqs.net.stop();
  });

  test("encrypt with keys of their own shard, which move with it", async () => {
    const sqs = await startSqsNodes();
    const names = [nameIn(leftShards, "l"), nameIn(rightShards, "r")];
    for (const name of names) {
      await sqs.run("CreateQueue", { QueueName: name });
      await send(sqs, name, `for ${name}`);
    }
    sqs.net.kill("left");
    await sqs.net.start("successor", leftShards);
    for (const name of names)
      assert.deepEqual(
        (await sqs.receive(name)).map(({ Body }) => Body),
        [`for ${name}`],
      );
    await sqs.net.stop();
  });
});
