/**
 * One job through the official SDK in each protocol it can speak: JSON, and Query as SQS spoke it until 2023; and one through
 * an `aws` command of that time.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { AwsQueryProtocol } from "@aws-sdk/core/protocols";
import {
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { SQSClientConfig } from "@aws-sdk/client-sqs";
import { startTutti } from "tutti/testing";
import type { TestServer } from "tutti/testing";
import { findRequirement, requires } from "../support/requirements.ts";

const query = new AwsQueryProtocol({
  defaultNamespace: "com.amazonaws.sqs",
  xmlNamespace: "http://queue.amazonaws.com/doc/2012-11-05/",
  version: "2012-11-05",
});

const protocols: readonly {
  readonly name: string;
  readonly config: SQSClientConfig;
  readonly gone: string;
}[] = [
  { name: "JSON", config: {}, gone: "The specified queue does not exist." },
  { name: "Query", config: { protocol: query }, gone: "The specified queue does not exist for this wsdl version." },
];

/** A client, and the content types of what it sends. */
function recordingClient({ url, credentials }: TestServer, config: SQSClientConfig) {
  const types: (string | undefined)[] = [];
  const sqs = new SQSClient({ endpoint: url, region: "us-east-1", credentials, ...config });
  sqs.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      types.push(headers["content-type"]);
      return next(args);
    },
    { step: "finalizeRequest" },
  );
  return { sqs, types };
}

for (const { name, config, gone } of protocols)
  test(`${name}: queues, batches, attributes, every kind of message, refusals`, async () => {
    await using tutti = await startTutti();
    const { sqs, types } = recordingClient(tutti, config);
    const created = await sqs.send(
      new CreateQueueCommand({ QueueName: "jobs", Attributes: { VisibilityTimeout: "10" }, tags: { team: "x y" } }),
    );
    const { QueueUrl } = created;
    assert.equal(QueueUrl, `${tutti.url}/000000000000/jobs`);
    assert.deepEqual((await sqs.send(new ListQueuesCommand({}))).QueueUrls, [QueueUrl]);
    assert.deepEqual((await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags, { team: "x y" });
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
    assert.equal(Attributes?.["VisibilityTimeout"], "10");
    const body = 'quote " carriage\r\nreturn < & > ünï \u{1f600} ]]>';
    const MessageAttributes = {
      text: { DataType: "String", StringValue: "a\rb&c" },
      bytes: { DataType: "Binary.png", BinaryValue: Uint8Array.from([0, 255, 7]) },
    };
    const system = { AWSTraceHeader: { DataType: "String", StringValue: "Root=1-5759e988-bd862e3fe1be46a994272793" } };
    const sent = await sqs.send(
      new SendMessageCommand({ QueueUrl, MessageBody: body, MessageAttributes, MessageSystemAttributes: system }),
    );
    const Entries = ["one", "two"].map((Id) => ({ Id, MessageBody: Id }));
    const batch = await sqs.send(
      new SendMessageBatchCommand({ QueueUrl, Entries: [...Entries, { Id: "bad", MessageBody: "\u0007" }] }),
    );
    assert.deepEqual(
      [batch.Successful?.map(({ Id }) => Id), batch.Failed?.map(({ Id }) => Id)],
      [["one", "two"], ["bad"]],
    );
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        AttributeNames: ["All"],
        MessageAttributeNames: ["All"],
      }),
    );
    assert.deepEqual(
      Messages.map(({ Body }) => Body),
      [body, "one", "two"],
    );
    const [first] = Messages;
    assert.equal(first?.MessageId, sent.MessageId);
    assert.equal(first?.MD5OfMessageAttributes, sent.MD5OfMessageAttributes);
    assert.deepEqual(first?.MessageAttributes?.["text"]?.StringValue, "a\rb&c");
    assert.deepEqual([...(first?.MessageAttributes?.["bytes"]?.BinaryValue ?? [])], [0, 255, 7]);
    assert.equal(first?.Attributes?.["AWSTraceHeader"], system.AWSTraceHeader.StringValue);
    const handles = Messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }));
    const changes = handles.map((entry) => ({ ...entry, VisibilityTimeout: 100 }));
    await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: changes }));
    await tutti.advance({ seconds: 99 });
    assert.equal((await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages, undefined);
    const deleted = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: handles }));
    assert.equal(deleted.Successful?.length, 3);
    await tutti.advance({ seconds: 1 });
    assert.equal((await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages, undefined);
    await assert.rejects(sqs.send(new GetQueueUrlCommand({ QueueName: "none" })), (error) => {
      assert.ok(error instanceof Error);
      assert.deepEqual([error.name, error.message], ["QueueDoesNotExist", gone]);
      return true;
    });
    const expected = name === "JSON" ? "application/x-amz-json-1.0" : "application/x-www-form-urlencoded";
    assert.deepEqual(new Set(types), new Set([expected]));
    sqs.destroy();
  });

test("the aws command of before November 2023", { ...requires("awsCliQuery"), timeout: 120_000 }, async () => {
  await using tutti = await startTutti({ clock: "real" });
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_DEFAULT_REGION: "us-east-1",
  };
  const aws = async (...words: string[]): Promise<unknown> => {
    const all = ["--endpoint-url", tutti.url, "sqs", ...words, "--output", "json"];
    const { stdout } = await promisify(execFile)(findRequirement("awsCliQuery") ?? "", all, { env });
    return stdout.trim() === "" ? undefined : JSON.parse(stdout);
  };
  const { QueueUrl: url } = (await aws("create-queue", "--queue-name", "jobs")) as { QueueUrl: string };
  const queue = ["--queue-url", url];
  const attributes = '{"n": {"DataType": "Number", "StringValue": "7"}}';
  await aws("send-message", ...queue, "--message-body", "one & <two>", "--message-attributes", attributes);
  await aws("send-message-batch", ...queue, "--entries", "Id=a,MessageBody=three", "Id=b,MessageBody=four");
  const { Messages } = (await aws(
    "receive-message",
    ...queue,
    "--max-number-of-messages",
    "10",
    "--message-attribute-names",
    "All",
  )) as { Messages: { Body: string; ReceiptHandle: string; MessageAttributes?: { n: { StringValue: string } } }[] };
  assert.deepEqual(
    Messages.map(({ Body }) => Body),
    ["one & <two>", "three", "four"],
  );
  assert.equal(Messages[0]?.MessageAttributes?.n.StringValue, "7");
  const entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }));
  await aws("delete-message-batch", ...queue, "--entries", JSON.stringify(entries));
  await assert.rejects(
    aws("get-queue-url", "--queue-name", "none"),
    /AWS\.SimpleQueueService\.NonExistentQueue\) .*does not exist for this wsdl version\./,
  );
});
