/** SQS through the official SDK against a whole server: every operation there is, and what AWS says to bad input. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { startTutti } from "tutti/testing";
import type { TestServer } from "tutti/testing";

let tutti: TestServer;
let sqs: SQSClient;
let queueCount = 0;

before(async () => {
  tutti = await startTutti();
  sqs = new SQSClient({ endpoint: tutti.url, region: "eu-central-1", credentials: tutti.credentials });
});

after(async () => {
  sqs.destroy();
  await tutti.stop();
});

async function newQueue(attributes: Record<string, string> = {}): Promise<string> {
  queueCount += 1;
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: `queue-${queueCount}`, Attributes: attributes }),
  );
  return QueueUrl ?? "";
}

async function receive(queueUrl: string, options: object = {}) {
  const { Messages } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, ...options }),
  );
  return Messages ?? [];
}

function refused(name: string, message: RegExp | string, status = 400) {
  return (error: unknown): boolean => {
    const {
      name: actualName,
      message: actualMessage,
      $metadata,
    } = error as Error & { $metadata: { httpStatusCode: number } };
    assert.equal(actualName, name);
    assert.ok(typeof message === "string" ? actualMessage === message : message.test(actualMessage), actualMessage);
    assert.equal($metadata.httpStatusCode, status);
    return true;
  };
}

describe("queues", () => {
  test("are created once, found, listed, changed and deleted", async () => {
    const url = await newQueue({ VisibilityTimeout: "5" });
    assert.equal(url, `${tutti.url}/000000000000/queue-${queueCount}`);
    const name = `queue-${queueCount}`;
    assert.equal((await sqs.send(new CreateQueueCommand({ QueueName: name }))).QueueUrl, url);
    await assert.rejects(
      sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { VisibilityTimeout: "6" } })),
      refused(
        "QueueNameExists",
        "A queue already exists with the same name and a different value for attribute VisibilityTimeout",
      ),
    );
    assert.equal((await sqs.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl, url);
    assert.ok((await sqs.send(new ListQueuesCommand({ QueueNamePrefix: name }))).QueueUrls?.includes(url));
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { DelaySeconds: "3" } }));
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }),
    );
    assert.deepEqual(Object.keys(Attributes).toSorted(), [
      "ApproximateNumberOfMessages",
      "ApproximateNumberOfMessagesDelayed",
      "ApproximateNumberOfMessagesNotVisible",
      "CreatedTimestamp",
      "DelaySeconds",
      "LastModifiedTimestamp",
      "MaximumMessageSize",
      "MessageRetentionPeriod",
      "QueueArn",
      "ReceiveMessageWaitTimeSeconds",
      "SqsManagedSseEnabled",
      "VisibilityTimeout",
    ]);
    assert.equal(Attributes["DelaySeconds"], "3");
    assert.equal(Attributes["QueueArn"], `arn:aws:sqs:eu-central-1:000000000000:${name}`);
    await sqs.send(new DeleteQueueCommand({ QueueUrl: url }));
    await assert.rejects(receive(url), refused("QueueDoesNotExist", "The specified queue does not exist."));
    await assert.rejects(
      sqs.send(new CreateQueueCommand({ QueueName: name })),
      refused("QueueDeletedRecently", /60 seconds/),
    );
    await tutti.advance({ seconds: 60 });
    assert.equal((await sqs.send(new CreateQueueCommand({ QueueName: name }))).QueueUrl, url);
  });

  test("list page by page", async () => {
    for (const letter of ["a", "b", "c"]) await sqs.send(new CreateQueueCommand({ QueueName: `page-${letter}` }));
    const first = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: "page-", MaxResults: 2 }));
    const second = await sqs.send(
      new ListQueuesCommand({ QueueNamePrefix: "page-", MaxResults: 2, NextToken: first.NextToken }),
    );
    assert.deepEqual(
      [...(first.QueueUrls ?? []), ...(second.QueueUrls ?? [])].map((url) => url.split("/").at(-1)),
      ["page-a", "page-b", "page-c"],
    );
    assert.equal(second.NextToken, undefined);
    assert.equal((await sqs.send(new ListQueuesCommand({ QueueNamePrefix: "none" }))).QueueUrls, undefined);
  });

  test("refuse what they do not carry out", async () => {
    const bad: [Record<string, string>, string, RegExp][] = [
      [{ VisibilityTimeout: "43201" }, "InvalidAttributeValue", /Invalid value for the parameter VisibilityTimeout\./],
      [{ VisibilityTimeout: "1x" }, "InvalidAttributeValue", /VisibilityTimeout/],
      [{ Colour: "red" }, "InvalidAttributeName", /Unknown Attribute Colour\./],
      [{ FifoQueue: "true" }, "InvalidParameterValue", /must end with \.fifo suffix/],
      [{ FifoThroughputLimit: "perQueue" }, "InvalidAttributeName", /only when FifoQueue is set to true/],
      [{ RedrivePolicy: "{}" }, "InvalidParameterValue", /mandatory attribute: deadLetterTargetArn/],
      [
        { KmsMasterKeyId: "x", SqsManagedSseEnabled: "true" },
        "InvalidAttributeName",
        /one type of server-side encryption/,
      ],
    ];
    for (const [Attributes, name, message] of bad) {
      await assert.rejects(sqs.send(new CreateQueueCommand({ QueueName: "bad", Attributes })), (error) =>
        refusedBy(error, name, message),
      );
    }
    await assert.rejects(sqs.send(new CreateQueueCommand({ QueueName: "no spaces" })), /Can only include alphanumeric/);
    await assert.rejects(sqs.send(new GetQueueUrlCommand({ QueueName: "bad" })), /does not exist/);
  });
});

function refusedBy(error: unknown, name: string, message: RegExp): boolean {
  assert.ok(error instanceof Error);
  assert.equal(error.name, name);
  assert.match(error.message, message);
  return true;
}

describe("messages", () => {
  test("come back as they were sent, with attributes and digests", async () => {
    const url = await newQueue();
    const body = 'quote " carriage\r\nreturn < & > ünï \u{1f600}';
    const sent = await sqs.send(
      new SendMessageCommand({
        QueueUrl: url,
        MessageBody: body,
        MessageAttributes: {
          MyAttribute: { DataType: "String", StringValue: "foobar" },
          Bytes: { DataType: "Binary.png", BinaryValue: Uint8Array.from([0, 255, 7]) },
        },
      }),
    );
    const [message] = await receive(url, {
      MessageAttributeNames: ["MyAttribute"],
      MessageSystemAttributeNames: ["All"],
    });
    assert.equal(message?.Body, body);
    assert.equal(message?.MessageId, sent.MessageId);
    // The digest AWS gives for this one attribute.
    assert.equal(message?.MD5OfMessageAttributes, "adb59cd4678ea5a855436b949cd07ab6");
    assert.equal(message?.Attributes?.["ApproximateReceiveCount"], "1");
    assert.equal(Number(message?.Attributes?.["SentTimestamp"]), tutti.now().getTime());
    await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle }));
    await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle }));
    await tutti.advance({ minutes: 1 });
    assert.deepEqual(await receive(url), []);
  });

  test("become visible again after their timeout, in order, counted", async () => {
    const url = await newQueue({ VisibilityTimeout: "10" });
    for (const MessageBody of ["1", "2", "3"]) await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
    assert.deepEqual(
      (await receive(url)).map(({ Body }) => Body),
      ["1", "2", "3"],
    );
    await tutti.advance({ seconds: 9.999 });
    assert.deepEqual(await receive(url), []);
    await tutti.advance({ seconds: 0.001 });
    const again = await receive(url, { AttributeNames: ["ApproximateReceiveCount"] });
    assert.deepEqual(
      again.map(({ Body, Attributes }) => [Body, Attributes?.["ApproximateReceiveCount"]]),
      [
        ["1", "2"],
        ["2", "2"],
        ["3", "2"],
      ],
    );
  });

  test("in flight stay longer or shorter out of sight when asked", async () => {
    const url = await newQueue();
    for (const MessageBody of ["longer", "now"]) await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
    const [longer, now] = await receive(url);
    await sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: url,
        ReceiptHandle: longer?.ReceiptHandle,
        VisibilityTimeout: 100,
      }),
    );
    const result = await sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: url,
        Entries: [
          { Id: "now", ReceiptHandle: now?.ReceiptHandle, VisibilityTimeout: 0 },
          { Id: "bad", ReceiptHandle: "garbage", VisibilityTimeout: 0 },
        ],
      }),
    );
    assert.deepEqual(
      result.Successful?.map(({ Id }) => Id),
      ["now"],
    );
    assert.deepEqual(
      result.Failed?.map(({ Code }) => Code),
      ["ReceiptHandleIsInvalid"],
    );
    assert.deepEqual(
      (await receive(url)).map(({ Body }) => Body),
      ["now"],
    );
    await tutti.advance({ seconds: 99 });
    assert.deepEqual(
      (await receive(url)).map(({ Body }) => Body),
      ["now"],
    );
    await tutti.advance({ seconds: 1 });
    assert.deepEqual(
      (await receive(url)).map(({ Body }) => Body),
      ["longer"],
    );
  });

  test("are delayed, expire, and are purged once a minute", async () => {
    const url = await newQueue({ MessageRetentionPeriod: "60" });
    await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "late", DelaySeconds: 30 }));
    assert.deepEqual(await receive(url), []);
    await tutti.advance({ seconds: 30 });
    assert.equal((await receive(url)).length, 1);
    await tutti.advance({ seconds: 30 });
    assert.deepEqual(await receive(url), []);
    await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "purged" }));
    await sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
    assert.deepEqual(await receive(url), []);
    await assert.rejects(
      sqs.send(new PurgeQueueCommand({ QueueUrl: url })),
      refused(
        "PurgeQueueInProgress",
        `Only one PurgeQueue operation on queue-${queueCount} is allowed every 60 seconds.`,
        403,
      ),
    );
  });

  test("wake a long poll, which otherwise ends empty at its time", async () => {
    const url = await newQueue();
    const full = receive(url, { WaitTimeSeconds: 20 });
    await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "x", DelaySeconds: 5 }));
    await tutti.advance({ seconds: 5 });
    assert.deepEqual(
      (await full).map(({ Body }) => Body),
      ["x"],
    );
  });

  test("travel in batches, each entry on its own", async () => {
    const url = await newQueue({ MaximumMessageSize: "1024" });
    const Entries = [
      { Id: "ok", MessageBody: "fine" },
      { Id: "long", MessageBody: "x".repeat(1025) },
    ];
    const sent = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    assert.deepEqual(
      sent.Successful?.map(({ Id }) => Id),
      ["ok"],
    );
    assert.deepEqual(sent.Failed, [
      {
        Id: "long",
        SenderFault: true,
        Code: "InvalidParameterValue",
        Message: "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.",
      },
    ]);
    const [message] = await receive(url);
    const deleted = await sqs.send(
      new DeleteMessageBatchCommand({ QueueUrl: url, Entries: [{ Id: "1", ReceiptHandle: message?.ReceiptHandle }] }),
    );
    assert.deepEqual(deleted.Successful, [{ Id: "1" }]);
    const twice = [
      { Id: "a", MessageBody: "x" },
      { Id: "a", MessageBody: "y" },
    ];
    await assert.rejects(
      sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: twice })),
      refused("BatchEntryIdsNotDistinct", "Id a repeated."),
    );
    const many = Array.from({ length: 11 }, (_, index) => ({ Id: String(index), MessageBody: "x" }));
    await assert.rejects(
      sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: many })),
      refused("TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10. You have sent 11."),
    );
    assert.deepEqual(await receive(url), []);
  });

  test("with bad parameters are refused in AWS's words", async () => {
    const QueueUrl = await newQueue();
    const cases: [Promise<unknown>, string, string][] = [
      [
        receive(QueueUrl, { MaxNumberOfMessages: 11 }),
        "InvalidParameterValue",
        "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
      ],
      [
        receive(QueueUrl, { WaitTimeSeconds: 21 }),
        "InvalidParameterValue",
        "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.",
      ],
      [
        sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "" })),
        "MissingParameter",
        "The request must contain the parameter MessageBody.",
      ],
      [
        sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: undefined })),
        "MissingParameter",
        "The request must contain the parameter MessageBody.",
      ],
    ];
    for (const [call, name, message] of cases) await assert.rejects(call, refused(name, message));
    await assert.rejects(
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "\u0000" })),
      /Invalid binary character '#x0' was found in the message body/,
    );
    await assert.rejects(
      sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: "garbage" })),
      refused("ReceiptHandleIsInvalid", 'The input receipt handle "garbage" is not a valid receipt handle.', 404),
    );
  });
});

test("STS says which account a key belongs to", async () => {
  const identity = async (accessKeyId: string) =>
    (
      await new STSClient({
        endpoint: tutti.url,
        region: "us-east-1",
        credentials: { accessKeyId, secretAccessKey: "x" },
      }).send(new GetCallerIdentityCommand({}))
    ).Account;
  assert.equal(await identity("test"), "000000000000");
  assert.equal(await identity("123456789012"), "123456789012");
});
