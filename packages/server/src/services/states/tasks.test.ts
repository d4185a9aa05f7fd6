import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createMachine, links, outcome, owner, queueUrl, refusal, start, startStates } from "./testing/states-bench.ts";
import type { StatesBench } from "./testing/states-bench.ts";

const activityArn = `${owner}:activity:work`;
const work = (fields: object = {}): object => ({ T: { Type: "Task", Resource: activityArn, ...fields, End: true } });
const send = (pattern: string, parameters: object, fields: object = {}): object => ({
  S: {
    Type: "Task",
    Resource: `arn:aws:states:::sqs:sendMessage${pattern}`,
    Parameters: parameters,
    ...fields,
    End: true,
  },
});
const child = (pattern: string, parameters: object): object => ({
  C: { Type: "Task", Resource: `arn:aws:states:::states:startExecution${pattern}`, Parameters: parameters, End: true },
});

async function withActivity(): Promise<StatesBench> {
  const bench = await startStates();
  await bench.run("CreateActivity", { name: "work" });
  return bench;
}

describe("activities", () => {
  test("the oldest task goes to the worker that asks, a waiting worker is woken", async () => {
    const bench = await withActivity();
    const machine = await createMachine(bench, "m", work());
    await start(bench, machine, { n: 1 });
    await start(bench, machine, { n: 2 });
    const inputs = [];
    for (let index = 0; index < 2; index += 1) inputs.push((await bench.run("GetActivityTask", { activityArn })).input);
    assert.deepEqual(inputs, ['{"n":1}', '{"n":2}']);
    const waiting = bench.run("GetActivityTask", { activityArn, workerName: "ada" });
    const executionArn = await start(bench, machine, { n: 3 });
    const { taskToken } = await waiting;
    await bench.run("SendTaskSuccess", { taskToken, output: "[3]" });
    assert.equal((await outcome(bench, executionArn)).output, "[3]");
    assert.deepEqual(await links(bench, executionArn), [
      "1<0 ExecutionStarted",
      "2<0 TaskStateEntered",
      "3<2 ActivityScheduled",
      "4<3 ActivityStarted",
      "5<4 ActivitySucceeded",
      "6<5 TaskStateExited",
      "7<6 ExecutionSucceeded",
    ]);
    const empty = bench.run("GetActivityTask", { activityArn });
    await bench.advance(60);
    assert.deepEqual(await empty, {});
  });

  test("tokens: over, never given, no token at all, no JSON", async () => {
    const bench = await withActivity();
    await start(bench, await createMachine(bench, "m", work()));
    const { taskToken = "" } = await bench.run("GetActivityTask", { activityArn });
    assert.match(
      await refusal(bench.run("SendTaskSuccess", { taskToken, output: "{" })),
      /^InvalidOutput: Invalid Output: '/,
    );
    const [shard, arn, task] = JSON.parse(Buffer.from(taskToken, "base64url").toString()) as unknown[];
    const forged = Buffer.from(JSON.stringify([shard, arn, task, "guess"])).toString("base64url");
    assert.match(await refusal(bench.run("SendTaskSuccess", { taskToken: forged, output: "1" })), /^TaskDoesNotExist/);
    assert.match(await refusal(bench.run("SendTaskHeartbeat", { taskToken: "nonsense" })), /^InvalidToken/);
    await bench.run("SendTaskFailure", { taskToken });
    assert.match(await refusal(bench.run("SendTaskFailure", { taskToken })), /^TaskTimedOut/);
    assert.match(await refusal(bench.run("SendTaskHeartbeat", { taskToken })), /^TaskTimedOut/);
  });

  test("a missed heartbeat and a missed timeout end the task", async () => {
    const bench = await withActivity();
    const beating = await start(bench, await createMachine(bench, "beats", work({ HeartbeatSeconds: 10 })));
    const { taskToken } = await bench.run("GetActivityTask", { activityArn });
    for (let beat = 0; beat < 3; beat += 1) {
      await bench.advance(9);
      await bench.run("SendTaskHeartbeat", { taskToken });
    }
    await bench.advance(11);
    assert.deepEqual(
      [(await outcome(bench, beating)).status, (await outcome(bench, beating)).error],
      ["FAILED", "States.Timeout"],
    );
    const late = await start(bench, await createMachine(bench, "late", work({ TimeoutSeconds: 10 })));
    await bench.advance(10);
    assert.equal((await outcome(bench, late)).error, "States.Timeout");
    // A task that nobody took is not handed out any more.
    const poll = bench.run("GetActivityTask", { activityArn });
    await bench.advance(60);
    assert.deepEqual(await poll, {});
  });

  test("an activity that does not exist fails the execution", async () => {
    const bench = await startStates();
    const { status, error, cause } = await outcome(bench, await start(bench, await createMachine(bench, "m", work())));
    assert.deepEqual([status, error], ["FAILED", "States.Runtime"]);
    assert.match(cause ?? "", /The activity .*:activity:work does not exist\./);
  });
});

describe("sqs:sendMessage", () => {
  test("sends a text as it is and everything else as JSON", async () => {
    const bench = await startStates();
    for (const [name, body] of Object.entries({ text: "hi", object: { a: [1] }, number: 5 })) {
      const machine = await createMachine(bench, name, send("", { QueueUrl: queueUrl, MessageBody: body }));
      assert.equal((await outcome(bench, await start(bench, machine))).status, "SUCCEEDED");
    }
    assert.deepEqual(bench.sent, ["hi", '{"a":[1]}', "5"]);
  });

  test("a refusal has AWS's name and cause, and can be caught", async () => {
    const bench = await startStates();
    const parameters = { QueueUrl: "http://host:4566/111122223333/none", MessageBody: "x" };
    const failed = await outcome(bench, await start(bench, await createMachine(bench, "fails", send("", parameters))));
    assert.equal(failed.error, "SQS.QueueDoesNotExistException");
    assert.match(
      failed.cause ?? "",
      /^The specified queue does not exist\. \(Service: AmazonSQS; Status Code: 400; Error Code: AWS\.SimpleQueueService\.NonExistentQueue; Request ID: [0-9a-f-]{36}; Proxy: null\)$/,
    );
    const catches = { Catch: [{ ErrorEquals: ["SQS.QueueDoesNotExistException"], Next: "Q" }] };
    const states = { ...send("", parameters, catches), Q: { Type: "Pass", Result: "caught", End: true } };
    const caught = await start(bench, await createMachine(bench, "catches", states));
    assert.equal((await outcome(bench, caught)).output, '"caught"');
    assert.deepEqual(bench.sent, []);
  });

  test("parameters that do not fit are named", async () => {
    const bench = await startStates();
    const parameters = { MessageBody: "x", Queue: "q", DelaySeconds: "soon" };
    const { error, cause = "" } = await outcome(
      bench,
      await start(bench, await createMachine(bench, "m", send("", parameters))),
    );
    assert.equal(error, "States.Runtime");
    for (const problem of [
      'The field "QueueUrl" is required but was missing',
      'The field "Queue" is not supported by Step Functions',
      "The value for the field 'DelaySeconds' must be an INTEGER",
    ]) {
      assert.ok(cause.includes(problem), cause);
    }
  });

  test("with a task token waits for its end", async () => {
    const bench = await startStates();
    const parameters = { QueueUrl: queueUrl, MessageBody: { "token.$": "$$.Task.Token" } };
    const machine = await createMachine(bench, "m", send(".waitForTaskToken", parameters, { TimeoutSeconds: 100 }));
    const executionArn = await start(bench, machine);
    const { token } = JSON.parse(bench.sent[0] ?? "{}") as { token: string };
    await bench.advance(99);
    await bench.run("SendTaskSuccess", { taskToken: token, output: '"yes"' });
    assert.equal((await outcome(bench, executionArn)).output, '"yes"');
    const late = await start(bench, machine);
    await bench.advance(100);
    assert.equal((await outcome(bench, late)).error, "States.Timeout");
  });
});

describe("states:startExecution", () => {
  const childArn = `${owner}:stateMachine:child`;

  test("waits for a child that waits, and shows it as AWS does", async () => {
    const bench = await startStates();
    await createMachine(bench, "child", { W: { Type: "Wait", Seconds: 10, End: true } });
    const machine = await createMachine(
      bench,
      "m",
      child(".sync:2", { StateMachineArn: childArn, Input: { a: 1 }, Name: "kid" }),
    );
    const executionArn = await start(bench, machine);
    await bench.kernel.settle();
    assert.equal((await outcome(bench, executionArn)).status, "RUNNING");
    await bench.advance(10);
    const { Output, Status, Name, ExecutionArn } = JSON.parse((await outcome(bench, executionArn)).output ?? "{}");
    assert.deepEqual({ Output, Status, Name }, { Output: { a: 1 }, Status: "SUCCEEDED", Name: "kid" });
    assert.equal(ExecutionArn, `${owner}:execution:child:kid`);
    // The name is taken for good.
    const { error } = await outcome(bench, await settled(bench, start(bench, machine)));
    assert.equal(error, "StepFunctions.ExecutionAlreadyExistsException");
  });

  test("a child's failure is the task's; stopping the parent stops the child", async () => {
    const bench = await startStates();
    await createMachine(bench, "child", { F: { Type: "Fail", Error: "Broken", Cause: "no" } });
    const failed = await outcome(
      bench,
      await start(bench, await createMachine(bench, "m", child(".sync", { StateMachineArn: childArn }))),
    );
    assert.equal(failed.error, "States.TaskFailed");
    const { Error: error, Cause: cause, Status: status } = JSON.parse(failed.cause ?? "{}");
    assert.deepEqual([error, cause, status], ["Broken", "no", "FAILED"]);

    await createMachine(bench, "slow", { W: { Type: "Wait", Seconds: 1000, End: true } });
    const slow = `${owner}:stateMachine:slow`;
    const parent = await start(bench, await createMachine(bench, "p", child(".sync", { StateMachineArn: slow })));
    await bench.run("StopExecution", { executionArn: parent });
    const { executions } = await bench.run("ListExecutions", { stateMachineArn: slow });
    assert.deepEqual(
      executions?.map(({ status: ended }) => ended),
      ["ABORTED"],
    );
  });

  test("a machine that does not exist, and one that starts itself for ever", async () => {
    const bench = await startStates();
    const none = await start(bench, await createMachine(bench, "m", child("", { StateMachineArn: childArn })));
    assert.equal((await outcome(bench, none)).error, "StepFunctions.StateMachineDoesNotExistException");
    const parameters = { StateMachineArn: `${owner}:stateMachine:chain`, "Input.$": "States.MathAdd($, -1)" };
    const resource = "arn:aws:states:::states:startExecution.sync:2";
    const machine = await createMachine(bench, "chain", {
      More: { Type: "Choice", Choices: [{ Variable: "$", NumericGreaterThan: 0, Next: "Again" }], Default: "Done" },
      Again: { Type: "Task", Resource: resource, Parameters: parameters, ResultPath: null, End: true },
      Done: { Type: "Succeed" },
    });
    const deep = await settled(bench, start(bench, machine, 120));
    assert.equal((await outcome(bench, deep)).status, "SUCCEEDED");
    assert.deepEqual(bench.fatal, []);
  });
});

async function settled<Result>(bench: StatesBench, answer: Promise<Result>): Promise<Result> {
  const result = await answer;
  await bench.kernel.settle();
  return result;
}
