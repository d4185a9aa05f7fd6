/** Clients of regions of China and of GovCloud against a whole server: ARNs have the region's partition, in every service alike. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { startTutti } from "tutti/testing";
import type { TestServer } from "tutti/testing";

const account = "000000000000";
let tutti: TestServer;

before(async () => {
  tutti = await startTutti();
});

after(() => tutti.stop());

for (const [region, partition] of [
  ["us-gov-west-1", "aws-us-gov"],
  ["cn-north-1", "aws-cn"],
  ["us-east-1", "aws"],
] as const)
  describe(`a client of ${region}`, () => {
    const options = () => ({ endpoint: tutti.url, region, credentials: tutti.credentials, maxAttempts: 1 });

    test("is told who it is", async () => {
      const sts = new STSClient(options());
      const { Arn, Account } = await sts.send(new GetCallerIdentityCommand({}));
      sts.destroy();
      assert.deepEqual([Arn, Account], [`arn:${partition}:iam::${account}:root`, account]);
    });

    test("sends to a queue from a state machine", async () => {
      const sqs = new SQSClient(options());
      const sfn = new SFNClient(options());
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "jobs" }));
      const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
      assert.deepEqual(Attributes, { QueueArn: `arn:${partition}:sqs:${region}:${account}:jobs` });
      const Resource = `arn:${partition}:states:::sqs:sendMessage`;
      const Parameters = { QueueUrl, "MessageBody.$": "$$.Execution.Id" };
      const definition = JSON.stringify({
        StartAt: "Send",
        States: { Send: { Type: "Task", Resource, Parameters, End: true } },
      });
      const roleArn = `arn:${partition}:iam::${account}:role/any`;
      const { stateMachineArn } = await sfn.send(new CreateStateMachineCommand({ name: "m", definition, roleArn }));
      assert.equal(stateMachineArn, `arn:${partition}:states:${region}:${account}:stateMachine:m`);
      const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, name: "first" }));
      assert.equal(executionArn, `arn:${partition}:states:${region}:${account}:execution:m:first`);
      assert.equal((await sfn.send(new DescribeExecutionCommand({ executionArn }))).status, "SUCCEEDED");
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
      assert.deepEqual(
        Messages.map(({ Body }) => Body),
        [executionArn],
      );
      sqs.destroy();
      sfn.destroy();
    });
  });
