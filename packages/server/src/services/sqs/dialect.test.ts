import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { jsonEncoder } from "../../protocol/codec/json-codec.ts";
import { readModelTable } from "../../protocol/model/model-table.ts";
import { sqsDialect } from "./dialect.ts";
import { createQueue, receive, startSqs } from "./testing/sqs-bench.ts";

const model = readModelTable(
  JSON.parse(readFileSync(new URL("../../protocol/models/sqs.json", import.meta.url), "utf8")),
);
const encode = jsonEncoder(model);

describe("outputs that are written as they are", () => {
  /** What the encoder makes of it, in its order, is what it was. */
  const assertFinished = (operation: string, output: object): void => {
    assert.ok(sqsDialect.finishedOutputs?.has(operation), operation);
    const shape = model.operations[operation]?.output ?? "";
    assert.equal(JSON.stringify(encode(shape)(structuredClone(output))), JSON.stringify(output));
  };
  const attribute = { DataType: "String", StringValue: "x" };

  test("are in the model's order, whether entries succeed or fail", async () => {
    const checked = new Set<string>();
    const sqs = await startSqs();
    for (const [name, attributes] of [
      ["q", {}],
      ["q.fifo", { FifoQueue: "true" }],
    ] as const) {
      const QueueUrl = await createQueue(sqs, name, attributes);
      const run = async (operation: string, Entries: object[]): Promise<void> => {
        const output = await sqs.run(operation, { QueueUrl, Entries });
        assertFinished(operation, output);
        checked.add(`${operation} ${Object.keys(output).join()}`);
      };
      const good = (Id: string): object => ({
        Id,
        MessageBody: `é${Id}`,
        MessageAttributes: { a: attribute },
        MessageSystemAttributes: { AWSTraceHeader: attribute },
        ...("FifoQueue" in attributes && { MessageGroupId: Id, MessageDeduplicationId: Id }),
      });
      const bad = { ...good("bad"), MessageBody: "\u0007" };
      await run("SendMessageBatch", [good("1"), good("2")]);
      await run("SendMessageBatch", [good("3"), bad, { ...good("4"), MessageAttributes: undefined }]);
      await run("SendMessageBatch", [bad]);
      const handles = (await receive(sqs, QueueUrl)).map(({ ReceiptHandle }, index) => ({
        Id: `${index}`,
        ReceiptHandle,
      }));
      assert.equal(handles.length, 4);
      const wrong = { Id: "wrong", ReceiptHandle: "wrong" };
      const timed = [...handles, wrong].map((entry) => ({ ...entry, VisibilityTimeout: 60 }));
      for (const [operation, entries] of [
        ["ChangeMessageVisibilityBatch", timed],
        ["DeleteMessageBatch", [...handles, wrong]],
      ] as const) {
        await run(operation, entries.slice(0, 1));
        await run(operation, entries.slice(1));
        await run(operation, entries.slice(-1));
      }
    }
    // Each with what succeeded, with what failed, and with both.
    assert.equal(checked.size, 3 * (sqsDialect.finishedOutputs?.size ?? 0), [...checked].join("; "));
  });
});
