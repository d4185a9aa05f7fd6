/** SQS byte by byte: both dialects, every way to name a queue in a request, and refusals as AWS writes them. */
import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { startTutti } from "tutti/testing";
import type { TestServer } from "tutti/testing";
import { elementOf, sqsWire } from "../support/sqs-wire.ts";
import type { Answer } from "../support/sqs-wire.ts";

let tutti: TestServer;
const { json, query, request } = sqsWire(() => tutti);
const namespace = "http://queue.amazonaws.com/doc/2012-11-05/";
const path = "/000000000000/jobs";

before(async () => {
  tutti = await startTutti();
  await json("CreateQueue", { QueueName: "jobs" });
  await json("CreateQueue", { QueueName: "others" });
});

after(() => tutti.stop());

const urlOf = (name: string): string => `${tutti.url}/000000000000/${name}`;
const purge = (name: string): Promise<Answer> =>
  json("ReceiveMessage", { QueueUrl: urlOf(name), MaxNumberOfMessages: 10 });

describe("a queue is named", () => {
  test("by QueueUrl in JSON, and by the path when JSON is posted there", async () => {
    assert.equal((await json("SendMessage", { QueueUrl: urlOf("jobs"), MessageBody: "1" })).status, 200);
    const posted = await json("SendMessage", { MessageBody: "2" }, path);
    assert.equal(posted.status, 200, posted.text);
    const received = JSON.parse((await purge("jobs")).text) as { Messages: { Body: string }[] };
    assert.deepEqual(
      received.Messages.map(({ Body }) => Body),
      ["1", "2"],
    );
  });

  test("by the path of a form, by a QueueUrl in it, which goes before the path, and in a query string", async () => {
    for (const send of [
      query("SendMessage", { MessageBody: "path" }, path),
      query("SendMessage", { MessageBody: "member", QueueUrl: urlOf("others") }, path),
      query("SendMessage", { MessageBody: "string" }, path, "GET"),
    ])
      assert.equal((await send).status, 200);
    const bodies = async (name: string) =>
      (JSON.parse((await purge(name)).text) as { Messages: { Body: string }[] }).Messages.map(({ Body }) => Body);
    assert.deepEqual([await bodies("jobs"), await bodies("others")], [["path", "string"], ["member"]]);
  });

  test("not for what is no queue's business", async () => {
    for (const action of ["CreateQueue", "ListQueues"]) {
      const { status, text } = await query(action, { QueueName: "x" }, path);
      assert.deepEqual([status, elementOf("Code", text)], [400, "InvalidAction"]);
      assert.equal(elementOf("Message", text), `The action ${action} is not valid for this endpoint.`);
    }
  });
});

describe("the characters of a body", () => {
  const send = (operation: string, members: string): Promise<Answer> =>
    request("/", {
      method: "POST",
      headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AmazonSQS.${operation}` },
      body: `{"QueueUrl":${JSON.stringify(urlOf("characters"))},${members}}`,
    });

  before(() => json("CreateQueue", { QueueName: "characters", Attributes: { MaximumMessageSize: "1024" } }));

  test("are looked at however JSON writes them, in a message and in an entry of a batch", async () => {
    for (const bad of ["\\u0007", "\\b", "\\ufffe", "\ufffe", "é\\u0000"]) {
      const alone = await send("SendMessage", `"MessageBody":"${bad}"`);
      assert.equal(alone.status, 400, bad);
      assert.match(alone.text, /InvalidMessageContents/, bad);
      const entries = [`{"Id":"good","MessageBody":"x"}`, `{"Id":"bad","MessageBody":"${bad}"}`];
      const batch = JSON.parse((await send("SendMessageBatch", `"Entries":[${entries.join()}]`)).text) as {
        Successful: { Id: string }[];
        Failed: { Id: string; Code: string }[];
      };
      assert.deepEqual([batch.Successful.map(({ Id }) => Id), batch.Failed.map(({ Id }) => Id)], [["good"], ["bad"]]);
    }
  });

  test("count as their bytes in UTF-8 towards the limit", async () => {
    for (const [text, status] of [
      ["x".repeat(1024), 200],
      ["x".repeat(1025), 400],
      ["ü".repeat(512), 200],
      ["ü".repeat(513), 400],
      ["\\u00fc".repeat(512), 200],
      ["\\u00fc".repeat(513), 400],
      ["\\n".repeat(1024), 200],
    ] as const)
      assert.equal((await send("SendMessage", `"MessageBody":"${text}"`)).status, status, text.slice(0, 8));
  });
});

describe("answers in XML", () => {
  test("hold a result, the namespace and the request's id", async () => {
    const { text, headers } = await query("GetQueueUrl", { QueueName: "jobs" });
    const id = elementOf("RequestId", text) ?? "";
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.match(headers.get("content-type") ?? "", /^text\/xml/);
    assert.ok(
      text.endsWith(
        `<GetQueueUrlResponse xmlns="${namespace}"><GetQueueUrlResult><QueueUrl>${urlOf("jobs")}</QueueUrl></GetQueueUrlResult>` +
          `<ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata></GetQueueUrlResponse>`,
      ),
      text,
    );
  });

  test("escape quotes and carriage returns in text, and repeat flattened elements", async () => {
    const queueUrl = urlOf("escapes");
    await query("CreateQueue", {
      QueueName: "escapes",
      "Attribute.1.Name": "VisibilityTimeout",
      "Attribute.1.Value": "0",
    });
    const parameters = {
      QueueUrl: queueUrl,
      MessageBody: 'a "quoted"\rline & <tag>',
      "MessageAttribute.1.Name": "bytes",
      "MessageAttribute.1.Value.DataType": "Binary",
      "MessageAttribute.1.Value.BinaryValue": "AP8H",
      "MessageAttribute.2.Name": "text",
      "MessageAttribute.2.Value.DataType": "String",
      "MessageAttribute.2.Value.StringValue": "v",
    };
    const sent = await query("SendMessage", parameters);
    assert.equal(elementOf("MD5OfMessageBody", sent.text), hash("md5", parameters.MessageBody));
    const { text } = await query("ReceiveMessage", {
      QueueUrl: queueUrl,
      "MessageAttributeName.1": "All",
      "AttributeName.1": "SenderId",
      "AttributeName.2": "ApproximateReceiveCount",
    });
    assert.ok(text.includes("<Body>a &quot;quoted&quot;&#xD;line &amp; &lt;tag&gt;</Body>"), text);
    assert.ok(text.includes("<Attribute><Name>SenderId</Name><Value>000000000000</Value></Attribute>"), text);
    assert.equal(text.match(/<MessageAttribute>/g)?.length, 2);
    assert.ok(text.includes("<BinaryValue>AP8H</BinaryValue>"), text);
    const empty = await query("ReceiveMessage", { QueueUrl: urlOf("others") });
    assert.ok(!empty.text.includes("<Message>"), empty.text);
  });

  test("a message of a mebibyte passes in both dialects", async () => {
    const MessageBody = "é%".repeat(Math.floor(1_048_576 / 3)) + "x";
    assert.equal(Buffer.byteLength(MessageBody), 1_048_576);
    const md5 = hash("md5", MessageBody);
    const inForm = await query("SendMessage", { MessageBody, QueueUrl: urlOf("others") });
    assert.equal(elementOf("MD5OfMessageBody", inForm.text), md5);
    const inJson = await json("SendMessage", { MessageBody, QueueUrl: urlOf("others") });
    assert.equal((JSON.parse(inJson.text) as { MD5OfMessageBody: string }).MD5OfMessageBody, md5);
  });
});

test("a message of a mebibyte passes however its JSON is escaped", async () => {
  const MessageBody = '"'.repeat(1_048_576);
  const escaped = String.raw`\u0022`.repeat(1_048_576);
  const { status, text } = await request("/", {
    method: "POST",
    headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": "AmazonSQS.SendMessage" },
    body: `{"QueueUrl":"${urlOf("others")}","MessageBody":"${escaped}"}`,
  });
  assert.equal(status, 200, text.slice(0, 200));
  assert.equal((JSON.parse(text) as { MD5OfMessageBody: string }).MD5OfMessageBody, hash("md5", MessageBody));
});

describe("refusals", () => {
  test("of a queue there is not are worded by the dialect, with its code and status", async () => {
    const inForm = await query("GetQueueUrl", { QueueName: "none" });
    const words = "The specified queue does not exist for this wsdl version.";
    assert.ok(
      inForm.text.includes(
        `<ErrorResponse xmlns="${namespace}"><Error><Type>Sender</Type><Code>AWS.SimpleQueueService.NonExistentQueue</Code>` +
          `<Message>${words}</Message><Detail/></Error><RequestId>`,
      ),
      inForm.text,
    );
    const inJson = await json("GetQueueUrl", { QueueName: "none" });
    assert.deepEqual(JSON.parse(inJson.text), {
      __type: "com.amazonaws.sqs#QueueDoesNotExist",
      message: "The specified queue does not exist.",
    });
    assert.equal(inJson.headers.get("x-amzn-query-error"), "AWS.SimpleQueueService.NonExistentQueue;Sender");
    assert.deepEqual([inForm.status, inJson.status], [400, 400]);
  });

  test("carry the older status for who knows of Query, and 400 for all others", async () => {
    const input = { QueueUrl: urlOf("jobs"), ReceiptHandle: "garbage" };
    const statuses = [
      (await query("DeleteMessage", input)).status,
      (await json("DeleteMessage", input, "/", { "x-amzn-query-mode": "true" })).status,
      (await json("DeleteMessage", input)).status,
    ];
    assert.deepEqual(statuses, [404, 404, 400]);
    const { text } = await json("SendMessage", { QueueUrl: urlOf("jobs"), MessageBody: "x", DelaySeconds: 901 });
    assert.match(text, /"__type":"com\.amazon\.coral\.service#InvalidParameterValueException"/);
  });

  test("name what is missing, and actions there are not", async () => {
    const cases: [Promise<Answer>, number, string, string][] = [
      [
        query("SendMessage", { QueueUrl: urlOf("jobs") }),
        400,
        "MissingParameter",
        "The request must contain the parameter MessageBody.",
      ],
      [query("GetQueueUrl", {}), 400, "MissingParameter", "The request must contain the parameter QueueName."],
      [query("Fly", {}, path), 400, "InvalidAction", "Could not find operation Fly for version 2012-11-05"],
    ];
    for (const [answer, status, code, words] of cases) {
      const { status: actual, text } = await answer;
      assert.deepEqual([actual, elementOf("Code", text), elementOf("Message", text)], [status, code, words]);
    }
    const nothing = await request(path, { method: "GET" });
    assert.deepEqual([nothing.status, nothing.text], [404, "<UnknownOperationException/>"]);
  });
});
