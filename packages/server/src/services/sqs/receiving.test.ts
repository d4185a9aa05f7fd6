import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { VirtualClock } from "../../kernel/virtual-clock.ts";
import { queueArn } from "./queue-url.ts";
import { assertRefused, bodies, call, createQueue, receive, startMs, startSqs } from "./testing/sqs-bench.ts";
import type { SqsBench } from "./testing/sqs-bench.ts";

const invalid = "InvalidParameterValueException";

async function withMessages(contents: readonly string[], attributes: Record<string, string> = {}) {
  const sqs = await startSqs();
  const QueueUrl = await createQueue(sqs, "queue", attributes);
  for (const MessageBody of contents) await sqs.run("SendMessage", { QueueUrl, MessageBody });
  return { sqs, QueueUrl };
}

const waiting = (sqs: SqsBench): number => sqs.kernel.waiters.count(queueArn(call.region, call.account, "queue"));

describe("ReceiveMessage", () => {
  test("an empty answer has no Messages", async () => {
    const { sqs, QueueUrl } = await withMessages([]);
    assert.deepEqual(await sqs.run("ReceiveMessage", { QueueUrl }), {});
  });

  test("gives one message unless asked for more, and each only once", async () => {
    const { sqs, QueueUrl } = await withMessages(["1", "2", "3", "4"]);
    assert.deepEqual(
      (await sqs.run("ReceiveMessage", { QueueUrl })).Messages?.map(({ Body }) => Body),
      ["1"],
    );
    assert.deepEqual(await bodies(sqs, QueueUrl, { MaxNumberOfMessages: 2 }), ["2", "3"]);
    assert.deepEqual(await bodies(sqs, QueueUrl), ["4"]);
    assert.deepEqual(await bodies(sqs, QueueUrl), []);
  });

  test("refuses numbers out of range and names there are not", async () => {
    const { sqs, QueueUrl } = await withMessages(["x"]);
    const run = (input: object) => sqs.run("ReceiveMessage", { QueueUrl, ...input });
    for (const max of [0, 11]) {
      const message = `Value ${max} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.`;
      await assertRefused(run({ MaxNumberOfMessages: max }), invalid, message);
    }
    for (const wait of [-1, 21]) {
      const message = `Value ${wait} for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.`;
      await assertRefused(run({ WaitTimeSeconds: wait }), invalid, message);
    }
    for (const seconds of [-1, 43_201])
      await assertRefused(run({ VisibilityTimeout: seconds }), invalid, /parameter VisibilityTimeout is invalid/);
    await assertRefused(
      run({ MessageSystemAttributeNames: ["Foobar"] }),
      "InvalidAttributeName",
      "Unknown Attribute Foobar.",
    );
    await assertRefused(run({ AttributeNames: ["Foobar"] }), "InvalidAttributeName", "Unknown Attribute Foobar.");
    await assertRefused(run({ ReceiveRequestAttemptId: "a" }), invalid, /parameter ReceiveRequestAttemptId is invalid/);
    assert.deepEqual(await bodies(sqs, QueueUrl), ["x"]);
  });

  test("system attributes come by name from both lists, with times in milliseconds", async () => {
    const { sqs, QueueUrl } = await withMessages(["x"]);
    const [bare] = await receive(sqs, QueueUrl, { VisibilityTimeout: 0 });
    assert.deepEqual(Object.keys(bare ?? {}).toSorted(), ["Body", "MD5OfBody", "MessageId", "ReceiptHandle"]);
    await sqs.advance(2);
    const [named] = await receive(sqs, QueueUrl, {
      VisibilityTimeout: 0,
      AttributeNames: ["SenderId"],
      MessageSystemAttributeNames: ["ApproximateReceiveCount"],
    });
    assert.deepEqual(named?.Attributes, { SenderId: "111122223333", ApproximateReceiveCount: "2" });
    const [all] = await receive(sqs, QueueUrl, { AttributeNames: ["All"] });
    assert.deepEqual(all?.Attributes, {
      SenderId: "111122223333",
      SentTimestamp: String(startMs),
      ApproximateReceiveCount: "3",
      ApproximateFirstReceiveTimestamp: String(startMs),
    });
  });

  test("message attributes come by name, with the digest of those that came", async () => {
    const { sqs, QueueUrl } = await withMessages([]);
    const MessageAttributes = {
      MyAttribute: { DataType: "String", StringValue: "foobar" },
      "bar.one": { DataType: "Number", StringValue: "1" },
      bytes: { DataType: "Binary", BinaryValue: Uint8Array.of(0, 255) },
    };
    await sqs.run("SendMessage", { QueueUrl, MessageBody: "x", MessageAttributes });
    const get = async (MessageAttributeNames: string[]) =>
      (await receive(sqs, QueueUrl, { MessageAttributeNames, VisibilityTimeout: 0 }))[0];
    const names = async (wanted: string[]) => Object.keys((await get(wanted))?.MessageAttributes ?? {}).toSorted();
    for (const everything of ["All", ".*", "*"])
      assert.deepEqual(await names([everything]), ["MyAttribute", "bar.one", "bytes"]);
    for (const prefix of ["bar.*", "ba.*", "bar.o.*"]) assert.deepEqual(await names([prefix]), ["bar.one"]);
    assert.deepEqual(await names(["b.*"]), ["bar.one", "bytes"]);
    assert.deepEqual(await names(["BAR.*", "b*", "barone.*"]), []);
    assert.deepEqual(await names(["bar", "nothing"]), []);
    const one = await get(["MyAttribute"]);
    assert.deepEqual(one?.MessageAttributes, { MyAttribute: MessageAttributes.MyAttribute });
    assert.equal(one?.MD5OfMessageAttributes, "adb59cd4678ea5a855436b949cd07ab6");
    assert.deepEqual([...((await get(["bytes"]))?.MessageAttributes?.["bytes"]?.BinaryValue ?? [])], [0, 255]);
    const none = await get([]);
    assert.deepEqual([none?.MD5OfMessageAttributes, none?.MessageAttributes], [undefined, undefined]);
  });
});

describe("time", () => {
  test("a message comes back when its visibility timeout is over, in its old place", async () => {
    const { sqs, QueueUrl } = await withMessages(["1", "2"], { VisibilityTimeout: "10" });
    assert.deepEqual(await bodies(sqs, QueueUrl, { MaxNumberOfMessages: 1 }), ["1"]);
    assert.deepEqual(await bodies(sqs, QueueUrl, { MaxNumberOfMessages: 1, VisibilityTimeout: 3 }), ["2"]);
    await sqs.advance(3);
    assert.deepEqual(await bodies(sqs, QueueUrl, { VisibilityTimeout: 7 }), ["2"]);
    await sqs.advance(6.999);
    assert.deepEqual(await bodies(sqs, QueueUrl), []);
    await sqs.advance(0.001);
    assert.deepEqual(await bodies(sqs, QueueUrl), ["1", "2"]);
  });

  test("the message's delay goes before the queue's, and a new queue delay holds for new messages", async () => {
    const { sqs, QueueUrl } = await withMessages(["queue"], { DelaySeconds: "10" });
    await sqs.run("SendMessage", { QueueUrl, MessageBody: "now", DelaySeconds: 0 });
    await sqs.run("SendMessage", { QueueUrl, MessageBody: "own", DelaySeconds: 5 });
    await sqs.run("SetQueueAttributes", { QueueUrl, Attributes: { DelaySeconds: "0" } });
    assert.deepEqual(await bodies(sqs, QueueUrl), ["now"]);
    await sqs.advance(5);
    assert.deepEqual(await bodies(sqs, QueueUrl), ["own"]);
    await sqs.advance(4.999);
    assert.deepEqual(await bodies(sqs, QueueUrl), []);
    await sqs.advance(0.001);
    assert.deepEqual(await bodies(sqs, QueueUrl), ["queue"]);
  });

  test("messages are dropped when their retention is over, also in flight, also when it is shortened", async () => {
    const { sqs, QueueUrl } = await withMessages(["1", "2"], {
      MessageRetentionPeriod: "100",
      VisibilityTimeout: "1000",
    });
    const [taken] = await receive(sqs, QueueUrl, { MaxNumberOfMessages: 1 });
    await sqs.advance(50);
    await sqs.run("SendMessage", { QueueUrl, MessageBody: "3" });
    await sqs.advance(49.999);
    const counted = async () =>
      (
        await sqs.run("GetQueueAttributes", {
          QueueUrl,
          AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        })
      ).Attributes;
    assert.deepEqual(await counted(), { ApproximateNumberOfMessages: "2", ApproximateNumberOfMessagesNotVisible: "1" });
    await sqs.advance(0.001);
    assert.deepEqual(await counted(), { ApproximateNumberOfMessages: "1", ApproximateNumberOfMessagesNotVisible: "0" });
    assert.deepEqual(await sqs.run("DeleteMessage", { QueueUrl, ReceiptHandle: taken?.ReceiptHandle }), {});
    await sqs.run("SetQueueAttributes", { QueueUrl, Attributes: { MessageRetentionPeriod: "60" } });
    assert.deepEqual(await bodies(sqs, QueueUrl, { VisibilityTimeout: 0 }), ["3"]);
    await sqs.advance(10);
    assert.deepEqual(await bodies(sqs, QueueUrl), []);
  });

  test("an expired message stays gone although the decision that dropped it was refused", async () => {
    const { sqs, QueueUrl } = await withMessages(["old 1", "old 2"], { MessageRetentionPeriod: "60" });
    await sqs.advance(30);
    await sqs.run("SendMessage", { QueueUrl, MessageBody: "young" });
    const [old] = await receive(sqs, QueueUrl, { MaxNumberOfMessages: 1, VisibilityTimeout: 0 });
    // Time passes and the alarm is late: the first to see it is a request that is refused, so its changes are undone.
    const { clock } = sqs.kernel;
    assert.ok(clock instanceof VirtualClock);
    clock.startAt(startMs + 60_000);
    await assert.rejects(
      sqs.run("ChangeMessageVisibility", { QueueUrl, ReceiptHandle: old?.ReceiptHandle, VisibilityTimeout: 1 }),
    );
    assert.deepEqual(await bodies(sqs, QueueUrl), ["young"]);
  });
});

describe("long polling", () => {
  test("is woken by a send, at once and without waiting for more", async () => {
    const { sqs, QueueUrl } = await withMessages([]);
    const poll = bodies(sqs, QueueUrl, { WaitTimeSeconds: 20 });
    await sqs.run("SendMessage", { QueueUrl, MessageBody: "x" });
    assert.deepEqual(await poll, ["x"]);
    assert.equal(sqs.kernel.clock.now(), startMs);
  });

  test("ends empty at its time, by its own or the queue's wait", async () => {
    const { sqs, QueueUrl } = await withMessages([], { ReceiveMessageWaitTimeSeconds: "20" });
    const ended: string[] = [];
    const note = async (name: string, poll: Promise<object>) => (
      assert.deepEqual(await poll, {}),
      void ended.push(name)
    );
    const polls = [
      note("own", sqs.run("ReceiveMessage", { QueueUrl, WaitTimeSeconds: 5 })),
      note("queue", sqs.run("ReceiveMessage", { QueueUrl })),
    ];
    assert.deepEqual(await sqs.run("ReceiveMessage", { QueueUrl, WaitTimeSeconds: 0 }), {});
    await sqs.advance(4.999);
    assert.deepEqual(ended, []);
    await sqs.advance(0.001);
    assert.deepEqual(ended, ["own"]);
    await sqs.advance(15);
    await Promise.all(polls);
    assert.deepEqual(ended, ["own", "queue"]);
  });

  test("each message of a batch wakes one receiver, first come first served", async () => {
    const { sqs, QueueUrl } = await withMessages([]);
    const polls = ["a", "b", "c"].map(() => bodies(sqs, QueueUrl, { WaitTimeSeconds: 20, MaxNumberOfMessages: 1 }));
    await sqs.run("SendMessageBatch", {
      QueueUrl,
      Entries: [1, 2].map((id) => ({ Id: `${id}`, MessageBody: `${id}` })),
    });
    assert.deepEqual(await Promise.all(polls.slice(0, 2)), [["1"], ["2"]]);
    assert.equal(waiting(sqs), 1);
    await sqs.advance(20);
    assert.deepEqual(await polls[2], []);
  });

  test("ends of delays and of visibility timeouts wake it, so does making visible by hand", async () => {
    const { sqs, QueueUrl } = await withMessages(["x"]);
    const [taken] = await receive(sqs, QueueUrl, { VisibilityTimeout: 15 });
    await sqs.run("SendMessage", { QueueUrl, MessageBody: "late", DelaySeconds: 5 });
    const late = bodies(sqs, QueueUrl, { WaitTimeSeconds: 20 });
    await sqs.advance(5);
    assert.deepEqual(await late, ["late"]);
    const back = receive(sqs, QueueUrl, { WaitTimeSeconds: 20 });
    await sqs.advance(10);
    const [again] = await back;
    assert.equal(again?.MessageId, taken?.MessageId);
    const byHand = bodies(sqs, QueueUrl, { WaitTimeSeconds: 20 });
    await sqs.run("ChangeMessageVisibility", { QueueUrl, ReceiptHandle: again?.ReceiptHandle, VisibilityTimeout: 0 });
    assert.deepEqual(await byHand, ["x"]);
  });

  test("is woken although another request was the first to see that time has passed", async () => {
    const { sqs, QueueUrl } = await withMessages([]);
    await sqs.run("SendMessage", { QueueUrl, MessageBody: "late", DelaySeconds: 5 });
    const poll = bodies(sqs, QueueUrl, { WaitTimeSeconds: 20 });
    const { clock } = sqs.kernel;
    assert.ok(clock instanceof VirtualClock);
    clock.startAt(startMs + 5_000);
    await sqs.run("GetQueueAttributes", { QueueUrl });
    await sqs.run("GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] });
    await sqs.kernel.settle();
    assert.equal(waiting(sqs), 0);
    assert.deepEqual(await poll, ["late"]);
  });

  test("a receive that leaves its message visible passes it on to the next who waits", async () => {
    const { sqs, QueueUrl } = await withMessages([]);
    const polls = [1, 2].map(() => bodies(sqs, QueueUrl, { WaitTimeSeconds: 20, VisibilityTimeout: 0 }));
    await sqs.run("SendMessage", { QueueUrl, MessageBody: "x" });
    assert.deepEqual(await polls[0], ["x"]);
    await sqs.kernel.settle();
    assert.equal(waiting(sqs), 0);
    assert.deepEqual(await polls[1], ["x"]);
  });

  test("a client that goes away takes nothing with it", async () => {
    const { sqs, QueueUrl } = await withMessages([]);
    const client = new AbortController();
    const poll = sqs.run("ReceiveMessage", { QueueUrl, WaitTimeSeconds: 20 }, { signal: client.signal });
    client.abort();
    assert.equal(await poll, undefined);
    await sqs.run("SendMessage", { QueueUrl, MessageBody: "x" });
    const [message] = await receive(sqs, QueueUrl, { AttributeNames: ["ApproximateReceiveCount"] });
    assert.deepEqual(message?.Attributes, { ApproximateReceiveCount: "1" });
  });
});

describe("receipt handles", () => {
  test("are new at every receive, short, and old ones still delete", async () => {
    const { sqs, QueueUrl } = await withMessages(["x"]);
    const [first] = await receive(sqs, QueueUrl, { VisibilityTimeout: 1 });
    await sqs.advance(1);
    const [second] = await receive(sqs, QueueUrl, { VisibilityTimeout: 1 });
    assert.notEqual(first?.ReceiptHandle, second?.ReceiptHandle);
    assert.ok((first?.ReceiptHandle?.length ?? 0) > 0 && (first?.ReceiptHandle?.length ?? 0) <= 1024);
    for (let times = 0; times < 2; times += 1)
      assert.deepEqual(await sqs.run("DeleteMessage", { QueueUrl, ReceiptHandle: first?.ReceiptHandle }), {});
    await sqs.advance(10);
    assert.deepEqual(await receive(sqs, QueueUrl), []);
  });

  test("that this queue has not given are refused everywhere", async () => {
    const { sqs, QueueUrl } = await withMessages(["x"]);
    const other = await createQueue(sqs, "other");
    const [message] = await receive(sqs, QueueUrl);
    const handle = message?.ReceiptHandle ?? "";
    const changed = `${handle}!`;
    for (const bad of ["garbage", changed, Buffer.from("1 1 1 x y").toString("base64"), "x".repeat(1025)]) {
      const words = `The input receipt handle "${bad}" is not a valid receipt handle.`;
      await assertRefused(
        sqs.run("DeleteMessage", { QueueUrl, ReceiptHandle: bad }),
        "ReceiptHandleIsInvalid",
        words,
        404,
      );
      await assertRefused(
        sqs.run("ChangeMessageVisibility", { QueueUrl, ReceiptHandle: bad, VisibilityTimeout: 1 }),
        "ReceiptHandleIsInvalid",
        words,
        404,
      );
    }
    await assertRefused(
      sqs.run("DeleteMessage", { QueueUrl: other, ReceiptHandle: handle }),
      "ReceiptHandleIsInvalid",
      /not a valid receipt handle/,
      404,
    );
    assert.deepEqual(await sqs.run("DeleteMessage", { QueueUrl, ReceiptHandle: handle }), {});
  });
});

describe("ChangeMessageVisibility", () => {
  test("counts from now, lengthens and shortens, and is forgotten at the next receive", async () => {
    const { sqs, QueueUrl } = await withMessages(["x"], { VisibilityTimeout: "10" });
    const [{ ReceiptHandle } = {}] = await receive(sqs, QueueUrl);
    const change = (VisibilityTimeout: number) =>
      sqs.run("ChangeMessageVisibility", { QueueUrl, ReceiptHandle, VisibilityTimeout });
    await sqs.advance(9);
    assert.deepEqual(await change(100), {});
    await sqs.advance(99);
    assert.deepEqual(await bodies(sqs, QueueUrl), []);
    await change(2);
    await sqs.advance(2);
    assert.deepEqual(await bodies(sqs, QueueUrl), ["x"]);
    await sqs.advance(10);
    assert.deepEqual(await bodies(sqs, QueueUrl), ["x"]);
  });

  test("has limits: each value, and twelve hours since the receive", async () => {
    const { sqs, QueueUrl } = await withMessages(["x"], { VisibilityTimeout: "43200" });
    const [{ ReceiptHandle } = {}] = await receive(sqs, QueueUrl);
    const change = (VisibilityTimeout: number) =>
      sqs.run("ChangeMessageVisibility", { QueueUrl, ReceiptHandle, VisibilityTimeout });
    for (const bad of [-1, 43_201]) await assertRefused(change(bad), invalid, /parameter VisibilityTimeout is invalid/);
    assert.deepEqual(await change(43_200), {});
    await sqs.advance(1);
    await assertRefused(
      change(43_200),
      invalid,
      /Total VisibilityTimeout for the message is beyond the limit \[43200 seconds\]/,
    );
    assert.deepEqual(await change(43_199), {});
  });

  test("has no effect on a message visible again, and is refused for a deleted one", async () => {
    const { sqs, QueueUrl } = await withMessages(["x"], { VisibilityTimeout: "1" });
    const [{ ReceiptHandle } = {}] = await receive(sqs, QueueUrl);
    await sqs.advance(1);
    assert.deepEqual(await sqs.run("ChangeMessageVisibility", { QueueUrl, ReceiptHandle, VisibilityTimeout: 60 }), {});
    assert.deepEqual(await bodies(sqs, QueueUrl), ["x"]);
    await sqs.run("DeleteMessage", { QueueUrl, ReceiptHandle });
    const words = `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`;
    await assertRefused(
      sqs.run("ChangeMessageVisibility", { QueueUrl, ReceiptHandle, VisibilityTimeout: 60 }),
      invalid,
      words,
    );
  });
});
