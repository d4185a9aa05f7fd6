/** Message move tasks: what is moved, how fast, how it ends, and that a restart goes on. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MemoryStore } from "../../kernel/store/memory-store.ts";
import { assertRefused, bodies, createQueue, receive, startMs, startSqs } from "./testing/sqs-bench.ts";
import type { SqsBench } from "./testing/sqs-bench.ts";

const invalid = "InvalidParameterValueException";
const arnOf = (name: string): string => `arn:aws:sqs:eu-west-1:111122223333:${name}`;

interface Queues {
  readonly sqs: SqsBench;
  readonly source: string;
  readonly dead: string;
}

/** A queue whose messages die at their second receive, and its dead-letter queue with some of them. */
async function deadLetters(count: number, store = new MemoryStore(), isFifo = false): Promise<Queues> {
  const sqs = await startSqs(store);
  const suffix = isFifo ? ".fifo" : "";
  const fifo = isFifo ? { FifoQueue: "true", ContentBasedDeduplication: "true" } : {};
  const dead = await createQueue(sqs, `dead${suffix}`, fifo);
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(`dead${suffix}`), maxReceiveCount: 1 });
  const source = await createQueue(sqs, `source${suffix}`, { ...fifo, RedrivePolicy });
  for (let number = 0; number < count; number += 1) {
    const group = isFifo ? { MessageGroupId: `group-${number % 3}` } : {};
    await sqs.run("SendMessage", { QueueUrl: source, MessageBody: `body ${number}`, ...group });
  }
  await die(sqs, source, count);
  return { sqs, source, dead };
}

async function die(sqs: SqsBench, source: string, count: number): Promise<void> {
  for (let received = 0; received < count;) received += (await receive(sqs, source, { VisibilityTimeout: 0 })).length;
  assert.deepEqual(await receive(sqs, source), []);
}

async function visible(sqs: SqsBench, QueueUrl: string): Promise<number> {
  const { Attributes } = await sqs.run("GetQueueAttributes", {
    QueueUrl,
    AttributeNames: ["ApproximateNumberOfMessages"],
  });
  return Number(Attributes?.["ApproximateNumberOfMessages"]);
}

interface Task {
  readonly Status: string;
  readonly TaskHandle?: string;
}

async function tasks(sqs: SqsBench, MaxResults = 10): Promise<readonly Task[]> {
  const answer = await sqs.run("ListMessageMoveTasks", { SourceArn: arnOf("dead"), MaxResults });
  return (answer as { readonly Results?: Task[] }).Results ?? [];
}

async function startTask(sqs: SqsBench, options: object = {}): Promise<string> {
  const answer = await sqs.run("StartMessageMoveTask", { SourceArn: arnOf("dead"), ...options });
  return (answer as { readonly TaskHandle?: string }).TaskHandle ?? "";
}

describe("a message move task", () => {
  test("brings messages back to where they came from, as new messages", async () => {
    const { sqs, source, dead } = await deadLetters(3);
    await sqs.advance(60);
    const handle = await startTask(sqs);
    assert.deepEqual(Object.keys(JSON.parse(Buffer.from(handle, "base64").toString())), ["taskId", "sourceArn"]);
    await sqs.advance(1);
    assert.deepEqual(await tasks(sqs), [
      {
        Status: "COMPLETED",
        SourceArn: arnOf("dead"),
        ApproximateNumberOfMessagesMoved: 3,
        ApproximateNumberOfMessagesToMove: 3,
        StartedTimestamp: startMs + 60_000,
      },
    ]);
    assert.equal(await visible(sqs, dead), 0);
    const back = await receive(sqs, source, { MessageSystemAttributeNames: ["All"] });
    assert.deepEqual(
      back.map(({ Body }) => Body),
      ["body 0", "body 1", "body 2"],
    );
    for (const { Attributes } of back) {
      assert.equal(Attributes?.ApproximateReceiveCount, "1");
      assert.ok(Number(Attributes?.SentTimestamp) >= startMs + 60_000);
      assert.equal(Attributes?.DeadLetterQueueSourceArn, undefined);
    }
    // They die again and can be moved again.
    await sqs.advance(31);
    assert.deepEqual(await receive(sqs, source), []);
    assert.equal(await visible(sqs, dead), 3);
  });

  test("goes to another queue when one is named, and wakes who waits there", async () => {
    const { sqs, dead } = await deadLetters(2);
    const other = await createQueue(sqs, "other");
    const waiting = receive(sqs, other, { WaitTimeSeconds: 20 });
    await startTask(sqs, { DestinationArn: arnOf("other"), MaxNumberOfMessagesPerSecond: 500 });
    await sqs.advance(1);
    assert.equal((await waiting).length + (await receive(sqs, other)).length, 2);
    assert.equal(await visible(sqs, dead), 0);
    const [task] = await tasks(sqs);
    assert.deepEqual(task, { ...task, DestinationArn: arnOf("other"), MaxNumberOfMessagesPerSecond: 500 });
  });

  test("keeps to its velocity, tells how far it is, and can be cancelled", async () => {
    const { sqs, source } = await deadLetters(30);
    const handle = await startTask(sqs, { MaxNumberOfMessagesPerSecond: 2 });
    await sqs.advance(4.9);
    assert.equal(await visible(sqs, source), 10);
    const [running] = await tasks(sqs);
    assert.deepEqual(running, {
      ...running,
      Status: "RUNNING",
      TaskHandle: handle,
      ApproximateNumberOfMessagesMoved: 10,
      ApproximateNumberOfMessagesToMove: 30,
    });
    await assertRefused(
      startTask(sqs),
      invalid,
      "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
    );
    assert.deepEqual(await sqs.run("CancelMessageMoveTask", { TaskHandle: handle }), {
      ApproximateNumberOfMessagesMoved: 10,
    });
    await sqs.advance(60);
    assert.equal((await tasks(sqs))[0]?.Status, "CANCELLED");
    assert.equal((await tasks(sqs))[0]?.TaskHandle, undefined);
    assert.equal(await visible(sqs, source), 10);
    await assertRefused(
      sqs.run("CancelMessageMoveTask", { TaskHandle: handle }),
      "ResourceNotFoundException",
      /./,
      404,
    );
    await startTask(sqs);
    await sqs.advance(1);
    assert.equal(await visible(sqs, source), 30);
    assert.deepEqual(
      (await tasks(sqs)).map(({ Status }) => Status),
      ["COMPLETED", "CANCELLED"],
    );
    assert.equal((await tasks(sqs, 1)).length, 1);
  });

  test("goes on after a restart, and moves nothing twice", async () => {
    const store = new MemoryStore();
    const before = await deadLetters(40, store);
    await startTask(before.sqs, { MaxNumberOfMessagesPerSecond: 10 });
    await before.sqs.advance(2);
    const moved = await visible(before.sqs, before.source);
    assert.ok(moved >= 20 && moved < 40, String(moved));
    await before.sqs.kernel.stop();
    const sqs = await startSqs(store);
    await sqs.advance(5);
    assert.equal((await tasks(sqs))[0]?.Status, "COMPLETED");
    const seen = new Set<string | undefined>();
    for (let batch = await bodies(sqs, before.source); batch.length > 0; batch = await bodies(sqs, before.source))
      for (const body of batch) seen.add(body);
    assert.equal(seen.size, 40);
  });

  test("moves a backlog that is in the store only", async () => {
    const sqs = await startSqs();
    const dead = await createQueue(sqs, "dead");
    await createQueue(sqs, "source", {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf("dead"), maxReceiveCount: 1 }),
    });
    const other = await createQueue(sqs, "other");
    for (let number = 0; number < 5_000; number += 10) {
      const Entries = Array.from({ length: 10 }, (_, index) => ({
        Id: String(index),
        MessageBody: `${number + index}`,
      }));
      await sqs.run("SendMessageBatch", { QueueUrl: dead, Entries });
    }
    await startTask(sqs, { DestinationArn: arnOf("other") });
    await sqs.advance(60);
    assert.equal((await tasks(sqs))[0]?.Status, "COMPLETED");
    assert.equal(await visible(sqs, other), 5_000);
    assert.equal(await visible(sqs, dead), 0);
  });

  test("keeps the order of groups between FIFO queues", async () => {
    const { sqs, source } = await deadLetters(0, new MemoryStore(), true);
    const Entries = Array.from({ length: 9 }, (_, number) => ({
      Id: String(number),
      MessageBody: `body ${number}`,
      MessageGroupId: `group-${number % 3}`,
    }));
    await sqs.run("SendMessageBatch", { QueueUrl: source, Entries });
    for (let turn = 0; turn < 9; turn += 1) {
      await receive(sqs, source, { VisibilityTimeout: 1 });
      await sqs.advance(2);
    }
    assert.deepEqual(await receive(sqs, source), []);
    await sqs.run("StartMessageMoveTask", { SourceArn: arnOf("dead.fifo") });
    await sqs.advance(1);
    const back = await receive(sqs, source, { MessageSystemAttributeNames: ["MessageGroupId"] });
    assert.equal(back.length, 9);
    for (const group of ["group-0", "group-1", "group-2"]) {
      const numbers = back
        .filter(({ Attributes }) => Attributes?.MessageGroupId === group)
        .map(({ Body }) => Number(Body?.split(" ")[1]));
      assert.deepEqual(
        numbers,
        numbers.toSorted((left, right) => left - right),
      );
      assert.equal(numbers.length, 3);
    }
  });

  test("fails loudly when a message cannot go", async () => {
    const gone = await deadLetters(2);
    await createQueue(gone.sqs, "other", {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf("dead"), maxReceiveCount: 1 }),
    });
    await gone.sqs.run("DeleteQueue", { QueueUrl: gone.source });
    await startTask(gone.sqs);
    await gone.sqs.advance(1);
    const [failed] = await tasks(gone.sqs);
    assert.deepEqual(failed, {
      ...failed,
      Status: "FAILED",
      FailureReason: "AWS.SimpleQueueService.NonExistentQueue",
      ApproximateNumberOfMessagesMoved: 0,
    });
    assert.equal(await visible(gone.sqs, gone.dead), 2);

    const direct = await deadLetters(1);
    await direct.sqs.run("SendMessage", { QueueUrl: direct.dead, MessageBody: "not a dead letter" });
    await startTask(direct.sqs);
    await direct.sqs.advance(1);
    const [unknown] = await tasks(direct.sqs);
    assert.deepEqual(unknown, {
      ...unknown,
      FailureReason: "CouldNotDetermineMessageSource",
      ApproximateNumberOfMessagesMoved: 1,
    });
    assert.equal(await visible(direct.sqs, direct.dead), 1);
  });

  test("is refused in AWS's words", async () => {
    const { sqs } = await deadLetters(0);
    const start = (input: object) => sqs.run("StartMessageMoveTask", input);
    await assertRefused(
      start({ SourceArn: arnOf("source") }),
      invalid,
      "Source queue must be configured as a Dead Letter Queue.",
    );
    await assertRefused(
      start({ SourceArn: arnOf("none") }),
      "ResourceNotFoundException",
      "The resource that you specified for the SourceArn parameter doesn't exist.",
      404,
    );
    await assertRefused(
      start({ SourceArn: arnOf("dead"), DestinationArn: arnOf("none") }),
      "ResourceNotFoundException",
      "The resource that you specified for the DestinationArn parameter doesn't exist.",
      404,
    );
    await assertRefused(
      start({ SourceArn: "dead" }),
      invalid,
      "You must use this format to specify the SourceArn: arn:<partition>:<service>:<region>:<account-id>:<resource-id>",
    );
    for (const rate of [0, 501])
      await assertRefused(start({ SourceArn: arnOf("dead"), MaxNumberOfMessagesPerSecond: rate }), invalid, /500/);
    for (const max of [0, 11]) await assertRefused(tasks(sqs, max), invalid, /MaxResults is invalid/);
    await assertRefused(
      sqs.run("CancelMessageMoveTask", { TaskHandle: "garbage" }),
      invalid,
      "Value for parameter TaskHandle is invalid.",
    );
    const unknown = Buffer.from(JSON.stringify({ taskId: "x", sourceArn: arnOf("dead") })).toString("base64");
    await assertRefused(
      sqs.run("CancelMessageMoveTask", { TaskHandle: unknown }),
      "ResourceNotFoundException",
      "Task does not exist.",
      404,
    );
    await createQueue(sqs, "other.fifo", { FifoQueue: "true" });
    await assertRefused(start({ SourceArn: arnOf("dead"), DestinationArn: arnOf("other.fifo") }), invalid, /same type/);
    assert.deepEqual(await tasks(sqs), []);
  });
});
