/** `kill -9` while an execution waits for something: it goes on after a restart and ends once, with the right history. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  CreateActivityCommand,
  DescribeExecutionCommand,
  GetActivityTaskCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import type { SFNClient } from "@aws-sdk/client-sfn";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startServerProcess, temporaryFolder } from "../support/server-process.ts";
import { assertWhole, createMachine, eventually, historyOf, sfnClient } from "../support/sfn.ts";

const activityArn = "arn:aws:states:us-east-1:000000000000:activity:work";
const wait = (next: object): object => ({ Type: "Wait", Seconds: 2, ...next });
const end = { End: true };

function sqsClient(url: string): SQSClient {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  return new SQSClient({ endpoint: url, region: "us-east-1", credentials, maxAttempts: 1 });
}

/** The token in the one message that was sent. */
async function receiveToken(url: string): Promise<string> {
  const sqs = sqsClient(url);
  const { Messages } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: `${url}/000000000000/jobs`, WaitTimeSeconds: 20 }),
  );
  sqs.destroy();
  return (JSON.parse(Messages?.[0]?.Body ?? "{}") as { token: string }).token;
}

async function takeTask(sfn: SFNClient): Promise<string> {
  const { taskToken = "" } = await sfn.send(new GetActivityTaskCommand({ activityArn, workerName: "ada" }));
  return taskToken;
}

function words(...lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split(" "));
}

interface Scenario {
  readonly name: string;
  readonly definition: (url: string) => object;
  /** The event after which the server is killed. */
  readonly killAfter: string;
  /** What has to be done before the kill and after it; gives what the second needs from the first. */
  readonly before?: (sfn: SFNClient, url: string) => Promise<string>;
  readonly after?: (sfn: SFNClient, url: string, kept: string) => Promise<void>;
  readonly output: unknown;
  readonly types: readonly string[];
}

const scenarios: readonly Scenario[] = [
  {
    name: "a Wait",
    definition: () => ({ StartAt: "W", States: { W: wait({ Next: "P" }), P: { Type: "Pass", Result: 1, ...end } } }),
    killAfter: "WaitStateEntered",
    output: 1,
    types: words("WaitStateEntered WaitStateExited PassStateEntered PassStateExited"),
  },
  {
    name: "a retry's back-off",
    definition: () => ({
      StartAt: "A",
      States: {
        A: {
          Type: "Task",
          Resource: activityArn,
          Retry: [{ ErrorEquals: ["Again"], IntervalSeconds: 2, MaxAttempts: 1 }],
          ...end,
        },
      },
    }),
    killAfter: "ActivityFailed",
    before: async (sfn) => {
      const taskToken = await takeTask(sfn);
      await sfn.send(new SendTaskFailureCommand({ taskToken, error: "Again", cause: "busy" }));
      return "";
    },
    after: async (sfn) => {
      await sfn.send(new SendTaskSuccessCommand({ taskToken: await takeTask(sfn), output: '"done"' }));
    },
    output: "done",
    types: words(
      "TaskStateEntered ActivityScheduled ActivityStarted ActivityFailed ActivityScheduled",
      "ActivityStarted ActivitySucceeded TaskStateExited",
    ),
  },
  {
    name: "a Parallel",
    definition: () => ({
      StartAt: "P",
      States: {
        P: {
          Type: "Parallel",
          Branches: [
            { StartAt: "W", States: { W: wait(end) } },
            { StartAt: "Q", States: { Q: { Type: "Pass", Result: 2, ...end } } },
          ],
          ...end,
        },
      },
    }),
    killAfter: "WaitStateEntered",
    output: [{}, 2],
    types: words(
      "ParallelStateEntered ParallelStateStarted WaitStateEntered PassStateEntered PassStateExited",
      "WaitStateExited ParallelStateSucceeded ParallelStateExited",
    ),
  },
  {
    name: "a Map",
    definition: () => ({
      StartAt: "L",
      States: { L: { Type: "Pass", Result: [0, 1], Next: "M" }, M: mapState() },
    }),
    killAfter: "WaitStateEntered",
    output: [0, 1],
    types: words(
      "PassStateEntered PassStateExited MapStateEntered MapStateStarted MapIterationStarted",
      "WaitStateEntered WaitStateExited MapIterationSucceeded MapIterationStarted WaitStateEntered",
      "WaitStateExited MapIterationSucceeded MapStateSucceeded MapStateExited",
    ),
  },
  {
    name: "variables",
    definition: () => ({
      StartAt: "A",
      States: {
        A: { Type: "Pass", Assign: { list: [3, 4] }, Next: "M" },
        M: {
          Type: "Map",
          ItemsPath: "$list",
          ItemProcessor: {
            StartAt: "B",
            States: {
              B: { Type: "Pass", Assign: { "own.$": "$" }, Next: "W" },
              W: wait({ Next: "Q" }),
              Q: { Type: "Pass", Parameters: { "own.$": "$own", "length.$": "States.ArrayLength($list)" }, ...end },
            },
          },
          ...end,
        },
      },
    }),
    killAfter: "WaitStateEntered",
    output: [
      { own: 3, length: 2 },
      { own: 4, length: 2 },
    ],
    types: words(
      "PassStateEntered PassStateExited MapStateEntered MapStateStarted MapIterationStarted",
      "PassStateEntered MapIterationStarted PassStateEntered PassStateExited WaitStateEntered",
      "PassStateExited WaitStateEntered WaitStateExited PassStateEntered PassStateExited MapIterationSucceeded",
      "WaitStateExited PassStateEntered PassStateExited MapIterationSucceeded MapStateSucceeded MapStateExited",
    ),
  },
  {
    name: "JSONata",
    definition: () => ({
      QueryLanguage: "JSONata",
      StartAt: "A",
      States: {
        A: { Type: "Pass", Assign: { list: "{% [3, 4] %}" }, Next: "W" },
        W: { Type: "Wait", Seconds: "{% $count($list) %}", Output: "{% $list[1] %}", Next: "Q" },
        Q: { Type: "Pass", Output: { sum: "{% $sum($list) + $states.input %}" }, ...end },
      },
    }),
    killAfter: "WaitStateEntered",
    output: { sum: 11 },
    types: words("PassStateEntered PassStateExited WaitStateEntered WaitStateExited PassStateEntered PassStateExited"),
  },
  {
    name: "a task token",
    definition: (url) => ({
      StartAt: "S",
      States: {
        S: {
          Type: "Task",
          Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
          Parameters: { QueueUrl: `${url}/000000000000/jobs`, MessageBody: { "token.$": "$$.Task.Token" } },
          ...end,
        },
      },
    }),
    killAfter: "TaskSubmitted",
    after: async (sfn, url) => {
      await sfn.send(new SendTaskSuccessCommand({ taskToken: await receiveToken(url), output: '{"by":"token"}' }));
    },
    output: { by: "token" },
    types: words("TaskStateEntered TaskScheduled TaskStarted TaskSubmitted TaskSucceeded TaskStateExited"),
  },
  {
    name: "an activity a worker has",
    definition: () => ({ StartAt: "A", States: { A: { Type: "Task", Resource: activityArn, ...end } } }),
    killAfter: "ActivityStarted",
    before: (sfn) => takeTask(sfn),
    after: async (sfn, _url, taskToken) => {
      await sfn.send(new SendTaskSuccessCommand({ taskToken, output: "[]" }));
    },
    output: [],
    types: words("TaskStateEntered ActivityScheduled ActivityStarted ActivitySucceeded TaskStateExited"),
  },
  {
    name: "a child that is waited for",
    definition: () => ({
      StartAt: "C",
      States: {
        C: {
          Type: "Task",
          Resource: "arn:aws:states:::states:startExecution.sync:2",
          Parameters: { StateMachineArn: "arn:aws:states:us-east-1:000000000000:stateMachine:child" },
          OutputPath: "$.Output",
          ...end,
        },
      },
    }),
    killAfter: "TaskSubmitted",
    output: "child",
    types: words("TaskStateEntered TaskScheduled TaskStarted TaskSubmitted TaskSucceeded TaskStateExited"),
  },
];

function mapState(): object {
  return { Type: "Map", MaxConcurrency: 1, ItemProcessor: { StartAt: "W", States: { W: wait(end) } }, ...end };
}

const child = { StartAt: "W", States: { W: wait({ Next: "P" }), P: { Type: "Pass", Result: "child", ...end } } };

describe("a killed server goes on with an execution in", { concurrency: 2, timeout: 240_000 }, () => {
  for (const scenario of scenarios) {
    test(scenario.name, async () => {
      await using folder = await temporaryFolder();
      let kept = "";
      let executionArn = "";
      {
        await using server = await startServerProcess(folder.path);
        const sfn = sfnClient(server.url);
        const sqs = sqsClient(server.url);
        await sqs.send(new CreateQueueCommand({ QueueName: "jobs" }));
        await sfn.send(new CreateActivityCommand({ name: "work" }));
        await createMachine(sfn, "child", child);
        const stateMachineArn = await createMachine(sfn, "machine", scenario.definition(server.url));
        ({ executionArn = "" } = await sfn.send(new StartExecutionCommand({ stateMachineArn, name: "one" })));
        kept = (await scenario.before?.(sfn, server.url)) ?? "";
        await eventually(async () => {
          const events = await historyOf(sfn, executionArn);
          return events.find(({ type }) => type === scenario.killAfter);
        }, scenario.killAfter);
        await server.kill();
        sfn.destroy();
        sqs.destroy();
      }
      await using server = await startServerProcess(folder.path);
      const sfn = sfnClient(server.url);
      await scenario.after?.(sfn, server.url, kept);
      const ended = await eventually(async () => {
        const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
        return execution.status === "RUNNING" ? undefined : execution;
      }, "the execution's end");
      const events = await historyOf(sfn, executionArn, 2);
      sfn.destroy();
      assert.equal(ended.status, "SUCCEEDED", `${ended.error}: ${ended.cause}`);
      assert.deepEqual(JSON.parse(ended.output ?? "null"), scenario.output);
      assertWhole(events);
      assert.deepEqual(
        events.map(({ type }) => type),
        ["ExecutionStarted", ...scenario.types, "ExecutionSucceeded"],
      );
    });
  }
});
