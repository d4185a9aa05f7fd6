/** Step Functions through the official SDK against a whole server: every operation there is, and AWS's refusals. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  CreateActivityCommand,
  CreateStateMachineCommand,
  DeleteActivityCommand,
  DeleteStateMachineCommand,
  DescribeActivityCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetActivityTaskCommand,
  GetExecutionHistoryCommand,
  ListActivitiesCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  ListTagsForResourceCommand,
  RedriveExecutionCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StopExecutionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from "@aws-sdk/client-sfn";
import type { SFNClient } from "@aws-sdk/client-sfn";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startTutti } from "tutti/testing";
import type { TestServer } from "tutti/testing";
import { assertWhole, createMachine, historyOf, roleArn, sfnClient } from "../support/sfn.ts";

const account = "arn:aws:states:us-east-1:000000000000";
const pass = { StartAt: "P", States: { P: { Type: "Pass", End: true } } };
const waits = { StartAt: "W", States: { W: { Type: "Wait", Seconds: 3600, End: true } } };

let tutti: TestServer;
let sfn: SFNClient;

before(async () => {
  tutti = await startTutti();
  sfn = sfnClient(tutti.url);
});

after(async () => {
  sfn.destroy();
  await tutti.stop();
});

async function start(stateMachineArn: string, input: unknown = {}, name?: string): Promise<string> {
  const { executionArn = "" } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input), name }),
  );
  return executionArn;
}

async function outcome(executionArn: string): Promise<{ status: string | undefined; output: unknown }> {
  const { status, output } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
  return { status, output: output === undefined ? undefined : JSON.parse(output) };
}

function refused(name: string, message: string | RegExp) {
  return (error: unknown): boolean => {
    const actual = error as Error & { $metadata: { httpStatusCode: number } };
    assert.equal(actual.name, name, String(error));
    if (typeof message === "string") assert.equal(actual.message, message);
    else assert.match(actual.message, message);
    assert.equal(actual.$metadata.httpStatusCode, 400);
    return true;
  };
}

describe("state machines", () => {
  test("are created once, described, updated, listed, tagged and deleted", async () => {
    const stateMachineArn = await createMachine(sfn, "life", pass);
    assert.equal(stateMachineArn, `${account}:stateMachine:life`);
    assert.equal(await createMachine(sfn, "life", pass), stateMachineArn);
    await assert.rejects(
      createMachine(sfn, "life", waits),
      refused("StateMachineAlreadyExists", `State Machine Already Exists: '${stateMachineArn}'`),
    );
    const described = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
    assert.equal(described.definition, JSON.stringify(pass));
    assert.deepEqual([described.status, described.type, described.revisionId], ["ACTIVE", "STANDARD", undefined]);

    const { revisionId } = await sfn.send(
      new UpdateStateMachineCommand({ stateMachineArn, definition: JSON.stringify(waits) }),
    );
    const updated = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
    assert.equal(updated.revisionId, revisionId);
    assert.equal(updated.definition, JSON.stringify(waits));
    const { stateMachines = [] } = await sfn.send(new ListStateMachinesCommand({}));
    assert.ok(stateMachines.some(({ name }) => name === "life"));

    const tags = [{ key: "team", value: "booking" }];
    await sfn.send(new TagResourceCommand({ resourceArn: stateMachineArn, tags }));
    const tagged = await sfn.send(new ListTagsForResourceCommand({ resourceArn: stateMachineArn }));
    assert.deepEqual(tagged.tags, tags);
    await sfn.send(new UntagResourceCommand({ resourceArn: stateMachineArn, tagKeys: ["team"] }));
    assert.deepEqual((await sfn.send(new ListTagsForResourceCommand({ resourceArn: stateMachineArn }))).tags, []);

    await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
    await assert.rejects(
      sfn.send(new DescribeStateMachineCommand({ stateMachineArn })),
      refused("StateMachineDoesNotExist", `State Machine Does Not Exist: '${stateMachineArn}'`),
    );
  });

  test("a definition that does not hold names every problem with its place", async () => {
    const definition = JSON.stringify({
      StartAt: "A",
      States: { A: { Type: "Pass", Next: "B" }, C: { Type: "Pass" } },
    });
    await assert.rejects(
      sfn.send(new CreateStateMachineCommand({ name: "broken", definition, roleArn })),
      refused("InvalidDefinition", /Missing 'Next' target: B at \/States\/A\/Next.*\/States\/C/s),
    );
    const { result, diagnostics = [] } = await sfn.send(new ValidateStateMachineDefinitionCommand({ definition }));
    assert.equal(result, "FAIL");
    assert.ok(diagnostics.length >= 2);
    assert.equal(
      (await sfn.send(new ValidateStateMachineDefinitionCommand({ definition: JSON.stringify(pass) }))).result,
      "OK",
    );
  });
});

describe("executions", () => {
  test("a workflow with a thirty-day Wait finishes at once, in order", async () => {
    const month = { Type: "Wait", Seconds: 30 * 24 * 3600, Next: "P" };
    const machine = await createMachine(sfn, "month", {
      StartAt: "M",
      States: { M: month, P: { Type: "Pass", End: true } },
    });
    const executionArn = await start(machine, { day: 1 });
    assert.equal((await outcome(executionArn)).status, "RUNNING");
    await tutti.advance({ days: 30 });
    assert.deepEqual(await outcome(executionArn), { status: "SUCCEEDED", output: { day: 1 } });
    const events = await historyOf(sfn, executionArn, 3);
    assertWhole(events);
    const [entered, exited] = ["WaitStateEntered", "WaitStateExited"].map((wanted) =>
      events.find(({ type }) => type === wanted)?.timestamp?.getTime(),
    );
    assert.equal((exited ?? 0) - (entered ?? 0), 30 * 24 * 3600 * 1000);
    const reversed = await sfn.send(
      new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 1 }),
    );
    assert.equal(reversed.events?.[0]?.type, "ExecutionSucceeded");
  });

  test("a name is one execution; stopping ends it; lists show the latest first", async () => {
    const machine = await createMachine(sfn, "names", waits);
    const executionArn = await start(machine, { a: 1 }, "only");
    assert.equal(await start(machine, { a: 1 }, "only"), executionArn);
    const taken = refused("ExecutionAlreadyExists", `Execution Already Exists: '${executionArn}'`);
    await assert.rejects(start(machine, { a: 2 }, "only"), taken);
    await sfn.send(new StopExecutionCommand({ executionArn, error: "E", cause: "C" }));
    await assert.rejects(start(machine, { a: 1 }, "only"), taken);
    const stopped = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    assert.deepEqual([stopped.status, stopped.error, stopped.cause], ["ABORTED", "E", "C"]);
    await tutti.advance({ seconds: 1 });
    await start(machine, {}, "later");
    const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: machine }));
    assert.deepEqual(
      executions.map(({ name }) => name),
      ["later", "only"],
    );
    const first = await sfn.send(new ListExecutionsCommand({ stateMachineArn: machine, maxResults: 1 }));
    const { nextToken } = first;
    const second = await sfn.send(new ListExecutionsCommand({ stateMachineArn: machine, maxResults: 1, nextToken }));
    assert.deepEqual([second.executions?.[0]?.name, second.nextToken], ["only", undefined]);
    await sfn.send(new UpdateStateMachineCommand({ stateMachineArn: machine, definition: JSON.stringify(pass) }));
    const used = await sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn }));
    assert.equal(used.definition, JSON.stringify(waits));
  });

  test("AWS's refusals", async () => {
    const machine = await createMachine(sfn, "refusals", pass);
    await assert.rejects(
      sfn.send(new StartExecutionCommand({ stateMachineArn: machine, input: "not" })),
      refused(
        "InvalidExecutionInput",
        "Invalid State Machine Execution Input: 'Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')'",
      ),
    );
    await assert.rejects(
      sfn.send(new ListExecutionsCommand({ stateMachineArn: machine, maxResults: 1001 })),
      refused(
        "ValidationException",
        "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000",
      ),
    );
    await assert.rejects(
      sfn.send(new ListExecutionsCommand({ stateMachineArn: machine, nextToken: "x" })),
      refused("InvalidToken", "Invalid Token: 'Invalid token'"),
    );
    await assert.rejects(
      sfn.send(new DescribeExecutionCommand({ executionArn: "x" })),
      refused("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: x'"),
    );
    const executionArn = `${account}:execution:refusals:none`;
    await assert.rejects(
      sfn.send(new DescribeExecutionCommand({ executionArn })),
      refused("ExecutionDoesNotExist", `Execution Does Not Exist: '${executionArn}'`),
    );
    await assert.rejects(start(machine, {}, "a b"), refused("InvalidName", "Invalid Name: 'a b'"));
    await assert.rejects(
      sfn.send(new SendTaskSuccessCommand({ taskToken: "x", output: "{}" })),
      refused("InvalidToken", "Invalid Token: 'Invalid token'"),
    );
    await assert.rejects(
      sfn.send(new RedriveExecutionCommand({ executionArn })),
      refused("UnknownOperationException", "The operation RedriveExecution is not supported by this version of Tutti."),
    );
  });
});

describe("tasks", () => {
  test("an activity's worker", async () => {
    const { activityArn = "" } = await sfn.send(new CreateActivityCommand({ name: "paint" }));
    assert.equal((await sfn.send(new DescribeActivityCommand({ activityArn }))).name, "paint");
    assert.deepEqual(
      (await sfn.send(new ListActivitiesCommand({}))).activities?.map(({ name }) => name),
      ["paint"],
    );
    const task = { Type: "Task", Resource: activityArn, HeartbeatSeconds: 30, End: true };
    const machine = await createMachine(sfn, "painter", { StartAt: "T", States: { T: task } });

    const polled = sfn.send(new GetActivityTaskCommand({ activityArn, workerName: "ada" }));
    const executionArn = await start(machine, { colour: "red" });
    const { taskToken, input = "" } = await polled;
    assert.deepEqual(JSON.parse(input), { colour: "red" });
    await tutti.advance({ seconds: 20 });
    await sfn.send(new SendTaskHeartbeatCommand({ taskToken }));
    await tutti.advance({ seconds: 20 });
    await sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{"painted":true}' }));
    assert.deepEqual(await outcome(executionArn), { status: "SUCCEEDED", output: { painted: true } });
    await assert.rejects(
      sfn.send(new SendTaskSuccessCommand({ taskToken, output: "{}" })),
      refused("TaskTimedOut", /^Task Timed Out: /),
    );

    const late = await start(machine);
    await sfn.send(new GetActivityTaskCommand({ activityArn }));
    await tutti.advance({ seconds: 31 });
    const timedOut = await sfn.send(new DescribeExecutionCommand({ executionArn: late }));
    assert.deepEqual([timedOut.status, timedOut.error], ["FAILED", "States.Timeout"]);

    await sfn.send(new DeleteActivityCommand({ activityArn }));
    await assert.rejects(
      sfn.send(new DescribeActivityCommand({ activityArn })),
      refused("ActivityDoesNotExist", `Activity Does Not Exist: '${activityArn}'`),
    );
  });

  test("a message with a task token, failed and caught", async () => {
    const sqs = new SQSClient({ endpoint: tutti.url, region: "us-east-1", credentials: tutti.credentials });
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "work" }));
    const machine = await createMachine(sfn, "asks", {
      StartAt: "Ask",
      States: {
        Ask: {
          Type: "Task",
          Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
          Parameters: { QueueUrl, MessageBody: { "who.$": "$.who", "token.$": "$$.Task.Token" } },
          Catch: [{ ErrorEquals: ["No"], ResultPath: "$.answer", Next: "Sorry" }],
          End: true,
        },
        Sorry: { Type: "Pass", End: true },
      },
    });
    const executionArn = await start(machine, { who: "Ada" });
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    const { who, token } = JSON.parse(Messages?.[0]?.Body ?? "{}") as { who: string; token: string };
    assert.equal(who, "Ada");
    await sfn.send(new SendTaskFailureCommand({ taskToken: token, error: "No", cause: "closed" }));
    const answer = { Error: "No", Cause: "closed" };
    assert.deepEqual(await outcome(executionArn), { status: "SUCCEEDED", output: { who: "Ada", answer } });
    sqs.destroy();
  });

  test("a child execution, waited for", async () => {
    const child = await createMachine(sfn, "child", pass);
    for (const pattern of ["", ".sync", ".sync:2"]) {
      const resource = `arn:aws:states:::states:startExecution${pattern}`;
      const machine = await createMachine(sfn, `parent${pattern.replace(":", "")}`.replace(".", "-"), {
        StartAt: "C",
        States: {
          C: { Type: "Task", Resource: resource, Parameters: { StateMachineArn: child, Input: { n: 1 } }, End: true },
        },
      });
      const { status, output } = await outcome(await start(machine));
      assert.equal(status, "SUCCEEDED");
      const result = output as { ExecutionArn: string; Output?: unknown };
      assert.match(result.ExecutionArn, /:execution:child:/);
      assert.deepEqual(result.Output, { "": undefined, ".sync": '{"n":1}', ".sync:2": { n: 1 } }[pattern]);
    }
  });
});
