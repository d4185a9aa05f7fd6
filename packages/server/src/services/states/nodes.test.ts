/**
 * Executions whose activities, queues and children are decided on another node: what AWS shows must not depend on that.
 * The order of events is that of https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html and
 * of the integrations' pages.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ShardNotOwned } from "../../kernel/ownership.ts";
import { turn } from "../../kernel/testing/fixtures.ts";
import { owner, refusal } from "./testing/states-bench.ts";
import { leftShards, nameIn, queueIn, rightShards, startStatesNodes } from "./testing/states-nodes.ts";
import type { StatesNodes } from "./testing/states-nodes.ts";

const task = (resource: string, fields: object = {}): object => ({
  T: { Type: "Task", Resource: resource, ...fields, End: true },
});
const here = nameIn(leftShards, "stateMachine", "here");
const there = nameIn(rightShards, "stateMachine", "there");
const thereArn = `${owner}:stateMachine:${there}`;
const activity = nameIn(rightShards, "activity", "work");
const activityArn = `${owner}:activity:${activity}`;
const begun = ["ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted"];
const succeeded = ["TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"];

async function outcome(nodes: StatesNodes, executionArn: string): Promise<unknown[]> {
  const { status, output, error } = await nodes.run("DescribeExecution", { executionArn });
  return [status, error ?? output];
}

describe("a queue on another node", () => {
  const send = (pattern: string, fields: object = {}): object =>
    task(`arn:aws:states:::sqs:sendMessage${pattern}`, {
      Parameters: { QueueUrl: queueIn(rightShards), MessageBody: { "token.$": "$$.Task.Token" } },
      ...fields,
    });

  test("gets the message once, and the task its answer", async () => {
    const nodes = await startStatesNodes();
    const Parameters = { QueueUrl: queueIn(rightShards), MessageBody: "hello" };
    const machine = await nodes.createMachine(
      here,
      send("", { Parameters, ResultSelector: { "id.$": "$.MessageId" } }),
    );
    let messages = 0;
    nodes.net.fate = () => ({ delayMs: 0, isLost: (messages += 1) === 2 });
    const execution = await nodes.start(machine);
    assert.deepEqual(await outcome(nodes, execution), ["RUNNING", undefined]);
    await nodes.net.advance(10_000);
    assert.deepEqual(nodes.sent, ["hello"]);
    assert.deepEqual(await outcome(nodes, execution), ["SUCCEEDED", '{"id":"message"}']);
    assert.deepEqual(await nodes.types(execution), [...begun, ...succeeded]);
    await nodes.net.stop();
  });

  test("refuses in its own words", async () => {
    const nodes = await startStatesNodes();
    const Parameters = { QueueUrl: thereArn, MessageBody: "hello" };
    const execution = await nodes.start(await nodes.createMachine(here, send("", { Parameters })));
    await nodes.net.advance(10);
    assert.deepEqual(await outcome(nodes, execution), ["FAILED", "SQS.QueueDoesNotExistException"]);
    await nodes.net.stop();
  });

  test("its receiver may answer before the task knows that the message was sent", async () => {
    const nodes = await startStatesNodes();
    nodes.net.fate = (message) => ({ delayMs: message === "answer" ? 1_000 : 0 });
    const execution = await nodes.start(await nodes.createMachine(here, send(".waitForTaskToken")));
    await nodes.net.advance(10);
    const { token: taskToken } = JSON.parse(nodes.sent[0] ?? "{}") as { token: string };
    await nodes.run("SendTaskHeartbeat", { taskToken });
    await nodes.run("SendTaskSuccess", { taskToken, output: '"early"' });
    assert.match(await refusal(nodes.run("SendTaskSuccess", { taskToken, output: "2" })), /^TaskTimedOut/);
    assert.deepEqual(await nodes.types(execution), begun);
    await nodes.net.advance(2_000);
    assert.deepEqual(await nodes.types(execution), [...begun, "TaskSubmitted", ...succeeded]);
    assert.deepEqual(await outcome(nodes, execution), ["SUCCEEDED", '"early"']);
    await nodes.net.stop();
  });

  test("a task that timed out meanwhile is over, whatever is answered later", async () => {
    const nodes = await startStatesNodes();
    nodes.net.fate = () => ({ delayMs: 1_500 });
    const machine = await nodes.createMachine(here, send(".waitForTaskToken", { TimeoutSeconds: 1 }));
    const execution = await nodes.start(machine);
    await nodes.net.advance(10_000);
    assert.deepEqual(await outcome(nodes, execution), ["FAILED", "States.Timeout"]);
    assert.equal(nodes.sent.length, 1);
    const { token: taskToken } = JSON.parse(nodes.sent[0] ?? "{}") as { token: string };
    assert.match(await refusal(nodes.run("SendTaskSuccess", { taskToken, output: "1" })), /^TaskTimedOut/);
    await nodes.net.stop();
  });
});

describe("an activity on another node", () => {
  async function withWork(fields: object = {}): Promise<{ nodes: StatesNodes; execution: string }> {
    const nodes = await startStatesNodes();
    await nodes.run("CreateActivity", { name: activity });
    const execution = await nodes.start(await nodes.createMachine(here, task(activityArn, fields)));
    await nodes.net.advance(10);
    return { nodes, execution };
  }
  const scheduled = ["ExecutionStarted", "TaskStateEntered", "ActivityScheduled"];
  const done = ["ActivitySucceeded", "TaskStateExited", "ExecutionSucceeded"];

  test("hands its task to a worker that waits, whose name stands in the history", async () => {
    const nodes = await startStatesNodes();
    await nodes.run("CreateActivity", { name: activity });
    const worker = nodes.run("GetActivityTask", { activityArn, workerName: "w1" });
    const execution = await nodes.start(await nodes.createMachine(here, task(activityArn)));
    await nodes.net.advance(10);
    const { taskToken, input } = await worker;
    assert.equal(input, "{}");
    await nodes.net.advance(10);
    assert.deepEqual(await nodes.types(execution), [...scheduled, "ActivityStarted"]);
    const { events } = await nodes.run("GetExecutionHistory", { executionArn: execution });
    assert.deepEqual(events?.at(-1)?.["activityStartedEventDetails"], { workerName: "w1" });
    await nodes.run("SendTaskSuccess", { taskToken, output: "1" });
    assert.deepEqual(await outcome(nodes, execution), ["SUCCEEDED", "1"]);
    await nodes.net.stop();
  });

  test("its worker may be done before the execution knows that the task was taken", async () => {
    const { nodes, execution } = await withWork();
    nodes.net.fate = () => ({ delayMs: 1_000 });
    const { taskToken } = await nodes.run("GetActivityTask", { activityArn });
    await nodes.run("SendTaskSuccess", { taskToken, output: "1" });
    await nodes.net.advance(5_000);
    assert.deepEqual(await nodes.types(execution), [...scheduled, "ActivityStarted", ...done]);
    await nodes.net.stop();
  });

  test("a task that timed out is offered to nobody", async () => {
    const { nodes, execution } = await withWork({ TimeoutSeconds: 2 });
    await nodes.net.advance(5_000);
    assert.deepEqual(await outcome(nodes, execution), ["FAILED", "States.Timeout"]);
    const worker = nodes.run("GetActivityTask", { activityArn });
    await nodes.net.advance(61_000);
    assert.deepEqual(await worker, {});
    await nodes.net.stop();
  });

  test("that does not exist fails the task", async () => {
    const nodes = await startStatesNodes();
    const execution = await nodes.start(await nodes.createMachine(here, task(activityArn)));
    await nodes.net.advance(10);
    assert.deepEqual(await outcome(nodes, execution), ["FAILED", "States.Runtime"]);
    assert.deepEqual((await nodes.types(execution)).slice(2), [
      "ActivityScheduled",
      "ActivityScheduleFailed",
      "ExecutionFailed",
    ]);
    await nodes.net.stop();
  });

  for (const victim of ["left", "right"] as const) {
    test(`the ${victim} node dies while a worker has the task: it ends once`, async () => {
      const { nodes, execution } = await withWork();
      const { taskToken } = await nodes.run("GetActivityTask", { activityArn });
      nodes.net.kill(victim);
      await nodes.net.start("successor", victim === "left" ? leftShards : rightShards);
      await nodes.net.advance(10_000);
      await nodes.run("SendTaskSuccess", { taskToken, output: "1" });
      assert.deepEqual(await nodes.types(execution), [...scheduled, "ActivityStarted", ...done]);
      const worker = nodes.run("GetActivityTask", { activityArn });
      await nodes.net.advance(61_000);
      assert.deepEqual(await worker, {});
      await nodes.net.stop();
    });
  }
});

describe("a child on another node", () => {
  const child = (pattern: string, fields: object = {}): object =>
    task(`arn:aws:states:::states:startExecution${pattern}`, { Parameters: { StateMachineArn: thereArn, ...fields } });
  const pass = { P: { Type: "Pass", Result: [7], End: true } };
  const wait = { W: { Type: "Wait", Seconds: 100, End: true } };

  async function statuses(nodes: StatesNodes): Promise<(string | undefined)[]> {
    const { executions = [] } = await nodes.run("ListExecutions", { stateMachineArn: thereArn });
    return executions.map(({ status }) => status);
  }

  for (const [pattern, shown] of [
    [".sync", '"[7]"'],
    [".sync:2", "[7]"],
  ] as const) {
    test(`${pattern}: its end is the parent's next step, also when it is quicker than the news of its start`, async () => {
      const nodes = await startStatesNodes();
      await nodes.createMachine(there, pass);
      const states = child(pattern) as { T: object };
      const machine = await nodes.createMachine(here, { T: { ...states.T, OutputPath: "$.Output" } });
      nodes.net.fate = (message) => ({ delayMs: message === "answer" ? 1_500 : 0 });
      const execution = await nodes.start(machine);
      await nodes.net.advance(100);
      assert.deepEqual(await statuses(nodes), ["SUCCEEDED"]);
      assert.deepEqual(await nodes.types(execution), begun);
      await nodes.net.advance(5_000);
      assert.deepEqual(await nodes.types(execution), [...begun, "TaskSubmitted", ...succeeded]);
      assert.deepEqual(await outcome(nodes, execution), ["SUCCEEDED", shown]);
      await nodes.net.stop();
    });
  }

  test("that fails, fails the parent's task", async () => {
    const nodes = await startStatesNodes();
    await nodes.createMachine(there, { F: { Type: "Fail", Error: "Broken" } });
    const execution = await nodes.start(await nodes.createMachine(here, child(".sync")));
    await nodes.net.advance(100);
    assert.deepEqual(await outcome(nodes, execution), ["FAILED", "States.TaskFailed"]);
    await nodes.net.stop();
  });

  test("has a name nobody else has; a machine that is not there refuses", async () => {
    const nodes = await startStatesNodes();
    const machine = await nodes.createMachine(here, child("", { Name: "kid" }));
    const early = await nodes.start(machine);
    await nodes.net.advance(100);
    assert.deepEqual(await outcome(nodes, early), ["FAILED", "StepFunctions.StateMachineDoesNotExistException"]);
    await nodes.createMachine(there, pass);
    const [first, second] = [await nodes.start(machine), await nodes.start(machine)];
    await nodes.net.advance(100);
    assert.equal((await outcome(nodes, first))[0], "SUCCEEDED");
    assert.deepEqual(await outcome(nodes, second), ["FAILED", "StepFunctions.ExecutionAlreadyExistsException"]);
    await nodes.net.stop();
  });

  test("is stopped with its parent, also when the parent does not know yet that it runs", async () => {
    const nodes = await startStatesNodes();
    await nodes.createMachine(there, wait);
    const machine = await nodes.createMachine(here, child(".sync"));
    const known = await nodes.start(machine);
    await nodes.net.advance(100);
    nodes.net.fate = () => ({ delayMs: 500 });
    const late = await nodes.start(machine);
    for (const executionArn of [known, late]) await nodes.run("StopExecution", { executionArn });
    await nodes.net.advance(10_000);
    assert.deepEqual(await statuses(nodes), ["ABORTED", "ABORTED"]);
    await nodes.net.stop();
  });

  for (const victim of ["left", "right"] as const) {
    test(`the ${victim} node dies at the worst moments: one child, one end`, async () => {
      const nodes = await startStatesNodes();
      await nodes.createMachine(there, wait);
      let messages = 0;
      nodes.net.fate = () => ({ delayMs: 0, isLost: (messages += 1) % 2 === 0 });
      const execution = await nodes.start(await nodes.createMachine(here, child(".sync:2")));
      for (const seconds of [1, 99]) {
        await turn();
        await nodes.net.advance(seconds * 1_000);
        nodes.net.kill(victim);
        await nodes.net.start(victim, victim === "left" ? leftShards : rightShards);
      }
      nodes.net.fate = () => ({ delayMs: 0 });
      await nodes.net.advance(20_000);
      assert.deepEqual(await statuses(nodes), ["SUCCEEDED"]);
      assert.deepEqual(await nodes.types(execution), [...begun, "TaskSubmitted", ...succeeded]);
      await nodes.net.stop();
    });
  }
});

describe("what other nodes decide for", () => {
  test("is in every list, on every node, page by page", async () => {
    const nodes = await startStatesNodes();
    const machines = [here, there].toSorted();
    const activities = [activity, nameIn(leftShards, "activity", "w")].toSorted();
    for (const name of machines) await nodes.createMachine(name, { P: { Type: "Pass", End: true } });
    for (const name of activities) await nodes.run("CreateActivity", { name });
    for (const node of nodes.net.nodes.values()) {
      const list = async (input: object) => nodes.runOn(node, "ListStateMachines", input);
      assert.deepEqual(
        (await list({})).stateMachines?.map(({ name }) => name),
        machines,
      );
      const { stateMachines: first = [], nextToken } = await list({ maxResults: 1 });
      const { stateMachines: second = [], nextToken: end } = await list({ maxResults: 1, nextToken });
      assert.deepEqual(
        [...first, ...second].map(({ name }) => name),
        machines,
      );
      assert.equal(end, undefined);
      const { activities: listed } = (await nodes.runOn(node, "ListActivities", {})) as {
        activities?: { name: string }[];
      };
      assert.deepEqual(
        listed?.map(({ name }) => name),
        activities,
      );
    }
    await nodes.net.stop();
  });

  test("is asked of its owner: a request in any other place is sent on", async () => {
    const nodes = await startStatesNodes();
    const [left] = nodes.net.nodes.values();
    assert.ok(left?.name === "left");
    const executionArn = await nodes.start(
      await nodes.createMachine(there, { W: { Type: "Wait", Seconds: 9, End: true } }),
    );
    await nodes.run("CreateActivity", { name: activity });
    const taskToken = Buffer.from(JSON.stringify([0, executionArn, "task", "secret"])).toString("base64url");
    for (const [operation, input] of [
      ["DescribeStateMachine", { stateMachineArn: thereArn }],
      ["StartExecution", { stateMachineArn: thereArn }],
      ["ListExecutions", { stateMachineArn: thereArn }],
      ["CreateStateMachine", { name: there }],
      ["DescribeExecution", { executionArn }],
      ["StopExecution", { executionArn }],
      ["GetExecutionHistory", { executionArn }],
      ["CreateActivity", { name: activity }],
      ["GetActivityTask", { activityArn }],
      ["SendTaskSuccess", { taskToken, output: "1" }],
      ["TagResource", { resourceArn: activityArn, tags: [] }],
      ["ListTagsForResource", { resourceArn: thereArn }],
    ] as const)
      await assert.rejects(nodes.runOn(left, operation, input), ShardNotOwned, operation);
    await nodes.net.stop();
  });
});
