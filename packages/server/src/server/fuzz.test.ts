/**
 * Random and damaged requests against a whole server over a real socket: each is answered, none with a 500, and one that
 * is refused has changed nothing. `TUTTI_FUZZ_ROUNDS=100000` runs longer, `TUTTI_FUZZ_SEED=…` repeats a failure.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { SeededRandom } from "../kernel/random.ts";
import { parseAnswers, readAll } from "../protocol/http/testing.ts";
import { startServer } from "./tutti-server.ts";
import type { TuttiServer } from "./tutti-server.ts";

const rounds = Number(process.env["TUTTI_FUZZ_ROUNDS"] ?? 600);
const seed = Number(process.env["TUTTI_FUZZ_SEED"] ?? 1);
const random = new SeededRandom(seed);

const failures: string[] = [];
let server: TuttiServer;

before(async () => {
  server = await startServer({
    port: 0,
    host: "127.0.0.1",
    dataDirectory: undefined,
    clock: "virtual",
    logLevel: "error",
    writeLog: (line) => void failures.push(line),
    allowRemote: false,
    onFatal: (error) => {
      throw error;
    },
  });
  const answer = await exchange(jsonRequest("CreateQueue", { QueueName: "fuzz" }));
  assert.equal(answer?.status, 200);
  const fifo = { QueueName: "fuzz.fifo", Attributes: { FifoQueue: "true" } };
  assert.equal((await exchange(jsonRequest("CreateQueue", fifo)))?.status, 200);
});

after(() => server.stop());

function pick<Item>(items: readonly Item[]): Item {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

const operations = [
  "CreateQueue",
  "SendMessage",
  "SendMessageBatch",
  "SetQueueAttributes",
  "DeleteMessage",
  "TagQueue",
  "ListQueues",
  "ReceiveMessage",
  "ChangeMessageVisibility",
  "AddPermission",
  "RemovePermission",
  "StartMessageMoveTask",
  "ListMessageMoveTasks",
  "CancelMessageMoveTask",
];
const names = [
  "QueueName",
  "QueueUrl",
  "MessageBody",
  "Attributes",
  "MessageAttributes",
  "Entries",
  "DelaySeconds",
  "Tags",
  "__proto__",
  "constructor",
  "toString",
  "",
];
const texts = [
  "fuzz",
  "",
  "\u0000",
  "\ud800",
  "\u{1f600}",
  "../x",
  "%00",
  "__proto__",
  "x".repeat(3_000),
  "http://x/000000000000/fuzz",
  "-1",
  "1e999",
  "NaN",
];

function jsonValue(depth: number): unknown {
  switch (random.below(depth > 4 ? 6 : 9)) {
    case 0:
      return null;
    case 1:
      return pick([0, -1, 1.5, 1e21, -1e308, 2 ** 53, 2 ** 31]);
    case 2:
      return random.random() < 0.5;
    case 3:
    case 4:
    case 5:
      return pick(texts);
    case 6:
      return Array.from({ length: random.below(4) }, () => jsonValue(depth + 1));
    default:
      return jsonObject(depth + 1);
  }
}

function jsonObject(depth: number): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (let count = random.below(5); count > 0; count -= 1)
    Object.defineProperty(object, pick([...names, "DataType", "StringValue", "Id"]), {
      value: jsonValue(depth),
      enumerable: true,
      configurable: true,
    });
  return object;
}

function http(head: readonly string[], body: Buffer): Buffer {
  const lines = [...head, "host: 127.0.0.1", `content-length: ${body.length}`, "connection: close"];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), body]);
}

function jsonRequest(operation: string, input: unknown): Buffer {
  const head = ["POST / HTTP/1.1", "content-type: application/x-amz-json-1.0", `x-amz-target: AmazonSQS.${operation}`];
  return http(head, Buffer.from(JSON.stringify(input)));
}

const policies = [
  "",
  "{}",
  "[]",
  "null",
  '{"Statement":[]}',
  '{"Statement":{"Effect":"Allow","Principal":"*","Action":"sqs:*"}}',
  '{"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":[]},"NotAction":"*","Condition":{"StringLike":{"a":["*"]},"Null":{"b":1}}}}',
  '{"Statement":{"Effect":"Deny","Principal":{"__proto__":"x"},"Action":"*","Condition":{"IpAddress":{"aws:SourceIp":"1.2.3.4/99"}}}}',
  '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:fuzz","maxReceiveCount":1}',
  '{"deadLetterTargetArn":{},"maxReceiveCount":[]}',
];

function validInput(): Record<string, unknown> {
  const QueueUrl = `${server.url}/000000000000/fuzz`;
  return pick([
    { QueueUrl, MessageBody: "x", MessageAttributes: { a: { DataType: "String", StringValue: "b" } } },
    {
      QueueUrl,
      Entries: [
        { Id: "1", MessageBody: "x" },
        { Id: "2", MessageBody: "y", DelaySeconds: 1 },
      ],
    },
    { QueueUrl, Attributes: { DelaySeconds: "0", VisibilityTimeout: "30" } },
    { QueueUrl, ReceiptHandle: "x" },
    { QueueUrl, ReceiptHandle: "x", VisibilityTimeout: 1 },
    { QueueUrl, MessageBody: "x", MessageGroupId: "g", MessageDeduplicationId: "d" },
    {
      QueueUrl: `${server.url}/000000000000/fuzz.fifo`,
      MessageBody: "x",
      MessageGroupId: "g",
      MessageDeduplicationId: "d",
    },
    { QueueUrl, Attributes: { Policy: pick(policies), RedrivePolicy: pick(policies) } },
    { QueueUrl, Label: pick(["l", "m"]), AWSAccountIds: ["444455556666"], Actions: ["SendMessage"] },
    { SourceArn: "arn:aws:sqs:us-east-1:000000000000:fuzz", TaskHandle: pick(["x", "e30=", "bnVsbA=="]) },
    { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0, ReceiveRequestAttemptId: "a" },
    { QueueName: "fuzz" },
  ]);
}

function mutatedInput(): Record<string, unknown> {
  const input = validInput();
  for (let count = random.below(3); count > 0; count -= 1)
    input[pick(names.filter((name) => name !== "__proto__"))] = jsonValue(0);
  return input;
}

function queryRequest(): Buffer {
  const steps = [
    ...names,
    "Attribute",
    "MessageAttribute",
    "1",
    "0",
    "999999999",
    "Name",
    "Value",
    "member",
    "entry",
    "DataType",
  ];
  const pairs = [`Action=${pick([...operations, "Nope", "__proto__"])}`, pick(["Version=2012-11-05", "Version=1", ""])];
  if (random.random() < 0.5) pairs.push(`QueueUrl=${encodeURIComponent(`${server.url}/000000000000/fuzz`)}`);
  for (let count = random.below(12); count > 0; count -= 1) {
    const name = Array.from({ length: 1 + random.below(5) }, () => pick(steps)).join(".");
    pairs.push(
      `${name}=${pick([...texts.map((text) => encodeURIComponent(text.toWellFormed())), "%", "%ff", "+", "=&="])}`,
    );
  }
  const path = pick(["/", "/000000000000/fuzz", "/%zz", "/000000000000/none", "//"]);
  return http(
    [`POST ${path} HTTP/1.1`, "content-type: application/x-www-form-urlencoded"],
    Buffer.from(pairs.join("&")),
  );
}

function encodedRequest(): Buffer {
  const body = Buffer.from(JSON.stringify(mutatedInput()));
  const encoding = pick(["gzip", "aws-chunked", "br", "gzip, aws-chunked", "x", "gzip, gzip"]);
  const sent = pick([
    body,
    gzipSync(body),
    gzipSync(body).subarray(0, 20),
    Buffer.from(`${body.length.toString(16)}\r\n${body.toString()}\r\n0\r\n\r\n`),
  ]);
  return http(
    ["POST / HTTP/1.1", `x-amz-target: AmazonSQS.${pick(operations)}`, `content-encoding: ${encoding}`],
    sent,
  );
}

function damaged(request: Buffer): Buffer {
  const copy = Buffer.from(request);
  for (let count = 1 + random.below(8); count > 0; count -= 1) copy[random.below(copy.length)] = random.below(256);
  return random.random() < 0.2 ? copy.subarray(0, random.below(copy.length)) : copy;
}

function nextRequest(): Buffer {
  switch (random.below(7)) {
    case 0:
      return Buffer.from(Array.from({ length: random.below(300) }, () => random.below(256)));
    case 1:
      return jsonRequest(pick([...operations, "Nope"]), jsonValue(0));
    case 2:
    case 3:
      return jsonRequest(pick(operations), mutatedInput());
    case 4:
      return queryRequest();
    case 5:
      return encodedRequest();
    default:
      return damaged(random.random() < 0.5 ? jsonRequest(pick(operations), validInput()) : queryRequest());
  }
}

/** The first answer; undefined where the connection was closed without one. */
async function exchange(request: Buffer) {
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  await once(socket, "connect");
  socket.end(request);
  return parseAnswers(await readAll(socket))[0];
}

/** Rows written since the start: what a refused request must not raise. */
async function changes(): Promise<string> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return /^tutti_commit_operations_total (\d+)$/m.exec(text)?.[1] ?? assert.fail(text);
}

test(`${rounds} requests from seed ${seed}`, async () => {
  const seen = new Map<number, number>();
  let written = await changes();
  for (let round = 0; round < rounds; round += 1) {
    const request = nextRequest();
    const shown = `round ${round}, seed ${seed}: ${request.toString("latin1").slice(0, 2_000)}`;
    const answer = await exchange(request);
    const now = await changes();
    const status = answer?.status ?? 0;
    seen.set(status, (seen.get(status) ?? 0) + 1);
    assert.ok(status < 500, `${status} ${answer?.body}\n${shown}\n${failures.join("\n")}`);
    if (status !== 200) assert.equal(now, written, shown);
    written = now;
  }
  assert.deepEqual(failures, []);
  for (const status of [200, 400, 404]) assert.ok((seen.get(status) ?? 0) > rounds / 100, JSON.stringify([...seen]));
  assert.equal((await exchange(jsonRequest("GetQueueUrl", { QueueName: "fuzz" })))?.status, 200);
});
