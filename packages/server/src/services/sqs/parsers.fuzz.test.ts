/**
 * Random and damaged texts for everything SQS parses: none makes it throw anything but a refusal, and what is read is what
 * was written. `TUTTI_FUZZ_ROUNDS=100000` runs longer, `TUTTI_FUZZ_SEED=…` repeats a failure.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../kernel/random.ts";
import { ServiceError } from "../../kernel/service-error.ts";
import { matchesGlob } from "./glob.ts";
import { formatMoveTaskHandle, parseMoveTaskHandle } from "./move-task-handle.ts";
import { checkPolicy, judge, parsePolicy } from "./policy.ts";
import { parseQueueArn, parseQueueUrl } from "./queue-url.ts";
import { parseReceiptHandle } from "./receipt-handle.ts";
import { assertRefused, createQueue, receive, startSqs } from "./testing/sqs-bench.ts";

const rounds = Number(process.env["TUTTI_FUZZ_ROUNDS"] ?? 2_000);
const seed = Number(process.env["TUTTI_FUZZ_SEED"] ?? 1);
const random = new SeededRandom(seed);
const pick = <Item>(items: readonly Item[]): Item => items[random.below(items.length)] as Item;
const many = (max: number, pieces: readonly string[]): string =>
  Array.from({ length: random.below(max) }, () => pick(pieces)).join("");

/** Some characters put in, taken out or changed. */
function damaged(text: string): string {
  const at = random.below(text.length + 1);
  const piece = pick(["", "x", "0", " ", "%", "\u0000", "é", "-", "/", "=", '"', "}", "*"]);
  return text.slice(0, at) + piece + text.slice(at + random.below(3));
}

test(`wildcards against regular expressions, ${rounds} pairs from seed ${seed}`, () => {
  for (let round = 0; round < rounds; round += 1) {
    const pattern = many(8, ["a", "b", "*", "?", "."]);
    const text = many(8, ["a", "b", "."]);
    const oracle = new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", ".*").replaceAll("?", ".")}$`);
    assert.equal(matchesGlob(text, pattern), oracle.test(text), `${text} against ${pattern}`);
  }
});

test("handles are read as they were written, and damaged ones are none or another's", async () => {
  const sqs = await startSqs();
  const QueueUrl = await createQueue(sqs);
  await sqs.run("SendMessage", { QueueUrl, MessageBody: "x" });
  const [message] = await receive(sqs, QueueUrl);
  const real = message?.ReceiptHandle ?? "";
  const parsed = parseReceiptHandle(real);
  assert.ok(parsed !== undefined);
  const task = { taskId: "task", sourceArn: "arn:aws:sqs:eu-west-1:111122223333:queue" };
  assert.deepEqual(parseMoveTaskHandle(formatMoveTaskHandle(task)), task);
  for (let round = 0; round < rounds / 10; round += 1) {
    const handle = damaged(real);
    parseMoveTaskHandle(damaged(formatMoveTaskHandle(task)));
    if (handle === real || parseReceiptHandle(handle) !== undefined) continue;
    const run = sqs.run("DeleteMessage", { QueueUrl, ReceiptHandle: handle });
    if (handle === "") await assert.rejects(run, ServiceError);
    else {
      const words = `The input receipt handle "${handle}" is not a valid receipt handle.`;
      await assertRefused(run, "ReceiptHandleIsInvalid", words, 404);
    }
  }
  const { Attributes } = await sqs.run("GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] });
  assert.equal(Attributes?.["ApproximateNumberOfMessagesNotVisible"], "1");
});

test("queue URLs, ARNs and policies of any kind", () => {
  const url = "https://sqs.eu-west-1.amazonaws.com/111122223333/queue";
  const arn = "arn:aws:sqs:eu-west-1:111122223333:queue";
  const policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: ["111122223333"] },
        Action: "sqs:*",
        Resource: arn,
        Condition: { ArnLike: { "aws:SourceArn": ["a*", 7, null] }, IpAddress: { "aws:SourceIp": "10.0.0.0/8" } },
      },
    ],
  });
  for (let round = 0; round < rounds; round += 1) {
    assert.equal(typeof parseQueueUrl(damaged(url)).name, "string");
    parseQueueArn(damaged(arn));
    const text = damaged(damaged(policy));
    const keys = { "aws:sourcearn": many(4, ["a", "*"]), "aws:sourceip": pick(["10.1.2.3", "::1", "x", ""]) };
    judge(parsePolicy(text), arn, "SendMessage", { account: "111122223333" }, keys);
    try {
      checkPolicy(text, ["aws"]);
    } catch (error) {
      assert.ok(error instanceof ServiceError, `${String(error)}: ${text}`);
    }
  }
});

test("the browsing view answers every query or refuses it", async () => {
  const sqs = await startSqs();
  await createQueue(sqs);
  for (let round = 0; round < rounds / 10; round += 1) {
    const query: Record<string, string> = {};
    for (const name of ["QueueUrl", "MaxResults", "NextToken", "State", "Region", "Other"])
      if (random.below(3) > 0)
        query[name] = damaged(pick(["http://host/111122223333/queue", "10", "0", "visible", "eu-west-1", "queue", ""]));
    await sqs.view("messages", query).catch((error: unknown) => {
      assert.ok(error instanceof ServiceError, `${String(error)}: ${JSON.stringify(query)}`);
    });
  }
});
