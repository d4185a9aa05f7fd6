/**
 * Requests in the forms AWS's own examples of the Query protocol have, and what is incomplete in them: nothing that was
 * sent is dropped in silence.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startTutti } from "tutti/testing";
import type { TestServer } from "tutti/testing";
import { elementOf, sqsWire } from "../support/sqs-wire.ts";

let tutti: TestServer;
const { json, query } = sqsWire(() => tutti);

before(async () => {
  tutti = await startTutti();
  await json("CreateQueue", { QueueName: "jobs", Attributes: { VisibilityTimeout: "0" } });
});

after(() => tutti.stop());

const path = "/000000000000/jobs";

async function attributeOf(name: string): Promise<string | undefined> {
  const { text } = await json("GetQueueAttributes", { QueueUrl: "jobs", AttributeNames: [name] });
  return (JSON.parse(text) as { Attributes: Record<string, string> }).Attributes[name];
}

describe("AWS's examples", () => {
  // https://docs.aws.amazon.com/AWSSimpleQueueService/2009-02-01/APIReference/Query_QuerySetQueueAttributes.html
  test("have a slash behind the queue's path", async () => {
    for (const method of ["GET", "POST"] as const)
      assert.equal((await query("SendMessage", { MessageBody: "x" }, `${path}/`, method)).status, 200);
    assert.equal((await json("SendMessage", { MessageBody: "x" }, `${path}/`)).status, 200);
    assert.equal((await json("SendMessage", { QueueUrl: `${tutti.url}${path}/`, MessageBody: "x" })).status, 200);
    assert.equal(await attributeOf("ApproximateNumberOfMessages"), "4");
  });

  test("leave out the number of the only attribute", async () => {
    const set = { "Attribute.Name": "DelaySeconds", "Attribute.Value": "35" };
    assert.equal((await query("SetQueueAttributes", set, `${path}/`, "GET")).status, 200);
    assert.equal(await attributeOf("DelaySeconds"), "35");
    const { text } = await query("GetQueueAttributes", { AttributeName: "DelaySeconds" }, path, "GET");
    assert.ok(text.includes("<Attribute><Name>DelaySeconds</Name><Value>35</Value></Attribute>"), text);
  });
});

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListDeadLetterSourceQueues.html, as it was until 2023
test("source queues are QueueUrl elements", async () => {
  await json("CreateQueue", { QueueName: "dead" });
  const RedrivePolicy = '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":1}';
  for (const QueueName of ["source-1", "source-2"])
    await json("CreateQueue", { QueueName, Attributes: { RedrivePolicy } });
  const { text } = await query("ListDeadLetterSourceQueues", {}, "/000000000000/dead");
  const urls = ["source-1", "source-2"].map((name) => `<QueueUrl>${tutti.url}/000000000000/${name}</QueueUrl>`);
  assert.ok(text.includes(`<ListDeadLetterSourceQueuesResult>${urls.join("")}</`), text);
});

describe("what is incomplete, or not supported", () => {
  const batch = "SendMessageBatchRequestEntry.1";
  const attribute = { "MessageAttribute.1.Value.DataType": "String", "MessageAttribute.1.Value.StringValue": "v" };
  // AWS's answers: https://github.com/aws/aws-sdk-php/issues/694, https://github.com/aws/aws-sdk-java/issues/1692,
  // https://github.com/ali-essam/wtsqs/issues/7, https://github.com/aws/aws-sdk-js/issues/2388 and
  // https://github.com/aws/aws-sdk-php/issues/630.
  const cases: readonly (readonly [
    what: string,
    action: string,
    parameters: Record<string, string>,
    code: string,
    text: string,
  ])[] = [
    [
      "a message attribute without a name",
      "SendMessage",
      { MessageBody: "x", ...attribute },
      "InvalidParameterValue",
      "The request must contain non-empty message attribute name.",
    ],
    [
      "a message attribute without a type",
      "SendMessage",
      { MessageBody: "x", "MessageAttribute.1.Name": "HTTPStatus", "MessageAttribute.1.Value.StringValue": "200" },
      "InvalidParameterValue",
      "The message attribute 'HTTPStatus' must contain non-empty message attribute type.",
    ],
    [
      "a message attribute without a value",
      "SendMessage",
      { MessageBody: "x", "MessageAttribute.1.Name": "n" },
      "InvalidParameterValue",
      "The message attribute 'n' must contain non-empty message attribute type.",
    ],
    [
      "a message attribute that is a list",
      "SendMessage",
      {
        MessageBody: "x",
        "MessageAttribute.1.Name": "n",
        ...attribute,
        "MessageAttribute.1.Value.StringListValue.1": "v",
      },
      "InvalidParameterValue",
      "Message attribute list values in SendMessage operation are not supported.",
    ],
    [
      "a list of entries that is empty, as SDKs wrote it",
      "SendMessageBatch",
      { SendMessageBatchRequestEntry: "" },
      "MissingParameter",
      `The request must contain the parameter ${batch}.Id.`,
    ],
    [
      "an entry without an id",
      "DeleteMessageBatch",
      { "DeleteMessageBatchRequestEntry.1.ReceiptHandle": "h" },
      "MissingParameter",
      "The request must contain the parameter DeleteMessageBatchRequestEntry.1.Id.",
    ],
    [
      "an entry without a body",
      "SendMessageBatch",
      { [`${batch}.Id`]: "a" },
      "MissingParameter",
      `The request must contain the parameter ${batch}.MessageBody.`,
    ],
    [
      "a batch without entries",
      "DeleteMessageBatch",
      {},
      "AWS.SimpleQueueService.EmptyBatchRequest",
      "There should be at least one DeleteMessageBatchRequestEntry in the request.",
    ],
    [
      "an attribute without a value",
      "SetQueueAttributes",
      { "Attribute.1.Name": "VisibilityTimeout" },
      "MissingParameter",
      "The request must contain the parameter Attribute.1.Value.",
    ],
    [
      "a tag without a key",
      "TagQueue",
      { "Tag.1.Value": "v" },
      "MissingParameter",
      "The request must contain the parameter Tag.1.Key.",
    ],
  ];
  for (const [what, action, parameters, code, words] of cases)
    test(`${what} is refused`, async () => {
      const { status, text } = await query(action, parameters, path);
      assert.deepEqual([status, elementOf("Code", text), elementOf("Message", text)], [400, code, words]);
    });

  test("an attribute of an entry without a type fails that entry only", async () => {
    const { text } = await query(
      "SendMessageBatch",
      {
        [`${batch}.Id`]: "a",
        [`${batch}.MessageBody`]: "x",
        [`${batch}.MessageAttribute.1.Name`]: "n",
        "SendMessageBatchRequestEntry.2.Id": "b",
        "SendMessageBatchRequestEntry.2.MessageBody": "x",
      },
      path,
    );
    const words = "The message attribute 'n' must contain non-empty message attribute type.";
    assert.ok(text.includes(`<Message>${words}</Message>`), text);
    assert.match(text, /<SendMessageBatchResultEntry><Id>b<\/Id>/);
  });

  test("a tag without a value has an empty one", async () => {
    assert.equal((await query("TagQueue", { "Tag.1.Key": "team" }, path)).status, 200);
    const { text } = await query("ListQueueTags", {}, path);
    assert.ok(text.includes("<Tag><Key>team</Key><Value></Value></Tag>"), text);
  });
});
