/** The table of optimized integrations against AWS's page of them, and the words for what is not on it. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { compileDefinition } from "./compile-definition.ts";
import { integrationArns, refuseUnknownIntegration } from "./integrations.ts";
import { parseResource } from "./resource.ts";

/**
 * https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html: services by the patterns of their row. Of
 * Amazon EKS the table says that it has callbacks, and the service's own page (connect-eks.html) that it has none.
 */
const page = {
  services:
    "apigateway athena batch bedrock codebuild databrew dynamodb ecs eks elasticmapreduce emr-containers emr-serverless " +
    "events glue http lambda mediaconvert sagemaker sns sqs states",
  withJobs:
    "athena batch bedrock codebuild databrew ecs eks elasticmapreduce emr-containers emr-serverless glue mediaconvert sagemaker states",
  withCallback: "apigateway bedrock ecs events lambda sns sqs states",
};

const services = (matches: RegExp) =>
  [...new Set(integrationArns().flatMap(({ arn }) => (matches.test(arn) ? (arn.split(":")[5] ?? []) : [])))].join(" ");

function problems(resource: string): string[] {
  const text = JSON.stringify({ StartAt: "Q", States: { Q: { Type: "Task", Resource: resource, End: true } } });
  const compiled = compileDefinition(text, { resources: refuseUnknownIntegration });
  return compiled.ok
    ? []
    : compiled.diagnostics.map(({ code, message, location }) => `${code}: ${message} at ${location}`);
}

it("has the services of AWS's page, each with its patterns", () => {
  assert.equal(services(/./), page.services);
  assert.equal(services(/\.sync(?::2)?$/), page.withJobs);
  assert.equal(services(/\.waitForTaskToken$/), page.withCallback);
});

it("names resources that are read and not refused", () => {
  for (const { arn, pattern } of integrationArns()) {
    const resource = parseResource(arn);
    assert.ok(!("refusal" in resource) && resource.kind === "integration" && resource.pattern === pattern, arn);
    assert.deepEqual(problems(arn), []);
  }
});

it("refuses in AWS's words what AWS does not have", () => {
  assert.deepEqual(problems("arn:aws:states:::dynamodb:query"), [
    "SCHEMA_VALIDATION_FAILED: The resource provided arn:aws:states:::dynamodb:query is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/Q/Resource",
  ]);
  for (const arn of [
    "dynamodb:getItem.sync",
    "sns:publish.sync",
    "constructor:toString",
    "nothing:at.waitForTaskToken",
  ])
    assert.equal(problems(`arn:aws:states:::${arn}`).length, 1, arn);
});

it("leaves functions, activities and AWS SDK integrations alone", () => {
  for (const arn of [
    "arn:aws:lambda:us-east-1:123456789012:function:f",
    "arn:aws:states:us-east-1:123456789012:activity:a",
    "arn:aws:states:::aws-sdk:dynamodb:query",
    "arn:aws:states:::aws-sdk:s3:anything.waitForTaskToken",
  ])
    assert.deepEqual(problems(arn), [], arn);
});
