/** The limits of messages in flight as a user sets them, met by the official SDK. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateQueueCommand,
  OverLimit,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { startTutti } from "tutti/testing";

test("a queue that is full refuses or gives nothing, each kind at its own limit", async () => {
  await using tutti = await startTutti({ sqsInFlightMax: 1, sqsFifoInFlightMax: 2 });
  const sqs = new SQSClient({ endpoint: tutti.url, region: "eu-central-1", credentials: tutti.credentials });
  const receive = async (QueueUrl: string | undefined) =>
    (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))).Messages?.map(
      ({ Body }) => Body,
    );

  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "jobs" }));
  for (const MessageBody of ["1", "2"]) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  assert.deepEqual(await receive(QueueUrl), ["1"]);
  await assert.rejects(receive(QueueUrl), (error) => {
    assert.ok(error instanceof OverLimit, String(error));
    assert.equal(error.$metadata.httpStatusCode, 403);
    return true;
  });

  const Attributes = { FifoQueue: "true", ContentBasedDeduplication: "true" };
  const { QueueUrl: fifo } = await sqs.send(new CreateQueueCommand({ QueueName: "jobs.fifo", Attributes }));
  for (const MessageBody of ["1", "2", "3"])
    await sqs.send(new SendMessageCommand({ QueueUrl: fifo, MessageBody, MessageGroupId: MessageBody }));
  assert.deepEqual(await receive(fifo), ["1", "2"]);
  assert.equal(await receive(fifo), undefined);
  sqs.destroy();
});
