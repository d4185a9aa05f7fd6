/** `kill -9` right after an answer, queue by queue: what was acknowledged stands after a restart. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import type { Message, ReceiveMessageCommandInput } from "@aws-sdk/client-sqs";
import { startServerProcess, temporaryFolder } from "../support/server-process.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { eventually } from "../support/sfn.ts";

const arnOf = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;

/** A server that is killed and started again over the same data, and a client for each of its lives. */
class Crashing implements AsyncDisposable {
  readonly #path: string;
  #server: ServerProcess;
  sqs: SQSClient;

  constructor(path: string, server: ServerProcess) {
    this.#path = path;
    this.#server = server;
    this.sqs = clientOf(server);
  }

  async crash(): Promise<void> {
    await this.#server.kill();
    this.sqs.destroy();
    this.#server = await startServerProcess(this.#path);
    this.sqs = clientOf(this.#server);
  }

  urlOf(name: string): string {
    return `${this.#server.url}/000000000000/${name}`;
  }

  async create(QueueName: string, Attributes: Record<string, string> = {}): Promise<void> {
    await this.sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  }

  async receive(name: string, options: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> {
    const input = { QueueUrl: this.urlOf(name), MaxNumberOfMessages: 10, ...options };
    return (await this.sqs.send(new ReceiveMessageCommand(input))).Messages ?? [];
  }

  async bodies(name: string, options: Partial<ReceiveMessageCommandInput> = {}): Promise<string[]> {
    return (await this.receive(name, options)).map(({ Body = "" }) => Body);
  }

  async sendMany(name: string, bodies: readonly string[]): Promise<void> {
    for (let first = 0; first < bodies.length; first += 10) {
      const Entries = bodies.slice(first, first + 10).map((MessageBody, index) => ({ Id: `${index}`, MessageBody }));
      await this.sqs.send(new SendMessageBatchCommand({ QueueUrl: this.urlOf(name), Entries }));
    }
  }

  /** What is in a queue, whatever state it is in. */
  async contents(name: string): Promise<{ Body: string; State: string }[]> {
    const query = new URLSearchParams({ QueueUrl: this.urlOf(name), MaxResults: "1000" });
    const page = await fetch(`${this.#server.url}/_tutti/sqs/messages?${query.toString()}`);
    return ((await page.json()) as { Messages: { Body: string; State: string }[] }).Messages;
  }

  async stop(): Promise<void> {
    this.sqs.destroy();
    assert.equal(await this.#server.terminate(), 0);
  }

  /** Leaves no process behind where a test has failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.sqs.destroy();
    await this.#server.kill();
  }
}

function clientOf({ url }: ServerProcess): SQSClient {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  return new SQSClient({ endpoint: url, region: "us-east-1", credentials, maxAttempts: 1 });
}

function crashTest(name: string, run: (server: Crashing) => Promise<void>): void {
  test(name, { timeout: 120_000 }, async () => {
    await using folder = await temporaryFolder();
    await using server = new Crashing(folder.path, await startServerProcess(folder.path));
    await run(server);
    await server.stop();
  });
}

crashTest("a change of visibility stands: longer keeps it hidden, zero makes it visible", async (server) => {
  await server.create("jobs", { VisibilityTimeout: "1" });
  await server.sendMany("jobs", ["hidden", "shown"]);
  const [hidden, shown] = await server.receive("jobs");
  const change = async (message: Message | undefined, VisibilityTimeout: number): Promise<void> => {
    const input = { QueueUrl: server.urlOf("jobs"), ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout };
    await server.sqs.send(new ChangeMessageVisibilityCommand(input));
  };
  await change(hidden, 600);
  await server.crash();
  await change(shown, 0);
  await server.crash();
  assert.deepEqual(
    (await server.contents("jobs")).map(({ Body, State }) => [Body, State]),
    [
      ["hidden", "inFlight"],
      ["shown", "visible"],
    ],
  );
  assert.deepEqual(await server.bodies("jobs"), ["shown"]);
});

crashTest("a FIFO queue keeps its groups locked, its order, its deduplication ids and its numbers", async (server) => {
  await server.create("orders.fifo", { FifoQueue: "true", VisibilityTimeout: "600" });
  const send = (body: string) => {
    const ids = { MessageGroupId: body.slice(0, 1), MessageDeduplicationId: body };
    return server.sqs.send(
      new SendMessageCommand({ QueueUrl: server.urlOf("orders.fifo"), MessageBody: body, ...ids }),
    );
  };
  const sent = [];
  for (const body of ["a1", "a2", "b1", "a3", "b2"]) sent.push(await send(body));
  const [first, second] = await server.receive("orders.fifo", { MaxNumberOfMessages: 2 });
  assert.deepEqual([first?.Body, second?.Body], ["a1", "a2"]);
  await server.crash();
  // Nobody else gets anything of group a, and the handles still hold.
  const [third, fourth] = await server.receive("orders.fifo");
  assert.deepEqual([third?.Body, fourth?.Body], ["b1", "b2"]);
  for (const message of [first, third]) {
    const input = { QueueUrl: server.urlOf("orders.fifo"), ReceiptHandle: message?.ReceiptHandle };
    await server.sqs.send(new DeleteMessageCommand(input));
  }
  await server.crash();
  assert.deepEqual(await server.bodies("orders.fifo"), []);
  // Sent again, also what was deleted meanwhile: acknowledged as it was, and not there again.
  const again = await send("a1");
  assert.deepEqual([again.MessageId, again.SequenceNumber], [sent[0]?.MessageId, sent[0]?.SequenceNumber]);
  const later = await send("a4");
  assert.ok(BigInt(later.SequenceNumber ?? 0) > BigInt(sent[4]?.SequenceNumber ?? 0));
  const input = { QueueUrl: server.urlOf("orders.fifo"), ReceiptHandle: second?.ReceiptHandle, VisibilityTimeout: 0 };
  await server.sqs.send(new ChangeMessageVisibilityCommand(input));
  await server.crash();
  assert.deepEqual(await server.bodies("orders.fifo"), ["a2", "a3", "a4"]);
});

crashTest("dead letters are in one of the two queues, never in both or neither", async (server) => {
  await server.create("dead");
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf("dead"), maxReceiveCount: 1 });
  await server.create("jobs", { RedrivePolicy, VisibilityTimeout: "0" });
  const bodies = Array.from({ length: 100 }, (_, index) => `job ${index}`);
  await server.sendMany("jobs", bodies);
  for (let round = 0; round < 3; round += 1) {
    // Every receive but the first of a message moves it; the process dies among them.
    const receives = Array.from({ length: 8 }, () => server.receive("jobs").catch(() => undefined));
    await receives[3];
    await server.crash();
    await Promise.all(receives);
    const all = [...(await server.contents("jobs")), ...(await server.contents("dead"))].map(({ Body }) => Body);
    assert.deepEqual(all.toSorted(), bodies.toSorted());
  }
  assert.ok((await server.contents("dead")).length > 0);
});

crashTest("a move task goes on, moves every message once and says how many", async (server) => {
  await server.create("dead");
  await server.create("jobs", {
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf("dead"), maxReceiveCount: 1 }),
  });
  const bodies = Array.from({ length: 120 }, (_, index) => `job ${index}`);
  await server.sendMany("dead", bodies);
  const DestinationArn = arnOf("jobs");
  const start = { SourceArn: arnOf("dead"), DestinationArn, MaxNumberOfMessagesPerSecond: 50 };
  await server.sqs.send(new StartMessageMoveTaskCommand(start));
  const task = async () => {
    const { Results = [] } = await server.sqs.send(new ListMessageMoveTasksCommand({ SourceArn: arnOf("dead") }));
    return Results[0];
  };
  const moved = async (count: number): Promise<void> => {
    const hasMoved = async () => (((await task())?.ApproximateNumberOfMessagesMoved ?? 0) >= count ? true : undefined);
    await eventually(hasMoved, `${count} messages moved`);
  };
  for (const count of [20, 60]) {
    await moved(count);
    await server.crash();
    const there = [...(await server.contents("jobs")), ...(await server.contents("dead"))].map(({ Body }) => Body);
    // A step may fall between the two looks; what it moved is seen in the first queue, the second, or in none.
    assert.equal(new Set(there).size, there.length);
  }
  await moved(bodies.length);
  await eventually(async () => ((await task())?.Status === "COMPLETED" ? true : undefined), "the end of the task");
  assert.equal((await task())?.ApproximateNumberOfMessagesMoved, bodies.length);
  assert.deepEqual((await server.contents("jobs")).map(({ Body }) => Body).toSorted(), bodies.toSorted());
  assert.deepEqual(await server.contents("dead"), []);
});
