/** Dead-letter queues and tags through the official SDK. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateQueueCommand,
  ListDeadLetterSourceQueuesCommand,
  ListQueueTagsCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  TagQueueCommand,
  UntagQueueCommand,
} from "@aws-sdk/client-sqs";
import { startTutti } from "tutti/testing";

test("a message received too often, and tags", async () => {
  await using tutti = await startTutti();
  const sqs = new SQSClient({ endpoint: tutti.url, region: "eu-central-1", credentials: tutti.credentials });
  const { QueueUrl: dead } = await sqs.send(new CreateQueueCommand({ QueueName: "dead" }));
  const deadLetterTargetArn = "arn:aws:sqs:eu-central-1:000000000000:dead";
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 });
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: "source", Attributes: { RedrivePolicy }, tags: { team: "x" } }),
  );
  const { queueUrls } = await sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead }));
  assert.deepEqual(queueUrls, [QueueUrl]);

  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "bad" }));
  const receive = async (url: string | undefined) =>
    (await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, MessageSystemAttributeNames: ["All"] }))).Messages ?? [];
  assert.equal((await receive(QueueUrl)).length, 1);
  await tutti.advance({ seconds: 30 });
  assert.equal((await receive(QueueUrl)).length, 0);
  const [letter] = await receive(dead);
  assert.equal(letter?.Body, "bad");
  assert.equal(letter?.Attributes?.DeadLetterQueueSourceArn, "arn:aws:sqs:eu-central-1:000000000000:source");

  await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { stage: "test" } }));
  await sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: ["team"] }));
  assert.deepEqual((await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags, { stage: "test" });
  sqs.destroy();
});
