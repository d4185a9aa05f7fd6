import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseReceiptHandle } from "./receipt-handle.ts";
import { deletedQueuesTable } from "./tables.ts";
import { assertRefused, bodies, createQueue, receive, startMs, startSqs } from "./testing/sqs-bench.ts";

const invalid = "InvalidParameterValueException";
const badName = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length";
const gone = "The specified queue does not exist.";

describe("CreateQueue", () => {
  test("gives the URL the client can reach, and gives it again", async () => {
    const sqs = await startSqs();
    const url = await createQueue(sqs, "a_B-9", { DelaySeconds: "7" });
    assert.equal(url, "http://host:4566/111122223333/a_B-9");
    assert.equal(await createQueue(sqs, "a_B-9"), url);
    assert.equal(await createQueue(sqs, "a_B-9", { DelaySeconds: "7", VisibilityTimeout: "30" }), url);
    const elsewhere = await sqs.run("CreateQueue", { QueueName: "a_B-9" }, { baseUrl: "http://other" });
    assert.equal(elsewhere.QueueUrl, "http://other/111122223333/a_B-9");
  });

  test("refuses other attributes for a name that exists", async () => {
    const sqs = await startSqs();
    await createQueue(sqs, "q", { VisibilityTimeout: "5" });
    const message = (name: string): string =>
      `A queue already exists with the same name and a different value for attribute ${name}`;
    await assertRefused(
      createQueue(sqs, "q", { VisibilityTimeout: "6" }),
      "QueueNameExists",
      message("VisibilityTimeout"),
    );
    await assertRefused(createQueue(sqs, "q", { DelaySeconds: "1" }), "QueueNameExists", message("DelaySeconds"));
  });

  test("draws an id again that a queue has, so that a handle is of one queue only", async () => {
    const sqs = await startSqs();
    const { random } = sqs.kernel;
    const draws = [1, 1, 1, 2];
    const others = random.bytes.bind(random);
    const drawn = (): Uint8Array => Uint8Array.of(0, 0, 0, 0, 0, draws.shift() ?? 0);
    Object.assign(random, { bytes: (length: number) => (length === 6 ? drawn() : others(length)) });
    const ids: (number | undefined)[] = [];
    for (const name of ["first", "second"]) {
      const QueueUrl = await createQueue(sqs, name);
      await sqs.run("SendMessage", { QueueUrl, MessageBody: "x" });
      const [{ ReceiptHandle = "" } = {}] = await receive(sqs, QueueUrl);
      ids.push(parseReceiptHandle(ReceiptHandle)?.queueId);
    }
    assert.deepEqual([ids, draws], [[1, 2], []]);
  });

  test("keeps names of other regions, accounts and cases apart", async () => {
    const sqs = await startSqs();
    await createQueue(sqs, "q");
    for (const other of [{ region: "us-east-1" }, { account: "999999999999" }]) {
      await assertRefused(sqs.run("GetQueueUrl", { QueueName: "q" }, other), "QueueDoesNotExist", gone);
    }
    await assertRefused(sqs.run("GetQueueUrl", { QueueName: "Q" }), "QueueDoesNotExist", gone);
  });

  test("refuses names AWS refuses", async () => {
    const sqs = await startSqs();
    for (const name of ["", "with space", "dot.ted", "q.fifo", "x".repeat(81), "ünï", "q\n"])
      await assertRefused(createQueue(sqs, name), invalid, badName);
    assert.ok(await createQueue(sqs, "x".repeat(80)));
  });

  test("refuses what is not for its kind of queue, and creates nothing", async () => {
    const sqs = await startSqs();
    await assertRefused(
      createQueue(sqs, "q", { FifoQueue: "false" }),
      "InvalidAttributeName",
      "Unknown Attribute FifoQueue.",
    );
    await assertRefused(
      createQueue(sqs, "q", { ContentBasedDeduplication: "true" }),
      "InvalidAttributeName",
      "Unknown Attribute ContentBasedDeduplication.",
    );
    const onlyFifo = "You can specify the DeduplicationScope only when FifoQueue is set to true.";
    await assertRefused(createQueue(sqs, "q", { DeduplicationScope: "queue" }), "InvalidAttributeName", onlyFifo);
    assert.deepEqual(await sqs.run("ListQueues", {}), {});
  });
});

describe("queue attributes", () => {
  const ranges: [string, number, number][] = [
    ["DelaySeconds", 0, 900],
    ["MaximumMessageSize", 1024, 1_048_576],
    ["MessageRetentionPeriod", 60, 1_209_600],
    ["ReceiveMessageWaitTimeSeconds", 0, 20],
    ["VisibilityTimeout", 0, 43_200],
  ];
  for (const [name, min, max] of ranges) {
    test(`${name} goes from ${min} to ${max}`, async () => {
      const sqs = await startSqs();
      const QueueUrl = await createQueue(sqs);
      for (const value of [min, max]) {
        await sqs.run("SetQueueAttributes", { QueueUrl, Attributes: { [name]: String(value) } });
        const { Attributes } = await sqs.run("GetQueueAttributes", { QueueUrl, AttributeNames: [name] });
        assert.deepEqual(Attributes, { [name]: String(value) });
      }
      for (const value of [String(min - 1), String(max + 1), "", "abc", "1.5", "1e2", " 60"]) {
        const set = sqs.run("SetQueueAttributes", { QueueUrl, Attributes: { [name]: value } });
        await assertRefused(set, "InvalidAttributeValue", `Invalid value for the parameter ${name}.`);
      }
    });
  }

  test("All of a fresh standard queue are AWS's twelve", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs);
    const { Attributes } = await sqs.run("GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] });
    assert.deepEqual(Attributes, {
      ApproximateNumberOfMessages: "0",
      ApproximateNumberOfMessagesDelayed: "0",
      ApproximateNumberOfMessagesNotVisible: "0",
      CreatedTimestamp: String(startMs / 1000),
      DelaySeconds: "0",
      LastModifiedTimestamp: String(startMs / 1000),
      MaximumMessageSize: "1048576",
      MessageRetentionPeriod: "345600",
      QueueArn: "arn:aws:sqs:eu-west-1:111122223333:queue",
      ReceiveMessageWaitTimeSeconds: "0",
      SqsManagedSseEnabled: "true",
      VisibilityTimeout: "30",
    });
  });

  test("are none without names, and refused by unknown ones", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs);
    assert.deepEqual(await sqs.run("GetQueueAttributes", { QueueUrl }), {});
    assert.deepEqual(await sqs.run("GetQueueAttributes", { QueueUrl, AttributeNames: ["Policy"] }), {});
    for (const name of ["Foobar", "constructor"]) {
      const unknown = `Unknown Attribute ${name}.`;
      await assertRefused(
        sqs.run("GetQueueAttributes", { QueueUrl, AttributeNames: ["All", name] }),
        "InvalidAttributeName",
        unknown,
      );
      await assertRefused(
        sqs.run("SetQueueAttributes", { QueueUrl, Attributes: { [name]: "1" } }),
        "InvalidAttributeName",
        unknown,
      );
    }
    await assertRefused(
      sqs.run("SetQueueAttributes", { QueueUrl, Attributes: { QueueArn: "x" } }),
      "InvalidAttributeName",
      "Unknown Attribute QueueArn.",
    );
  });

  test("one bad attribute keeps the good ones out; a change moves LastModifiedTimestamp", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs);
    const get = async () =>
      (
        await sqs.run("GetQueueAttributes", {
          QueueUrl,
          AttributeNames: ["DelaySeconds", "LastModifiedTimestamp", "CreatedTimestamp"],
        })
      ).Attributes;
    const before = await get();
    await sqs.advance(10);
    await assert.rejects(
      sqs.run("SetQueueAttributes", { QueueUrl, Attributes: { DelaySeconds: "5", VisibilityTimeout: "-1" } }),
    );
    assert.deepEqual(await get(), before);
    await sqs.run("SetQueueAttributes", { QueueUrl, Attributes: { DelaySeconds: "5" } });
    assert.deepEqual(await get(), {
      DelaySeconds: "5",
      LastModifiedTimestamp: String(startMs / 1000 + 10),
      CreatedTimestamp: String(startMs / 1000),
    });
  });

  test("count messages by where they are", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs);
    for (const DelaySeconds of [0, 0, 0, 5]) await sqs.run("SendMessage", { QueueUrl, MessageBody: "x", DelaySeconds });
    await receive(sqs, QueueUrl, { MaxNumberOfMessages: 2 });
    const counts = async () => {
      const { Attributes: all = {} } = await sqs.run("GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] });
      return ["", "NotVisible", "Delayed"].map((where) => all[`ApproximateNumberOfMessages${where}`]);
    };
    assert.deepEqual(await counts(), ["1", "2", "1"]);
    await sqs.advance(5);
    assert.deepEqual(await counts(), ["2", "2", "0"]);
    const metric = (name: string) => sqs.metrics().find((one) => one.name === `tutti_sqs_${name}`)?.samples;
    const labels = { queue: "queue", account: "111122223333", region: "eu-west-1" };
    assert.deepEqual(metric("approximate_number_of_messages_not_visible"), [{ labels, value: 2 }]);
    assert.deepEqual(metric("approximate_number_of_messages_visible"), [{ labels, value: 2 }]);
    assert.deepEqual(metric("number_of_messages_sent_total"), [{ labels, value: 4 }]);
    assert.deepEqual(metric("number_of_messages_received_total"), [{ labels, value: 2 }]);
  });
});

describe("finding queues", () => {
  test("every form of queue URL leads to the queue", async () => {
    const sqs = await startSqs();
    await createQueue(sqs, "q");
    const path = "/111122223333/q";
    const forms = [
      "http://host:4566" + path,
      "https://sqs.eu-west-1.amazonaws.com" + path,
      "https://queue.amazonaws.com" + path,
      "https://eu-west-1.queue.amazonaws.com" + path,
    ];
    for (const QueueUrl of [...forms, path, "http://x/queue/eu-west-1" + path, "/queue/eu-west-1" + path, "q"]) {
      assert.ok((await sqs.run("SendMessage", { QueueUrl, MessageBody: QueueUrl })).MessageId, QueueUrl);
    }
    for (const QueueUrl of [
      "http://host/queue/us-east-1" + path,
      "http://host/999999999999/q",
      "http://host/111122223333/Q",
      "nope",
      "http://host/q",
      "http://host/1/q",
    ]) {
      await assertRefused(sqs.run("SendMessage", { QueueUrl, MessageBody: "x" }), "QueueDoesNotExist", gone);
    }
  });

  test("GetQueueUrl looks in the owner's account, for whom the owner's policy lets", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs, "q");
    const ask = (): Promise<unknown> =>
      sqs.run("GetQueueUrl", { QueueName: "q", QueueOwnerAWSAccountId: "111122223333" }, { account: "999999999999" });
    await assertRefused(
      ask(),
      "AccessDeniedException",
      "User: arn:aws:iam::999999999999:root is not authorized to perform: sqs:getqueueurl on resource: arn:aws:sqs:eu-west-1:111122223333:q because no resource-based policy allows the sqs:getqueueurl action",
      403,
    );
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: "999999999999" }, Action: "SQS:GetQueueUrl", Resource: "*" }],
    });
    await sqs.run("SetQueueAttributes", { QueueUrl, Attributes: { Policy } });
    assert.deepEqual(await ask(), { QueueUrl });
    await assertRefused(
      sqs.run("GetQueueUrl", { QueueName: "q", QueueOwnerAWSAccountId: "999999999999" }),
      "QueueDoesNotExist",
      gone,
    );
  });

  test("ListQueues filters, pages and stays within account and region", async () => {
    const sqs = await startSqs();
    assert.deepEqual(await sqs.run("ListQueues", {}), {});
    for (const name of ["b-2", "a-1", "b-1", "b-3"]) await createQueue(sqs, name);
    await sqs.run("CreateQueue", { QueueName: "b-9" }, { region: "us-east-1" });
    const names = (urls: string[] = []) => urls.map((url) => url.split("/").at(-1));
    const all = await sqs.run("ListQueues", {});
    assert.deepEqual([names(all.QueueUrls), all.NextToken], [["a-1", "b-1", "b-2", "b-3"], undefined]);
    const first = await sqs.run("ListQueues", { QueueNamePrefix: "b-", MaxResults: 2 });
    assert.deepEqual(names(first.QueueUrls), ["b-1", "b-2"]);
    const second = await sqs.run("ListQueues", { QueueNamePrefix: "b-", MaxResults: 2, NextToken: first.NextToken });
    assert.deepEqual([names(second.QueueUrls), second.NextToken], [["b-3"], undefined]);
    for (const MaxResults of [0, 1001])
      await assertRefused(sqs.run("ListQueues", { MaxResults }), invalid, /MaxResults/);
    await assertRefused(sqs.run("ListQueues", { MaxResults: 1, NextToken: "%" }), invalid, /next token/i);
  });
});

describe("DeleteQueue and PurgeQueue", () => {
  test("a deleted queue is gone, its name blocked for sixty seconds, its messages never back", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs);
    await sqs.run("SendMessage", { QueueUrl, MessageBody: "old" });
    await sqs.run("DeleteQueue", { QueueUrl });
    for (const operation of ["DeleteQueue", "PurgeQueue", "GetQueueAttributes", "ReceiveMessage"]) {
      await assertRefused(sqs.run(operation, { QueueUrl }), "QueueDoesNotExist", gone);
    }
    await sqs.advance(59.999);
    await assertRefused(
      createQueue(sqs),
      "QueueDeletedRecently",
      "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
    );
    await sqs.advance(0.001);
    assert.equal(await createQueue(sqs), QueueUrl);
    assert.deepEqual(await receive(sqs, QueueUrl), []);
  });

  test("names that are free again take no room", async () => {
    const sqs = await startSqs();
    const table = sqs.kernel.resident(deletedQueuesTable);
    for (const name of ["a", "b"]) await sqs.run("DeleteQueue", { QueueUrl: await createQueue(sqs, name) });
    assert.equal(table.size, 2);
    await sqs.advance(60);
    await sqs.run("DeleteQueue", { QueueUrl: await createQueue(sqs, "c") });
    assert.deepEqual(
      [...table.values()].map(({ arn }) => arn),
      ["arn:aws:sqs:eu-west-1:111122223333:c"],
    );
  });

  test("a receiver that waits learns that its queue was deleted", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs);
    const waiting = assertRefused(
      sqs.run("ReceiveMessage", { QueueUrl, WaitTimeSeconds: 20 }),
      "QueueDoesNotExist",
      gone,
    );
    await sqs.run("DeleteQueue", { QueueUrl });
    await waiting;
  });

  test("a purge takes visible, delayed and in-flight messages, once a minute", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs);
    for (const DelaySeconds of [0, 0, 5]) await sqs.run("SendMessage", { QueueUrl, MessageBody: "x", DelaySeconds });
    const [taken] = await receive(sqs, QueueUrl, { MaxNumberOfMessages: 1 });
    await sqs.run("PurgeQueue", { QueueUrl });
    const busy = "Only one PurgeQueue operation on queue is allowed every 60 seconds.";
    await assertRefused(sqs.run("PurgeQueue", { QueueUrl }), "PurgeQueueInProgress", busy, 403);
    await sqs.run("SendMessage", { QueueUrl, MessageBody: "after" });
    await sqs.advance(59.999);
    await assertRefused(sqs.run("PurgeQueue", { QueueUrl }), "PurgeQueueInProgress", busy, 403);
    assert.deepEqual(await bodies(sqs, QueueUrl), ["after"]);
    assert.deepEqual(await sqs.run("DeleteMessage", { QueueUrl, ReceiptHandle: taken?.ReceiptHandle }), {});
    await sqs.advance(0.001);
    assert.deepEqual(await sqs.run("PurgeQueue", { QueueUrl }), {});
  });
});
