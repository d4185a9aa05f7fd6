/** `kill -9` under load: what was acknowledged is there after a restart, what was deleted does not come back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { startServerProcess, temporaryFolder } from "../support/server-process.ts";
import type { ServerProcess } from "../support/server-process.ts";

const rounds = 3;
const senders = 8;

function client(server: ServerProcess): SQSClient {
  return new SQSClient({
    endpoint: server.url,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
}

test("a killed server loses no acknowledged message and brings back no deleted one", { timeout: 120_000 }, async () => {
  await using folder = await temporaryFolder();
  const acknowledged = new Set<string>();
  const deleted = new Set<string>();
  /** Asked to be deleted without an answer: may or may not be there. */
  const uncertain = new Set<string>();
  for (let round = 0; round < rounds; round += 1) {
    await using server = await startServerProcess(folder.path);
    const sqs = client(server);
    const { QueueUrl } = await sqs.send(
      new CreateQueueCommand({ QueueName: "jobs", Attributes: { VisibilityTimeout: "0" } }),
    );
    let next = 0;
    let killed: Promise<void> | undefined;
    const send = async (): Promise<void> => {
      for (;;) {
        next += 1;
        const body = `${round}-${next}`;
        await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
        acknowledged.add(body);
        if (acknowledged.size >= (round + 1) * 150) killed ??= server.kill();
      }
    };
    const remove = async (): Promise<void> => {
      for (;;) {
        const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 1 }));
        for (const { Body = "", ReceiptHandle } of Messages) {
          uncertain.add(Body);
          await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
          deleted.add(Body);
        }
      }
    };
    await Promise.allSettled([...Array.from({ length: senders }, send), remove()]);
    await killed;
    sqs.destroy();
  }
  await using server = await startServerProcess(folder.path);
  const left = await drain(client(server));
  const lost = [...acknowledged].filter((body) => !left.has(body) && !uncertain.has(body));
  const returned = [...deleted].filter((body) => left.has(body));
  assert.deepEqual({ lost, returned }, { lost: [], returned: [] });
  assert.ok(
    acknowledged.size >= rounds * 150 && deleted.size > 0,
    `${acknowledged.size} sent, ${deleted.size} deleted`,
  );
  assert.equal(await server.terminate(), 0);
});

async function drain(sqs: SQSClient): Promise<Set<string>> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "jobs" }));
  const left = new Set<string>();
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }),
    );
    if (Messages.length === 0) return left;
    for (const { Body = "" } of Messages) left.add(Body);
  }
}
