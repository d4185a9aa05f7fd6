/** Queue policies: who is let in by which statement, conditions, and the limits AWS sets. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkPolicy, judge, parsePolicy } from "./policy.ts";
import type { ConditionKeys } from "./policy-conditions.ts";
import { assertRefused, createQueue, receive, startSqs } from "./testing/sqs-bench.ts";

const arn = "arn:aws:sqs:eu-west-1:111122223333:queue";
const allow = { Effect: "Allow", Principal: "*", Action: "sqs:SendMessage", Resource: arn };

interface Asked {
  readonly action?: string;
  readonly service?: string;
  readonly keys?: ConditionKeys;
}

/** What a policy of these statements says to account 999999999999, or to a service. */
function verdict(
  statements: readonly object[],
  { action = "SendMessage", service = "", keys = {} }: Asked = {},
): string {
  const policy = parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements }));
  assert.ok(policy !== undefined, "a policy");
  return judge(policy, arn, action, { account: "999999999999", ...(service !== "" && { service }) }, keys);
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
describe("a statement", () => {
  const cases: [what: string, statements: object[], options: Asked, expected: string][] = [
    ["lets everyone do what it names", [allow], {}, "allowed"],
    ["says nothing of other actions", [allow], { action: "ReceiveMessage" }, "silent"],
    ["that denies goes before one that allows", [allow, { ...allow, Effect: "Deny" }], {}, "denied"],
    ["names an account by number", [{ ...allow, Principal: { AWS: "999999999999" } }], {}, "allowed"],
    ["names an account by ARN", [{ ...allow, Principal: { AWS: ["arn:aws:iam::999999999999:root"] } }], {}, "allowed"],
    ["names other accounts", [{ ...allow, Principal: { AWS: "888888888888" } }], {}, "silent"],
    ["takes wildcards in actions, in any case", [{ ...allow, Action: ["SQS:Send*"] }], {}, "allowed"],
    ["takes wildcards in resources", [{ ...allow, Resource: "arn:aws:sqs:*:111122223333:q?eue" }], {}, "allowed"],
    ["is for the resource it names", [{ ...allow, Resource: `${arn}2` }], {}, "silent"],
    [
      "with NotAction is for all others",
      [{ Effect: "Allow", Principal: "*", NotAction: "sqs:DeleteMessage" }],
      {},
      "allowed",
    ],
    [
      "with NotPrincipal is for all others",
      [{ ...allow, Principal: undefined, NotPrincipal: { AWS: "999999999999" } }],
      {},
      "silent",
    ],
    [
      "lets a service in",
      [{ ...allow, Principal: { Service: "sns.amazonaws.com" } }],
      { service: "sns.amazonaws.com" },
      "allowed",
    ],
    [
      "for a service lets no other in",
      [{ ...allow, Principal: { Service: "sns.amazonaws.com" } }],
      { service: "events.amazonaws.com" },
      "silent",
    ],
  ];
  for (const [what, statements, options, expected] of cases)
    test(what, () => assert.equal(verdict(statements, options), expected));
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
describe("a condition", () => {
  const topic = {
    "aws:sourcearn": "arn:aws:sns:eu-west-1:111122223333:topic",
    "aws:currenttime": "2026-01-02T00:00:00Z",
  };
  const cases: [condition: object, keys: ConditionKeys, expected: string][] = [
    [{ ArnEquals: { "aws:SourceArn": "arn:aws:sns:*:111122223333:topic" } }, topic, "allowed"],
    [{ ArnLike: { "AWS:SourceArn": ["no", "arn:aws:sns:eu-west-1:*"] } }, topic, "allowed"],
    [{ ArnLike: { "aws:SourceArn": "arn:aws:sns:us-*" } }, topic, "silent"],
    [{ ArnLike: { "aws:SourceArn": "*" } }, {}, "silent"],
    [{ ArnLikeIfExists: { "aws:SourceArn": "arn:aws:sns:us-*" } }, {}, "allowed"],
    [{ StringNotEquals: { "aws:SourceAccount": ["1", "2"] } }, { "aws:sourceaccount": "3" }, "allowed"],
    [{ StringNotEquals: { "aws:SourceAccount": ["1", "3"] } }, { "aws:sourceaccount": "3" }, "silent"],
    [
      { StringEquals: { "aws:SourceAccount": "3" }, Bool: { "aws:SecureTransport": "true" } },
      { "aws:sourceaccount": "3" },
      "silent",
    ],
    [{ DateLessThan: { "aws:CurrentTime": "2026-02-01T00:00:00Z" } }, topic, "allowed"],
    [{ DateGreaterThan: { "aws:CurrentTime": "2026-02-01T00:00:00Z" } }, topic, "silent"],
    [{ NumericLessThanEquals: { "aws:EpochTime": "10" } }, { "aws:epochtime": "10" }, "allowed"],
    [{ IpAddress: { "aws:SourceIp": "10.0.0.0/8" } }, { "aws:sourceip": "10.1.2.3" }, "allowed"],
    [{ NotIpAddress: { "aws:SourceIp": "10.0.0.0/8" } }, { "aws:sourceip": "10.1.2.3" }, "silent"],
    [{ Null: { "aws:TokenAge": "true" } }, {}, "allowed"],
    [{ "ForAllValues:StringEquals": { "aws:TagKeys": ["a"] } }, {}, "allowed"],
    [{ "ForAllValues:StringNotEquals": { "aws:UserAgent": ["a", "b"] } }, { "aws:useragent": "b" }, "silent"],
    [{ "ForAnyValue:StringLike": { "aws:UserAgent": ["x*", "b*"] } }, { "aws:useragent": "boto" }, "allowed"],
    [{ "ForAnyValue:StringNotEquals": { "aws:TagKeys": ["a"] } }, {}, "silent"],
    [{ "ForAnyValue:StringEqualsIfExists": { "aws:TagKeys": ["a"] } }, {}, "allowed"],
    [{ Unheard: { "aws:SourceIp": "*" } }, { "aws:sourceip": "10.1.2.3" }, "silent"],
  ];
  for (const [Condition, keys, expected] of cases)
    test(`${JSON.stringify(Condition)} over ${JSON.stringify(keys)}: ${expected}`, () =>
      assert.equal(verdict([{ ...allow, Condition }], { keys }), expected));
});

describe("the Policy attribute", () => {
  const text = (statements: readonly object[]): string =>
    JSON.stringify({ Version: "2012-10-17", Statement: statements });
  const repeated = (count: number): object[] => Array.from({ length: count }, () => allow);
  const actions = (count: number): string[] => Array.from({ length: count }, () => "sqs:SendMessage");
  const accounts = (count: number): object => ({
    AWS: Array.from({ length: count }, (_, index) => String(100_000_000_000 + index)),
  });
  const conditions = (count: number): object => ({
    StringEquals: Object.fromEntries(Array.from({ length: count }, (_, index) => [`aws:key${index}`, "x"])),
  });

  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
  const limits: [what: string, max: number, make: (count: number) => object[]][] = [
    ["statements", 20, (count) => repeated(count)],
    ["principals", 50, (count) => [{ ...allow, Principal: accounts(count) }]],
    ["conditions", 10, (count) => [{ ...allow, Condition: conditions(count) }]],
    ["actions", 7, (count) => [{ ...allow, Action: actions(count) }]],
  ];
  for (const [what, max, make] of limits)
    test(`has ${max} ${what} at most`, () => {
      checkPolicy(text(make(max)), ["aws"]);
      const words = new RegExp(`: ${max + 1} ${what} were found in .*the submitted policy, max allowed is ${max}$`);
      assert.throws(() => checkPolicy(text(make(max + 1)), ["aws"]), words);
    });

  test("has 8192 bytes at most, and must be a policy", async () => {
    const padded = (bytes: number): string => text([{ ...allow, Sid: "x" }]).padEnd(bytes);
    checkPolicy(padded(8192), ["aws"]);
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs);
    const set = (Policy: string) => sqs.run("SetQueueAttributes", { QueueUrl, Attributes: { Policy } });
    await assertRefused(set(padded(8193)), "OverLimit", "Submitted policy is over max allowed size.", 403);
    for (const bad of [
      "x",
      "[]",
      "{}",
      text([]),
      text([{ ...allow, Effect: "Maybe" }]),
      text([allow, { ...allow, Effect: "Deny", Condition: { StringEquls: { "aws:SourceIp": "10.0.0.1" } } }]),
      text([{ ...allow, Condition: { NullIfExists: { "aws:TokenAge": "true" } } }]),
      '{"Version":"1","Statement":[]}',
    ])
      await assertRefused(set(bad), "InvalidAttributeValue", "Invalid value for the parameter Policy.");
    assert.deepEqual(await sqs.run("GetQueueAttributes", { QueueUrl, AttributeNames: ["Policy"] }), {});
  });

  // AWS's answer: https://github.com/cloudtools/awacs/issues/34
  test("names actions there are, in any case; those of batches are none", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs);
    const set = (Action: string | string[]) =>
      sqs.run("SetQueueAttributes", { QueueUrl, Attributes: { Policy: text([{ ...allow, Action }]) } });
    const words = (name: string): string =>
      `Value SQS:${name} for parameter ActionName is invalid. Reason: Please refer to the appropriate WSDL for a list of valid actions.`;
    for (const name of ["ChangeMessageVisibilityBatch", "SendMesage"])
      await assertRefused(set(["sqs:SendMessage", `SQS:${name}`]), "InvalidParameterValueException", words(name));
    for (const action of ["*", "sqs:*", "SQS:sendmessage", "sqs:Send*", "sqs:DeleteQueue"]) await set(action);
  });

  test("denies the owner too, and an empty one takes it away", async () => {
    const sqs = await startSqs();
    const QueueUrl = await createQueue(sqs);
    const set = (Policy: string) => sqs.run("SetQueueAttributes", { QueueUrl, Attributes: { Policy } });
    await set(text([{ ...allow, Effect: "Deny" }]));
    const words =
      "User: arn:aws:iam::111122223333:root is not authorized to perform: sqs:sendmessage on resource: arn:aws:sqs:eu-west-1:111122223333:queue with an explicit deny in a resource-based policy";
    await assertRefused(sqs.run("SendMessage", { QueueUrl, MessageBody: "x" }), "AccessDeniedException", words, 403);
    const Entries = [{ Id: "1", MessageBody: "x" }];
    await assertRefused(sqs.run("SendMessageBatch", { QueueUrl, Entries }), "AccessDeniedException", words, 403);
    await set("");
    await sqs.run("SendMessage", { QueueUrl, MessageBody: "x" });
    assert.equal((await receive(sqs, QueueUrl)).length, 1);
  });
});
