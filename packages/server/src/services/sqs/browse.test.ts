/** Looking into a queue: everything is shown as it stands, page by page, and nothing is changed. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { BrowsedMessage, BrowsedPage } from "./browse.ts";
import { bodies, createQueue, receive, startMs, startSqs } from "./testing/sqs-bench.ts";
import type { SqsBench } from "./testing/sqs-bench.ts";

async function browse(sqs: SqsBench, QueueUrl: string, query: Record<string, string> = {}): Promise<BrowsedPage> {
  return (await sqs.view("messages", { QueueUrl, ...query })) as BrowsedPage;
}

function shown({ Messages }: BrowsedPage): [string, string][] {
  return Messages.map(({ Body, State }) => [Body, State]);
}

async function all(sqs: SqsBench, QueueUrl: string, query: Record<string, string>): Promise<BrowsedMessage[]> {
  const found: BrowsedMessage[] = [];
  let next: string | undefined;
  do {
    const page = await browse(sqs, QueueUrl, { ...query, ...(next !== undefined && { NextToken: next }) });
    found.push(...page.Messages);
    next = page.NextToken;
  } while (next !== undefined);
  return found;
}

describe("browsing a queue", () => {
  test("shows visible, in flight and delayed messages, and takes nothing", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs);
    await sqs.run("SendMessage", {
      QueueUrl,
      MessageBody: "first",
      MessageAttributes: { bin: { DataType: "Binary", BinaryValue: Buffer.from("abc") } },
    });
    await sqs.run("SendMessage", { QueueUrl, MessageBody: "second" });
    await sqs.run("SendMessage", { QueueUrl, MessageBody: "third", DelaySeconds: 10 });
    const [received] = await receive(sqs, QueueUrl, { MaxNumberOfMessages: 1 });
    const page = await browse(sqs, QueueUrl);
    assert.deepEqual(page, {
      Messages: [
        {
          MessageId: received?.MessageId,
          State: "inFlight",
          VisibleTimestamp: startMs + 30_000,
          Body: "first",
          MD5OfBody: received?.MD5OfBody,
          Attributes: {
            SenderId: "111122223333",
            SentTimestamp: String(startMs),
            ApproximateReceiveCount: "1",
            ApproximateFirstReceiveTimestamp: String(startMs),
          },
          MessageAttributes: { bin: { DataType: "Binary", BinaryValue: "YWJj" } },
        },
        {
          ...page.Messages[1],
          State: "visible",
          Body: "second",
          Attributes: { SenderId: "111122223333", SentTimestamp: String(startMs), ApproximateReceiveCount: "0" },
        },
        { ...page.Messages[2], State: "delayed", Body: "third", VisibleTimestamp: startMs + 10_000 },
      ],
    });
    assert.deepEqual(shown(await browse(sqs, QueueUrl, { State: "inFlight" })), [["first", "inFlight"]]);
    assert.deepEqual(await bodies(sqs, QueueUrl), ["second"]);
    await sqs.advance(31);
    assert.deepEqual(shown(await browse(sqs, QueueUrl, { State: "visible" })), [
      ["first", "visible"],
      ["second", "visible"],
      ["third", "visible"],
    ]);
  });

  test("goes through a long backlog page by page", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs);
    for (let number = 0; number < 3_000; number += 10) {
      const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: `${index}`, MessageBody: `${number + index}` }));
      await sqs.run("SendMessageBatch", { QueueUrl, Entries });
    }
    const taken = await receive(sqs, QueueUrl);
    for (const { ReceiptHandle } of taken) await sqs.run("DeleteMessage", { QueueUrl, ReceiptHandle });
    const found = await all(sqs, QueueUrl, { MaxResults: "700" });
    assert.deepEqual(
      found.map(({ Body }) => Number(Body)),
      Array.from({ length: 2_990 }, (_, index) => index + 10),
    );
    assert.ok(found.every(({ State }) => State === "visible"));
  });

  test("a page ends early when its content is long", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs);
    for (let number = 0; number < 9; number += 1)
      await sqs.run("SendMessage", { QueueUrl, MessageBody: "x".repeat(1_048_576) });
    const first = await browse(sqs, QueueUrl);
    assert.ok(first.Messages.length < 9 && first.NextToken !== undefined, String(first.Messages.length));
    assert.equal((await all(sqs, QueueUrl, {})).length, 9);
  });

  test("refuses what it does not understand", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs);
    const cases: [Record<string, string>, RegExp][] = [
      [{ QueueUrl: "" }, /parameter QueueUrl/],
      [{ QueueUrl: "none" }, /does not exist/],
      [{ State: "gone" }, /State must be one of/],
      [{ MaxResults: "0" }, /MaxResults is invalid/],
      [{ MaxResults: "1001" }, /MaxResults is invalid/],
      [{ NextToken: "x" }, /NextToken is invalid/],
    ];
    for (const [query, message] of cases) await assert.rejects(browse(sqs, QueueUrl, query), message);
    await createQueue(sqs, "queue", {}, { region: "us-east-1" });
    await assert.rejects(browse(sqs, QueueUrl), /eu-west-1, us-east-1/);
    assert.deepEqual(await browse(sqs, QueueUrl, { Region: "us-east-1" }), { Messages: [] });
  });
});
