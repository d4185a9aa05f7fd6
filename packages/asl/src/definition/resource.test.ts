import assert from "node:assert/strict";
import { it } from "node:test";
import { compileDefinition } from "./compile-definition.ts";
import { parseResource, unrecognizedResource } from "./resource.ts";

const integrations: readonly (readonly [arn: string, service: string, action: string, pattern: string])[] = [
  ["arn:aws:states:::sqs:sendMessage", "sqs", "sendMessage", "request"],
  ["arn:aws:states:::sqs:sendMessage.waitForTaskToken", "sqs", "sendMessage", "waitForTaskToken"],
  ["arn:aws:states:::states:startExecution.sync", "states", "startExecution", "sync"],
  ["arn:aws-cn:states:::states:startExecution.sync:2", "states", "startExecution", "sync:2"],
  ["arn:aws-us-gov:states:::aws-sdk:dynamodb:query", "aws-sdk:dynamodb", "query", "request"],
  ["arn:aws-iso-b:states:::sqs:sendMessage", "sqs", "sendMessage", "request"],
  ["arn:aws-eusc:states:::sqs:sendMessage", "sqs", "sendMessage", "request"],
  ["arn:aws:states:::aws-sdk:s3:listObjectsV2", "aws-sdk:s3", "listObjectsV2", "request"],
  ["arn:aws:states:::emr-serverless:startJobRun.sync", "emr-serverless", "startJobRun", "sync"],
];

for (const [arn, service, action, pattern] of integrations) {
  it(`takes ${arn} apart`, () =>
    assert.deepEqual(parseResource(arn), { kind: "integration", arn, service, action, pattern }));
}

it("knows activities and functions", () => {
  const activity = "arn:aws:states:eu-central-1:000000000000:activity:Prüfung";
  assert.deepEqual(parseResource(activity), { kind: "activity", arn: activity });
  const handler = "arn:aws:lambda:eu-central-1:000000000000:function:work:7";
  assert.deepEqual(parseResource(handler), { kind: "function", arn: handler });
});

it("refuses everything else in AWS's words", () => {
  for (const text of ["", "sendMessage", "ARN:aws:states:::sqs:sendMessage"]) {
    assert.deepEqual(parseResource(text), { refusal: "Value is not a valid resource ARN" });
  }
  for (const arn of [
    "arn:",
    "arn:aws:states:eu-central-1:123:activity:a",
    "arn:aws:states:::activity:",
    "arn:aws-mars:states:::sqs:sendMessage",
    "arn:aws:states:::aws-sdk:sqs",
    "arn:aws:states:::sqs:send:Message",
    "arn:aws:states:::sqs:sendMessage\n",
    "arn:aws:lambda:eu-central-1:000000000000:function:",
  ]) {
    assert.deepEqual(parseResource(arn), { refusal: unrecognizedResource(arn) });
  }
});

it("lets the caller refuse a resource, in the caller's words", () => {
  const arn = "arn:aws:states:::dynamodb:query";
  const text = JSON.stringify({ StartAt: "Query", States: { Query: { Type: "Task", Resource: arn, End: true } } });
  assert.ok(compileDefinition(text).ok);
  const seen: string[] = [];
  const compiled = compileDefinition(text, {
    resources: (resource) => {
      seen.push(resource.arn);
      return unrecognizedResource(resource.arn);
    },
  });
  assert.ok(!compiled.ok);
  assert.deepEqual(seen, [arn]);
  assert.deepEqual(
    compiled.diagnostics.map(({ message, location }) => [message, location]),
    [
      [
        "The resource provided arn:aws:states:::dynamodb:query is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.",
        "/States/Query/Resource",
      ],
    ],
  );
});
