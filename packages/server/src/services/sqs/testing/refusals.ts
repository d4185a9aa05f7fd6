/** A request for every refusal of SQS, each named by what it is refused for. */
import assert from "node:assert/strict";
import { limits } from "../limits.ts";
import { createQueue, receive } from "./sqs-bench.ts";
import type { SqsBench } from "./sqs-bench.ts";

type Refused = (sqs: SqsBench) => Promise<unknown>;

const other = { account: "444455556666" };
const q = "http://host:4566/111122223333/q";
const fifo = "http://host:4566/111122223333/q.fifo";
const deadUrl = "http://host:4566/111122223333/dead";
export const arnOf = (name: string, account = "111122223333"): string => `arn:aws:sqs:eu-west-1:${account}:${name}`;
const statement = { Effect: "Allow", Principal: "*", Action: "sqs:*", Resource: "*" };
const policy = (...statements: object[]): string => JSON.stringify({ Version: "2012-10-17", Statement: statements });
const many = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index));
const text = (StringValue: string, DataType = "String") => ({ DataType, StringValue });
const redrive = (deadLetterTargetArn: unknown, maxReceiveCount: unknown = 1): string =>
  JSON.stringify({ deadLetterTargetArn, maxReceiveCount });

const send =
  (input: object, QueueUrl = q): Refused =>
  (sqs) =>
    sqs.run("SendMessage", { QueueUrl, MessageBody: "x", ...input });
const sendFifo = (input: object): Refused => send(input, fifo);
const attribute = (attributes: object): Refused => send({ MessageAttributes: attributes });
const set =
  (Attributes: object, QueueUrl = q): Refused =>
  (sqs) =>
    sqs.run("SetQueueAttributes", { QueueUrl, Attributes });
const ask =
  (input: object, QueueUrl = q): Refused =>
  (sqs) =>
    sqs.run("ReceiveMessage", { QueueUrl, ...input });
const batch =
  (...Entries: object[]): Refused =>
  (sqs) =>
    sqs.run("SendMessageBatch", { QueueUrl: q, Entries });
const make =
  (QueueName: string, Attributes: object = {}): Refused =>
  (sqs) =>
    sqs.run("CreateQueue", { QueueName, Attributes });
const run =
  (operation: string, input: object, overrides: object = {}): Refused =>
  (sqs) =>
    sqs.run(operation, input, overrides);
const permit = (input: object): Refused =>
  run("AddPermission", {
    QueueUrl: q,
    Label: "l",
    AWSAccountIds: ["444455556666"],
    Actions: ["SendMessage"],
    ...input,
  });

/** The queues the requests are about: two standard ones, one FIFO, one whose dead letters go to `dead`. */
export async function prepare(sqs: SqsBench): Promise<void> {
  await createQueue(sqs, "q", { MaximumMessageSize: "1048576" });
  await createQueue(sqs, "q.fifo", { FifoQueue: "true" });
  await createQueue(sqs, "dead");
  await createQueue(sqs, "closed", { RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
  await createQueue(sqs, "source", { RedrivePolicy: redrive(arnOf("dead")) });
  await createQueue(sqs, "theirs", {}, other);
}

async function handleOf(sqs: SqsBench, QueueUrl: string, ids: object = {}, options: object = {}): Promise<string> {
  await sqs.run("SendMessage", { QueueUrl, MessageBody: "x", ...ids });
  const [{ ReceiptHandle } = {}] = await receive(sqs, QueueUrl, options);
  assert.ok(ReceiptHandle !== undefined);
  return ReceiptHandle;
}

const group = { MessageGroupId: "g", MessageDeduplicationId: "d" };
const task = { SourceArn: arnOf("dead") };

export const refusals: Readonly<Record<string, Refused>> = {
  "an account without permission": run("SendMessage", { QueueUrl: q, MessageBody: "x" }, other),
  "an explicit deny": async (sqs) => {
    await set({ Policy: policy({ ...statement, Effect: "Deny" }) })(sqs);
    return send({})(sqs);
  },
  "two entries of one id": batch({ Id: "a", MessageBody: "x" }, { Id: "a", MessageBody: "x" }),
  "a batch too long": batch(
    ...many(2, (id) => ({ Id: `${id}`, MessageBody: "x".repeat(limits.batchBytesMax / 2 + 1) })),
  ),
  "an empty batch": batch(),
  "too many entries": batch(...many(11, (id) => ({ Id: `${id}`, MessageBody: "x" }))),
  "an entry id that is none": batch({ Id: "a b", MessageBody: "x" }),
  "an unknown attribute": set({ Colour: "red" }),
  "an attribute for FIFO queues": set({ DeduplicationScope: "queue" }),
  "two kinds of encryption": make("new", { KmsMasterKeyId: "k", SqsManagedSseEnabled: "true" }),
  "an attribute out of range": set({ VisibilityTimeout: "43201" }),
  "a queue type that changes": set({ FifoQueue: "false" }, fifo),
  "throughput without its scope": set({ FifoThroughputLimit: "perMessageGroupId" }, fifo),
  "a malformed RedriveAllowPolicy": set({ RedriveAllowPolicy: "{}" }),
  "an invalid character": send({ MessageBody: "\u0007" }),
  "a bad name": make("a b"),
  "a bad FIFO name": make("a", { FifoQueue: "true" }),
  "a batch without group": (sqs) =>
    sqs.run("SendMessageBatch", { QueueUrl: fifo, Entries: [{ Id: "1", MessageBody: "x" }] }),
  "no deduplication id": sendFifo({ MessageGroupId: "g" }),
  "a message too long": async (sqs) => {
    await set({ MaximumMessageSize: "1024" })(sqs);
    return send({ MessageBody: "x".repeat(1025) })(sqs);
  },
  "too many attributes": attribute(Object.fromEntries(many(11, (index) => [`a${index}`, text("1")]))),
  "an attribute without a name": attribute({ "": text("1") }),
  "a long attribute name": attribute({ ["x".repeat(257)]: text("1") }),
  "a reserved attribute name": attribute({ "AWS.x": text("1") }),
  "an attribute name with a space": attribute({ "a b": text("1") }),
  "an attribute of no type": attribute({ a: { StringValue: "1" } }),
  "an attribute of a strange type": attribute({ a: text("1", "Strange") }),
  "an attribute type with invalid characters": attribute({ a: text("1", "String.\u0007") }),
  "an attribute without value": attribute({ a: text("") }),
  "an attribute of two values": attribute({ a: { ...text("1"), BinaryValue: Uint8Array.of(1) } }),
  "an attribute with invalid characters": attribute({ a: text("\u0007") }),
  "an attribute with a list": attribute({ a: { ...text("1"), StringListValues: ["1"] } }),
  "an attribute that is no number": attribute({ a: text("one", "Number") }),
  "an unknown system attribute": send({ MessageSystemAttributes: { Other: text("1") } }),
  "a system attribute of another type": send({ MessageSystemAttributes: { AWSTraceHeader: text("1", "Number") } }),
  "a delay out of range": send({ DelaySeconds: 901 }),
  "a delay on a FIFO queue": sendFifo({ ...group, DelaySeconds: 1 }),
  "a deduplication id on a standard queue": send({ MessageDeduplicationId: "d" }),
  "a bad group id": sendFifo({ ...group, MessageGroupId: "a b" }),
  "an attempt on a standard queue": ask({ ReceiveRequestAttemptId: "a" }),
  "an attempt whose message has changed": async (sqs) => {
    const ReceiptHandle = await handleOf(sqs, fifo, group, { ReceiveRequestAttemptId: "a" });
    await sqs.run("ChangeMessageVisibility", { QueueUrl: fifo, ReceiptHandle, VisibilityTimeout: 60 });
    return ask({ ReceiveRequestAttemptId: "a" }, fifo)(sqs);
  },
  "too many messages asked for": ask({ MaxNumberOfMessages: 11 }),
  "too long a wait": ask({ WaitTimeSeconds: 21 }),
  "a visibility timeout out of range": ask({ VisibilityTimeout: 43_201 }),
  "a visibility change out of range": run("ChangeMessageVisibility", {
    QueueUrl: q,
    ReceiptHandle: "x",
    VisibilityTimeout: 43_201,
  }),
  "a visibility timeout too long in all": async (sqs) => {
    const ReceiptHandle = await handleOf(sqs, q);
    await sqs.advance(1);
    return sqs.run("ChangeMessageVisibility", { QueueUrl: q, ReceiptHandle, VisibilityTimeout: 43_200 });
  },
  "a visibility change of a deleted message": async (sqs) => {
    const ReceiptHandle = await handleOf(sqs, q);
    await sqs.run("DeleteMessage", { QueueUrl: q, ReceiptHandle });
    return sqs.run("ChangeMessageVisibility", { QueueUrl: q, ReceiptHandle, VisibilityTimeout: 1 });
  },
  "an expired handle": async (sqs) => {
    const ReceiptHandle = await handleOf(sqs, fifo, group, { VisibilityTimeout: 0 });
    return sqs.run("DeleteMessage", { QueueUrl: fifo, ReceiptHandle });
  },
  "a page too long": run("ListQueues", { MaxResults: 1001 }),
  "a token that is none": run("ListQueues", { MaxResults: 1, NextToken: "%" }),
  "a RedrivePolicy that is no object": set({ RedrivePolicy: "[]" }),
  "a RedrivePolicy without count": set({ RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf("dead") }) }),
  "a receive count out of range": set({ RedrivePolicy: redrive(arnOf("dead"), 1001) }),
  "a dead-letter queue there is not": set({ RedrivePolicy: redrive(arnOf("none")) }),
  "someone else's dead-letter queue": set({ RedrivePolicy: redrive(arnOf("theirs", other.account)) }),
  "a dead-letter queue of another type": set({ RedrivePolicy: redrive(arnOf("q.fifo")) }),
  "a dead-letter queue that does not allow it": set({ RedrivePolicy: redrive(arnOf("closed")) }),
  "a task from a queue for no dead letters": run("StartMessageMoveTask", { SourceArn: arnOf("q") }),
  "a task from no ARN": run("StartMessageMoveTask", { SourceArn: "dead" }),
  "a task too fast": run("StartMessageMoveTask", { ...task, MaxNumberOfMessagesPerSecond: 501 }),
  "a task to its source": run("StartMessageMoveTask", { ...task, DestinationArn: arnOf("dead") }),
  "a task to a queue of another type": run("StartMessageMoveTask", { ...task, DestinationArn: arnOf("q.fifo") }),
  "a second task": async (sqs) => {
    await sqs.run("SendMessage", { QueueUrl: deadUrl, MessageBody: "x" });
    await sqs.run("StartMessageMoveTask", { ...task, MaxNumberOfMessagesPerSecond: 1 });
    return sqs.run("StartMessageMoveTask", task);
  },
  "too many tasks asked for": run("ListMessageMoveTasks", { ...task, MaxResults: 11 }),
  "a task handle that is none": run("CancelMessageMoveTask", { TaskHandle: "x" }),
  "a label there is": async (sqs) => (await permit({})(sqs), permit({})(sqs)),
  "a label there is not": run("RemovePermission", { QueueUrl: q, Label: "l" }),
  "a bad label": permit({ Label: "a b" }),
  "no account": permit({ AWSAccountIds: [] }),
  "an action of the owner": permit({ Actions: ["RemovePermission"] }),
  "an action there is not": permit({ Actions: ["Fly"] }),
  "too many actions": permit({ Actions: many(8, () => "SendMessage") }),
  "too many tags": run("TagQueue", { QueueUrl: q, Tags: Object.fromEntries(many(51, (index) => [`${index}`, ""])) }),
  "a tag key too long": run("TagQueue", { QueueUrl: q, Tags: { ["x".repeat(129)]: "" } }),
  "a tag value too long": run("TagQueue", { QueueUrl: q, Tags: { a: "x".repeat(257) } }),
  "a reserved tag": run("TagQueue", { QueueUrl: q, Tags: { "aws:team": "x" } }),
  "a tag with a character no tag may have": run("TagQueue", { QueueUrl: q, Tags: { team: "x!" } }),
  "no body": send({ MessageBody: "" }),
  "a policy too long": set({ Policy: policy(statement).padEnd(limits.policyBytesMax + 1) }),
  "a statement with too many actions": set({ Policy: policy({ ...statement, Action: many(8, () => "sqs:*") }) }),
  "a policy with too many statements": set({ Policy: policy(...many(21, () => statement)) }),
  "a purge too soon": async (sqs) => (
    await run("PurgeQueue", { QueueUrl: q })(sqs),
    run("PurgeQueue", { QueueUrl: q })(sqs)
  ),
  "a name of a deleted queue": async (sqs) => (await run("DeleteQueue", { QueueUrl: q })(sqs), make("q")(sqs)),
  "a queue there is not": send({}, "http://host:4566/111122223333/none"),
  "a queue there is already": make("q", { DelaySeconds: "1" }),
  "a handle that is none": run("DeleteMessage", { QueueUrl: q, ReceiptHandle: "garbage" }),
  "a task from nowhere": run("StartMessageMoveTask", { SourceArn: arnOf("none") }),
  "a task nobody started": run("CancelMessageMoveTask", {
    TaskHandle: Buffer.from(JSON.stringify({ taskId: "x", sourceArn: arnOf("dead") })).toString("base64"),
  }),
  "a task that has ended": async (sqs) => {
    const { TaskHandle } = (await sqs.run("StartMessageMoveTask", task)) as { TaskHandle?: string };
    await sqs.kernel.settle();
    await sqs.advance(1);
    return sqs.run("CancelMessageMoveTask", { TaskHandle });
  },
  "more tasks than an account may have": async (sqs) => {
    for (let number = 0; number <= limits.moveTasksActiveMax; number += 1) {
      const QueueUrl = await createQueue(sqs, `dead-${number}`);
      const SourceArn = arnOf(`dead-${number}`);
      await createQueue(sqs, `source-${number}`, { RedrivePolicy: redrive(SourceArn) });
      const Entries = many(2, (id) => ({ Id: `${id}`, MessageBody: "x" }));
      await sqs.run("SendMessageBatch", { QueueUrl, Entries });
      await sqs.run("StartMessageMoveTask", { SourceArn, DestinationArn: arnOf("q"), MaxNumberOfMessagesPerSecond: 1 });
    }
    return undefined;
  },
  "more in flight than may be": async (sqs) => {
    const Entries = many(10, (id) => ({ Id: `${id}`, MessageBody: "x" }));
    for (let sent = 0; sent < limits.inFlightMax; sent += 10) {
      await sqs.run("SendMessageBatch", { QueueUrl: q, Entries });
      await receive(sqs, q);
    }
    await send({})(sqs);
    return ask({})(sqs);
  },
};
