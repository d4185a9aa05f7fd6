import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { describe, test } from "node:test";
import { attributesMd5 } from "./message-attributes.ts";
import { assertRefused, bodies, createQueue, receive, startSqs } from "./testing/sqs-bench.ts";

const invalid = "InvalidParameterValueException";

async function withQueue(attributes: Record<string, string> = {}) {
  const sqs = await startSqs();
  const QueueUrl = await createQueue(sqs, "queue", attributes);
  return { sqs, QueueUrl, send: (input: object) => sqs.run("SendMessage", { QueueUrl, MessageBody: "x", ...input }) };
}

const text = (StringValue: string, DataType = "String") => ({ DataType, StringValue });

describe("MD5 of attributes, as AWS has answered", () => {
  const goldens: [string, Record<string, { DataType: string; StringValue: string }>][] = [
    ["adb59cd4678ea5a855436b949cd07ab6", { MyAttribute: text("foobar") }],
    ["d302007e9aa062660afc85fd0a482472", { attr1: text("99.12", "Number") }],
    ["fca026605781cb4126a1e9044df24232", { Hello: text("There"), General: text("Kenobi") }],
    [
      "5ae4d5d7636402d80f4eb6d213245a88",
      { AWSTraceHeader: text("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1") },
    ],
  ];
  for (const [md5, attributes] of goldens)
    test(Object.keys(attributes).join(), () => assert.equal(attributesMd5(attributes), md5));

  test("binary values count as their bytes, by the published algorithm", () => {
    const field = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
    const expected = hash(
      "md5",
      Buffer.concat([
        field(Buffer.from("b")),
        field(Buffer.from("Binary.png")),
        Buffer.from([2]),
        field(Buffer.from([0, 255])),
      ]),
    );
    assert.equal(
      attributesMd5({ b: { DataType: "Binary.png", BinaryValue: Buffer.from([0, 255]).toString("base64") } }),
      expected,
    );
  });
});

describe("SendMessage", () => {
  test("answers with an id and digests, those of attributes only where there are some", async () => {
    const { send } = await withQueue();
    const plain = await send({ MessageBody: "hello" });
    assert.deepEqual(Object.keys(plain).toSorted(), ["MD5OfMessageBody", "MessageId"]);
    assert.equal(plain.MD5OfMessageBody, "5d41402abc4b2a76b9719d911017c592");
    const trace = text("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1");
    const full = await send({
      MessageAttributes: { MyAttribute: text("foobar") },
      MessageSystemAttributes: { AWSTraceHeader: trace },
    });
    assert.equal(full.MD5OfMessageAttributes, "adb59cd4678ea5a855436b949cd07ab6");
    assert.equal(full.MD5OfMessageSystemAttributes, "5ae4d5d7636402d80f4eb6d213245a88");
  });

  test("the trace header comes from the request when the message has none", async () => {
    const { sqs, QueueUrl } = await withQueue();
    const header = (name: string) => (name === "x-amzn-trace-id" ? "Root=1" : undefined);
    await sqs.run("SendMessage", { QueueUrl, MessageBody: "x" }, { header });
    await sqs.run(
      "SendMessage",
      { QueueUrl, MessageBody: "x", MessageSystemAttributes: { AWSTraceHeader: text("Root=2") } },
      { header },
    );
    const messages = await receive(sqs, QueueUrl, { MessageSystemAttributeNames: ["AWSTraceHeader"] });
    assert.deepEqual(
      messages.map(({ Attributes }) => Attributes),
      [{ AWSTraceHeader: "Root=1" }, { AWSTraceHeader: "Root=2" }],
    );
  });

  test("bodies hold XML's characters and no others", async () => {
    const { sqs, QueueUrl, send } = await withQueue();
    const good = "\t\n\r \ud7ff\ue000\ufffd\u{10000}\u{10ffff}";
    await send({ MessageBody: good });
    assert.deepEqual(await bodies(sqs, QueueUrl), [good]);
    for (const bad of ["\u0000", "\u0008", "\u000b", "\u001f", "\ufffe", "\uffff", "\ud800", "a\udc00"]) {
      const name = `#x${bad
        .charCodeAt(bad.length - 1)
        .toString(16)
        .toUpperCase()}`;
      const words = `Invalid binary character '${name}' was found in the message body, the set of allowed characters is #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF].`;
      await assertRefused(send({ MessageBody: bad }), "InvalidMessageContents", words);
    }
    await assertRefused(
      send({ MessageBody: "" }),
      "MissingRequiredParameterException",
      "The request must contain the parameter MessageBody.",
    );
  });

  test("the queue's limit counts bytes of body and attributes, not of system attributes", async () => {
    const { send } = await withQueue({ MaximumMessageSize: "1024" });
    const tooLong = "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.";
    await send({ MessageBody: "x".repeat(1024), MessageSystemAttributes: { AWSTraceHeader: text("Root=1") } });
    await assertRefused(send({ MessageBody: "x".repeat(1025) }), invalid, tooLong);
    await assertRefused(send({ MessageBody: "ü".repeat(513) }), invalid, tooLong);
    // Name (1), type (6) and value (1) make 8 bytes; a binary value counts its bytes, not its base64.
    await send({ MessageBody: "x".repeat(1016), MessageAttributes: { a: text("1") } });
    await assertRefused(send({ MessageBody: "x".repeat(1017), MessageAttributes: { a: text("1") } }), invalid, tooLong);
    await send({
      MessageBody: "x".repeat(1014),
      MessageAttributes: { a: { DataType: "Binary", BinaryValue: new Uint8Array(3) } },
    });
  });

  test("message attributes that break a rule are refused in AWS's words", async () => {
    const { sqs, QueueUrl, send } = await withQueue();
    const reserved = /^You can't use message attribute names beginning with 'AWS\.' or 'Amazon\.'/;
    const type = (given: string) =>
      `Type for parameter MessageAttributes.Attribute_name.DataType must be prefixedwith "String", "Binary", or "Number", but was: ${given}`;
    const cases: [Record<string, object>, string | RegExp][] = [
      [{ X: text("") }, "Message (user) attribute 'X' must contain a non-empty value of type 'String'."],
      [
        { X: { DataType: "Binary", BinaryValue: new Uint8Array() } },
        "Message (user) attribute 'X' must contain a non-empty value of type 'Binary'.",
      ],
      [{ ["x".repeat(257)]: text("1") }, "Message (user) attribute names must be shorter than 256 Bytes"],
      [{ "AWS.x": text("1") }, reserved],
      [{ "amazon.x": text("1") }, reserved],
      [{ ".x": text("1") }, reserved],
      [{ "x.": text("1") }, reserved],
      [{ "x..y": text("1") }, /invalid characters/],
      [{ "x y": text("1") }, /invalid characters/],
      [{ X: text("1", "Strange") }, type("Strange")],
      [{ X: text("1", "Stringy.x") }, type("Stringy.x")],
      [{ X: text("\u0000") }, /invalid characters/],
      [{ X: text("one", "Number") }, "Can't cast the value of message (user) attribute 'X' to a number."],
      [
        { X: { DataType: "String", StringValue: "x", StringListValues: ["x"] } },
        /list values in SendMessage operation are not supported/,
      ],
      [
        Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`a${index}`, text("1")])),
        "Number of message attributes [11] exceeds the allowed maximum [10].",
      ],
    ];
    for (const [MessageAttributes, message] of cases)
      await assertRefused(send({ MessageAttributes }), invalid, message);
    assert.deepEqual(await receive(sqs, QueueUrl), []);
    await send({ MessageAttributes: { ["x".repeat(256)]: text("1", "String.label"), "a.b-c_é": text("1") } });
  });

  test("numbers have at most 38 digits and go from 10^-128 to 10^126", async () => {
    const { send } = await withQueue();
    const number = (value: string) => send({ MessageAttributes: { n: text(value, "Number") } });
    for (const good of [
      "0",
      "-0.0",
      "1",
      "+1.",
      ".5",
      "1e126",
      "1e-128",
      "9".repeat(38),
      `000${"9".repeat(38)}000`,
      "9.9E125",
      "0e999999",
    ])
      assert.ok(await number(good), good);
    for (const bad of [
      "",
      "-",
      ".",
      "1e",
      "1 ",
      "0x1",
      "1e127",
      "1.1e126",
      "9e-129",
      "9".repeat(39),
      "1e9999999",
      "NaN",
    ])
      await assertRefused(number(bad), invalid, /'n'/);
  });

  test("a number as long as a message may be is refused without delay", async () => {
    const { send } = await withQueue();
    // Patterns that backtrack would take hours for these.
    for (const value of [`${"1".repeat(1_000_000)}x`, `${"0".repeat(1_000_000)}.${"0".repeat(40_000)}x`]) {
      await assertRefused(send({ MessageAttributes: { n: text(value, "Number") } }), invalid, /Can't cast/);
    }
  });

  test("parameters out of range or of FIFO queues are refused", async () => {
    const { send } = await withQueue();
    for (const DelaySeconds of [-1, 901])
      await assertRefused(
        send({ DelaySeconds }),
        invalid,
        new RegExp(`^Value ${DelaySeconds} for parameter DelaySeconds is invalid\\. Reason: `),
      );
    const dedup =
      "Value d for parameter MessageDeduplicationId is invalid. Reason: The request includes a parameter that is not valid for this queue type.";
    await assertRefused(send({ MessageDeduplicationId: "d" }), invalid, dedup);
    for (const group of ["", "a b", "x".repeat(129), "ü"]) {
      const message = `Value ${group} for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.`;
      await assertRefused(send({ MessageGroupId: group }), invalid, message);
    }
    await send({ MessageGroupId: "aZ09!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~" });
    await assertRefused(send({ MessageSystemAttributes: { Other: text("x") } }), invalid, /Other/);
    const binary = { AWSTraceHeader: { DataType: "Binary", BinaryValue: Uint8Array.of(1) } };
    await assertRefused(send({ MessageSystemAttributes: binary }), invalid, /AWSTraceHeader/);
  });
});

describe("batches", () => {
  const kinds: [operation: string, entry: string, member: object][] = [
    ["SendMessageBatch", "SendMessageBatchRequestEntry", { MessageBody: "x" }],
    ["DeleteMessageBatch", "DeleteMessageBatchRequestEntry", { ReceiptHandle: "x" }],
    [
      "ChangeMessageVisibilityBatch",
      "ChangeMessageVisibilityBatchRequestEntry",
      { ReceiptHandle: "x", VisibilityTimeout: 1 },
    ],
  ];
  for (const [operation, entry, member] of kinds) {
    test(`${operation} is refused whole for its entries' number and ids`, async () => {
      const { sqs, QueueUrl } = await withQueue();
      const run = (ids: string[]) => sqs.run(operation, { QueueUrl, Entries: ids.map((Id) => ({ Id, ...member })) });
      await assertRefused(run([]), "EmptyBatchRequest", `There should be at least one ${entry} in the request.`);
      const many = Array.from({ length: 20 }, (_, index) => `id_${index}`);
      await assertRefused(
        run(many),
        "TooManyEntriesInBatchRequest",
        "Maximum number of entries per request are 10. You have sent 20.",
      );
      await assertRefused(run(["id_1", "id_2", "id_2"]), "BatchEntryIdsNotDistinct", "Id id_2 repeated.");
      const badId =
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.";
      for (const id of ["", "a b", "x".repeat(81)]) await assertRefused(run([id]), "InvalidBatchEntryId", badId);
      assert.deepEqual(await receive(sqs, QueueUrl), []);
    });
  }

  test("the sum of all messages has a limit, and a refused batch leaves nothing", async () => {
    const { sqs, QueueUrl } = await withQueue();
    const half = 524_288;
    const run = (second: number) =>
      sqs.run("SendMessageBatch", {
        QueueUrl,
        Entries: [half, second].map((length, index) => ({ Id: `${index}`, MessageBody: "x".repeat(length) })),
      });
    await assertRefused(
      run(half + 1),
      "BatchRequestTooLong",
      "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.",
    );
    assert.deepEqual(await receive(sqs, QueueUrl), []);
    assert.equal((await run(half)).Successful?.length, 2);
  });

  test("an entry fails alone, whatever is wrong with it", async () => {
    const { sqs, QueueUrl } = await withQueue({ MaximumMessageSize: "1024" });
    const Entries = [
      { Id: "good", MessageBody: "good", MessageAttributes: { MyAttribute: text("foobar") } },
      { Id: "long", MessageBody: "x".repeat(1025) },
      { Id: "attribute", MessageBody: "x", MessageAttributes: { X: text("") } },
      { Id: "characters", MessageBody: "\u0000" },
      { Id: "delay", MessageBody: "x", DelaySeconds: 901 },
      { Id: "last", MessageBody: "last" },
    ];
    const { Successful = [], Failed = [] } = await sqs.run("SendMessageBatch", { QueueUrl, Entries });
    assert.deepEqual(
      Successful.map(({ Id, MD5OfMessageAttributes }) => [Id, MD5OfMessageAttributes]),
      [
        ["good", "adb59cd4678ea5a855436b949cd07ab6"],
        ["last", undefined],
      ],
    );
    assert.deepEqual(
      Failed.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault]),
      [
        ["long", "InvalidParameterValue", true],
        ["attribute", "InvalidParameterValue", true],
        ["characters", "InvalidMessageContents", true],
        ["delay", "InvalidParameterValue", true],
      ],
    );
    assert.equal(
      Failed[0]?.Message,
      "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.",
    );
    assert.deepEqual(await bodies(sqs, QueueUrl), ["good", "last"]);
  });

  // AWS's answer: https://github.com/aws/aws-sdk-js/issues/3187
  test("what the kind of queue has not fails an entry in shorter words", async () => {
    const sqs = await startSqs();
    const fifo = await createQueue(sqs, "q.fifo", { FifoQueue: "true", ContentBasedDeduplication: "true" });
    const standard = await createQueue(sqs, "q");
    const messageOf = async (QueueUrl: string, entry: object) => {
      const Entries = [{ Id: "a", MessageBody: "x", ...entry }];
      const { Failed = [] } = await sqs.run("SendMessageBatch", { QueueUrl, Entries });
      return Failed.map(({ Code, Message }) => `${Code}: ${Message}`);
    };
    assert.deepEqual(await messageOf(fifo, { MessageGroupId: "g", DelaySeconds: 1 }), [
      "InvalidParameterValue: The request include parameter that is not valid for this queue type",
    ]);
    assert.deepEqual(await messageOf(standard, { MessageDeduplicationId: "d" }), [
      "InvalidParameterValue: The request includes a parameter that is not valid for this queue type",
    ]);
  });

  test("answers name only what there is", async () => {
    const { sqs, QueueUrl } = await withQueue();
    const good = await sqs.run("SendMessageBatch", { QueueUrl, Entries: [{ Id: "a", MessageBody: "x" }] });
    assert.deepEqual(Object.keys(good), ["Successful"]);
    const bad = await sqs.run("DeleteMessageBatch", { QueueUrl, Entries: [{ Id: "a", ReceiptHandle: "garbage" }] });
    assert.deepEqual(bad, {
      Failed: [
        {
          Id: "a",
          SenderFault: true,
          Code: "ReceiptHandleIsInvalid",
          Message: 'The input receipt handle "garbage" is not a valid receipt handle.',
        },
      ],
    });
  });
});
