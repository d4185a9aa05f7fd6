/** AddPermission and RemovePermission, in the forms AWS was recorded with. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { assertRefused, createQueue, startSqs } from "./testing/sqs-bench.ts";
import type { SqsBench } from "./testing/sqs-bench.ts";

const arn = "arn:aws:sqs:eu-west-1:111122223333:queue";
const invalid = "InvalidParameterValueException";

async function policyOf(sqs: SqsBench, QueueUrl: string): Promise<unknown> {
  const { Attributes } = await sqs.run("GetQueueAttributes", { QueueUrl, AttributeNames: ["Policy"] });
  return Attributes?.["Policy"] === undefined ? undefined : JSON.parse(Attributes["Policy"]);
}

async function start() {
  const sqs = await startSqs();
  const QueueUrl = await createQueue(sqs);
  const add = (Label: string, AWSAccountIds: string[], Actions: string[]) =>
    sqs.run("AddPermission", { QueueUrl, Label, AWSAccountIds, Actions });
  const remove = (Label: string) => sqs.run("RemovePermission", { QueueUrl, Label });
  return { sqs, QueueUrl, add, remove, policy: () => policyOf(sqs, QueueUrl) };
}

describe("permissions", () => {
  test("single values stand as scalars, several as lists; the last one takes the policy with it", async () => {
    const { add, remove, policy } = await start();
    await add("one", ["444455556666"], ["SendMessage"]);
    const one = {
      Sid: "one",
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::444455556666:root" },
      Action: "SQS:SendMessage",
      Resource: arn,
    };
    assert.deepEqual(await policy(), { Version: "2008-10-17", Id: `${arn}/SQSDefaultPolicy`, Statement: [one] });
    await add("two", ["444455556666", "777788889999"], ["ReceiveMessage", "*"]);
    const two = {
      Sid: "two",
      Effect: "Allow",
      Principal: { AWS: ["arn:aws:iam::444455556666:root", "arn:aws:iam::777788889999:root"] },
      Action: ["SQS:ReceiveMessage", "SQS:*"],
      Resource: arn,
    };
    assert.deepEqual(await policy(), { Version: "2008-10-17", Id: `${arn}/SQSDefaultPolicy`, Statement: [one, two] });
    await remove("one");
    assert.deepEqual(await policy(), { Version: "2008-10-17", Id: `${arn}/SQSDefaultPolicy`, Statement: [two] });
    await remove("two");
    assert.equal(await policy(), undefined);
  });

  test("let another account in, for as long as they stand and for what they name", async () => {
    const { sqs, QueueUrl, add, remove } = await start();
    const other = { account: "444455556666" };
    const send = () => sqs.run("SendMessage", { QueueUrl, MessageBody: "x" }, other);
    await assertRefused(send(), "AccessDeniedException", /perform: sqs:sendmessage on/, 403);
    await add("label", ["444455556666"], ["SendMessage"]);
    assert.ok((await send()).MessageId);
    await assertRefused(
      sqs.run("ReceiveMessage", { QueueUrl }, other),
      "AccessDeniedException",
      /sqs:receivemessage/,
      403,
    );
    await assertRefused(
      sqs.run("SendMessage", { QueueUrl, MessageBody: "x" }, { account: "777788889999" }),
      "AccessDeniedException",
      /perform: sqs:sendmessage on/,
      403,
    );
    await add("all", ["444455556666"], ["*"]);
    assert.equal((await sqs.run("ReceiveMessage", { QueueUrl }, other)).Messages?.length, 1);
    await assertRefused(sqs.run("DeleteQueue", { QueueUrl }, other), "AccessDeniedException", /sqs:deletequeue/, 403);
    await remove("label");
    await remove("all");
    await assertRefused(send(), "AccessDeniedException", /perform: sqs:sendmessage on/, 403);
  });

  test("a statement of the queue's own policy stays", async () => {
    const { sqs, QueueUrl, add, remove, policy } = await start();
    const own = { Sid: "own", Effect: "Allow", Principal: "*", Action: "sqs:SendMessage", Resource: arn };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: own });
    await sqs.run("SetQueueAttributes", { QueueUrl, Attributes: { Policy } });
    await assertRefused(
      add("own", ["444455556666"], ["SendMessage"]),
      invalid,
      "Value own for parameter Label is invalid. Reason: Already exists.",
    );
    await add("more", ["444455556666"], ["PurgeQueue"]);
    await remove("more");
    assert.deepEqual(await policy(), { Version: "2012-10-17", Statement: [own] });
  });

  test("are refused in AWS's words, and change nothing", async () => {
    const { add, remove, policy } = await start();
    const accounts = ["444455556666"];
    const words = (count: number) => Array.from({ length: count }, () => "SendMessage");
    await assertRefused(add("l", accounts, words(8)), "OverLimit", "8 Actions were found, maximum allowed is 7.", 403);
    await assertRefused(
      add("l", accounts, ["RemovePermission"]),
      invalid,
      "Value SQS:RemovePermission for parameter ActionName is invalid. Reason: Only the queue owner is allowed to invoke this action.",
    );
    await assertRefused(add("l", accounts, ["Fly"]), invalid, /^Value SQS:Fly for parameter ActionName is invalid\./);
    await assertRefused(
      add("l", [], ["SendMessage"]),
      invalid,
      "Value [] for parameter PrincipalId is invalid. Reason: Unable to verify.",
    );
    await assertRefused(add("l", ["1"], ["SendMessage"]), invalid, /PrincipalId is invalid. Reason: Unable to verify/);
    await assertRefused(
      add("", accounts, ["SendMessage"]),
      "MissingRequiredParameterException",
      "The request must contain the parameter Label.",
    );
    await assertRefused(add("l", accounts, []), "MissingRequiredParameterException", /parameter Actions\.$/);
    await assertRefused(add("a b", accounts, ["SendMessage"]), invalid, /^Value a b for parameter Label is invalid/);
    await assertRefused(
      remove("none"),
      invalid,
      "Value none for parameter Label is invalid. Reason: can't find label.",
    );
    assert.equal(await policy(), undefined);
  });

  test("a policy has twenty statements at most", async () => {
    const { add } = await start();
    for (let count = 0; count < 20; count += 1) await add(`label-${count}`, ["444455556666"], ["SendMessage"]);
    await assertRefused(
      add("more", ["444455556666"], ["SendMessage"]),
      "OverLimit",
      "21 statements were found in the submitted policy, max allowed is 20",
      403,
    );
  });
});
