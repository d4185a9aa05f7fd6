import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../json/value.ts";
import type { TaskRequest } from "../protocol.ts";
import { fails, runMachine, START_TIME, succeeds } from "../testing/host.ts";
import type { TaskScript, TestRun } from "../testing/host.ts";
import { detailsOf, failureOf, links } from "../testing/links.ts";
import { ACTIVITY_ARN, FUNCTION_ARN, machineOf, SEND_MESSAGE, singleState } from "../testing/machines.ts";
import type { Definition } from "../testing/machines.ts";

const PREFIX = "An error occurred while executing the state 'S' (entered at the event id #2). ";

function task(state: Definition, script: TaskScript, more: Partial<TestRun> = {}): ReturnType<typeof runMachine> {
  const machine = singleState({ Type: "Task", Resource: SEND_MESSAGE, ...state });
  return runMachine({ machine, tasks: () => script, ...more });
}

function onlyTask(tasks: readonly TaskRequest[]): TaskRequest {
  const [first] = tasks;
  assert.ok(first !== undefined && tasks.length === 1);
  return first;
}

test("an integration is handed out with its parameters and gives its result", () => {
  const { execution, history, tasks } = task(
    { Parameters: { "MessageBody.$": "$.text", QueueUrl: "q" }, TimeoutSeconds: 60, HeartbeatSeconds: 10 },
    succeeds({ MessageId: "1" }, 2),
    { input: { text: "hello" } },
  );
  assert.deepEqual(execution.output, { MessageId: "1" });
  assert.deepEqual(links(history), [
    "1 ExecutionStarted ←0",
    "2 TaskStateEntered ←0",
    "3 TaskScheduled ←2",
    "4 TaskStarted ←3",
    "5 TaskSucceeded ←4",
    "6 TaskStateExited ←5",
    "7 ExecutionSucceeded ←6",
  ]);
  assert.deepEqual(detailsOf(history, "TaskScheduled"), {
    resourceType: "sqs",
    resource: "sendMessage",
    region: "eu-west-1",
    parameters: '{"MessageBody":"hello","QueueUrl":"q"}',
    timeoutInSeconds: 60,
    heartbeatInSeconds: 10,
  });
  assert.deepEqual(detailsOf(history, "TaskStarted"), { resourceType: "sqs", resource: "sendMessage" });
  assert.deepEqual(detailsOf(history, "TaskSucceeded"), {
    resourceType: "sqs",
    resource: "sendMessage",
    output: '{"MessageId":"1"}',
    outputDetails: { truncated: false },
  });
  const request = onlyTask(tasks);
  assert.deepEqual(request.input, { MessageBody: "hello", QueueUrl: "q" });
  assert.equal(request.stateName, "S");
  assert.equal(request.token, undefined);
  assert.equal(request.timeoutSeconds, 60);
  assert.equal(request.heartbeatSeconds, 10);
});

test("a callback task shows its token in the context object and waits after it was submitted", () => {
  const { history, tasks } = task(
    { Resource: `${SEND_MESSAGE}.waitForTaskToken`, Parameters: { "token.$": "$$.Task.Token" } },
    [
      { after: 0, event: { kind: "taskStarted" } },
      { after: 1, event: { kind: "taskSubmitted", output: { MessageId: "m" } } },
      { after: 9, event: { kind: "taskSucceeded", output: "done" } },
    ],
  );
  const request = onlyTask(tasks);
  assert.equal(request.token, `token of ${request.taskId}`);
  assert.deepEqual(request.input, { token: request.token });
  assert.deepEqual(links(history).slice(2, 6), [
    "3 TaskScheduled ←2",
    "4 TaskStarted ←3",
    "5 TaskSubmitted ←4",
    "6 TaskSucceeded ←5",
  ]);
  assert.deepEqual(detailsOf(history, "TaskSubmitted"), {
    resourceType: "sqs",
    resource: "sendMessage.waitForTaskToken",
    output: '{"MessageId":"m"}',
    outputDetails: { truncated: false },
  });
});

test("a .sync:2 task names its pattern", () => {
  const { history } = task({ Resource: "arn:aws:states:::states:startExecution.sync:2", Parameters: {} }, succeeds({}));
  const { resourceType, resource } = detailsOf(history, "TaskScheduled");
  assert.deepEqual([resourceType, resource], ["states", "startExecution.sync:2"]);
});

test("an activity has its own events, a token and a worker", () => {
  const { history, tasks } = task({ Resource: ACTIVITY_ARN, HeartbeatSeconds: 5, TimeoutSeconds: 10 }, [
    { after: 1, event: { kind: "taskStarted", workerName: "worker 1" } },
    { after: 2, event: { kind: "taskSucceeded", output: 5 } },
  ]);
  assert.ok(onlyTask(tasks).token !== undefined);
  assert.deepEqual(links(history).slice(2, 6), [
    "3 ActivityScheduled ←2",
    "4 ActivityStarted ←3",
    "5 ActivitySucceeded ←4",
    "6 TaskStateExited ←5",
  ]);
  assert.deepEqual(detailsOf(history, "ActivityScheduled"), {
    resource: ACTIVITY_ARN,
    input: "{}",
    inputDetails: { truncated: false },
    timeoutInSeconds: 10,
    heartbeatInSeconds: 5,
  });
  assert.deepEqual(detailsOf(history, "ActivityStarted"), { workerName: "worker 1" });
  assert.deepEqual(detailsOf(history, "ActivitySucceeded"), { output: "5", outputDetails: { truncated: false } });
});

test("a function has its own events and no token", () => {
  const { history, tasks } = task({ Resource: FUNCTION_ARN, Credentials: { "RoleArn.$": "$.role" } }, succeeds(1), {
    input: { role: "arn:aws:iam::123456789012:role/other" },
  });
  assert.equal(onlyTask(tasks).token, undefined);
  assert.deepEqual(onlyTask(tasks).credentials, { RoleArn: "arn:aws:iam::123456789012:role/other" });
  assert.deepEqual(links(history).slice(2, 5), [
    "3 LambdaFunctionScheduled ←2",
    "4 LambdaFunctionStarted ←3",
    "5 LambdaFunctionSucceeded ←4",
  ]);
  assert.deepEqual(detailsOf(history, "LambdaFunctionScheduled"), {
    resource: FUNCTION_ARN,
    input: '{"role":"arn:aws:iam::123456789012:role/other"}',
    inputDetails: { truncated: false },
    taskCredentials: { roleArn: "arn:aws:iam::123456789012:role/other" },
  });
});

test("results pass ResultSelector, ResultPath and OutputPath in this order", () => {
  const { execution } = task(
    { ResultSelector: { "kept.$": "$.a" }, ResultPath: "$.in.result", OutputPath: "$.in" },
    succeeds({ a: 1, b: 2 }),
    { input: { in: { n: 0 }, more: 1 } },
  );
  assert.deepEqual(execution.output, { n: 0, result: { kept: 1 } });
});

test("a failure without Retry or Catch fails the execution", () => {
  const { execution, history } = task({}, fails("Broken", "It broke.", 1));
  assert.deepEqual(failureOf(execution), { error: "Broken", cause: "It broke." });
  assert.deepEqual(links(history).slice(3), ["4 TaskStarted ←3", "5 TaskFailed ←4", "6 ExecutionFailed ←5"]);
  assert.deepEqual(detailsOf(history, "TaskFailed"), {
    resourceType: "sqs",
    resource: "sendMessage",
    error: "Broken",
    cause: "It broke.",
  });
});

test("the phase a task failed in names its event", () => {
  const cases = [
    [SEND_MESSAGE, "schedule", "TaskStartFailed"],
    [SEND_MESSAGE, "start", "TaskStartFailed"],
    [SEND_MESSAGE, "submit", "TaskSubmitFailed"],
    [SEND_MESSAGE, "run", "TaskFailed"],
    [FUNCTION_ARN, "schedule", "LambdaFunctionScheduleFailed"],
    [FUNCTION_ARN, "start", "LambdaFunctionStartFailed"],
    [FUNCTION_ARN, "submit", "LambdaFunctionFailed"],
    [FUNCTION_ARN, "run", "LambdaFunctionFailed"],
    [ACTIVITY_ARN, "schedule", "ActivityScheduleFailed"],
    [ACTIVITY_ARN, "start", "ActivityFailed"],
    [ACTIVITY_ARN, "run", "ActivityFailed"],
  ] as const;
  for (const [resource, phase, type] of cases) {
    const { history } = task({ Resource: resource }, [{ after: 1, event: { kind: "taskFailed", error: "E", phase } }]);
    assert.deepEqual(links(history).slice(3), [`4 ${type} ←3`, "5 ExecutionFailed ←4"]);
    assert.equal(history[3]?.details?.["error"], "E");
    assert.equal(history[3]?.details?.["cause"], undefined);
  }
});

test("a task that takes too long times out and is called off", () => {
  const { execution, history, commands, elapsed, tasks } = task({ TimeoutSeconds: 30, HeartbeatSeconds: 29 }, [
    { after: 0, event: { kind: "taskStarted" } },
    { after: 20, event: { kind: "taskHeartbeat" } },
    { after: 40, event: { kind: "taskSucceeded", output: "too late" } },
  ]);
  assert.deepEqual(failureOf(execution), { error: "States.Timeout", cause: undefined });
  assert.deepEqual(links(history).slice(3), ["4 TaskStarted ←3", "5 TaskTimedOut ←4", "6 ExecutionFailed ←5"]);
  assert.deepEqual(detailsOf(history, "TaskTimedOut"), {
    resourceType: "sqs",
    resource: "sendMessage",
    error: "States.Timeout",
  });
  assert.equal(history.at(-1)?.timestamp, START_TIME + 30_000);
  assert.equal(elapsed, 40_000);
  assert.ok(commands.some((command) => command.kind === "cancelTask" && command.taskId === onlyTask(tasks).taskId));
});

test("heartbeats keep a task alive until one is missed", () => {
  const { execution, history } = task({ Resource: ACTIVITY_ARN, HeartbeatSeconds: 10 }, [
    { after: 1, event: { kind: "taskStarted" } },
    { after: 9, event: { kind: "taskHeartbeat" } },
    { after: 18, event: { kind: "taskHeartbeat" } },
  ]);
  assert.equal(execution.error, "States.Timeout");
  assert.equal(history.at(-2)?.type, "ActivityTimedOut");
  assert.equal(history.at(-1)?.timestamp, START_TIME + 28_000);
});

test("timeouts may come from the input", () => {
  const { history } = task({ TimeoutSecondsPath: "$.t", HeartbeatSecondsPath: "$.h" }, succeeds(1), {
    input: { t: 7, h: 3 },
  });
  const { timeoutInSeconds, heartbeatInSeconds } = detailsOf(history, "TaskScheduled");
  assert.deepEqual([timeoutInSeconds, heartbeatInSeconds], [7, 3]);
});

test("a timeout of the input that is of no use fails the state before it is scheduled", () => {
  const cases: readonly (readonly [Json, string])[] = [
    [{}, "The TimeoutSecondsPath parameter does not reference an input value: $.t"],
    [{ t: 1.5 }, "The TimeoutSecondsPath parameter cannot be parsed as a long value: $.t == 1.5"],
    [{ t: -1 }, "The TimeoutSecondsPath parameter references a negative value: $.t == -1"],
  ];
  for (const [input, text] of cases) {
    const { execution, tasks } = task({ TimeoutSecondsPath: "$.t" }, [], { input });
    assert.deepEqual(failureOf(execution), { error: "States.Runtime", cause: PREFIX + text });
    assert.equal(tasks.length, 0);
  }
  assert.equal(task({ TimeoutSecondsPath: "$.t" }, [], { input: { t: 0 } }).execution.error, "States.Runtime");
});

test("a result of more than 256 KiB is States.DataLimitExceeded, said of what was called", () => {
  const large = "x".repeat(262_143);
  for (const [resource, subject] of [
    [SEND_MESSAGE, "sqs"],
    [FUNCTION_ARN, FUNCTION_ARN],
    [ACTIVITY_ARN, ACTIVITY_ARN],
  ] as const) {
    const { execution, history } = task({ Resource: resource, TimeoutSeconds: 9 }, succeeds(large));
    assert.deepEqual(failureOf(execution), {
      error: "States.DataLimitExceeded",
      cause: `The state/task '${subject}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    });
    assert.match(history.at(-2)?.type ?? "", /Failed$/);
  }
  assert.equal(task({}, succeeds("x".repeat(262_142))).execution.status, "SUCCEEDED");
});

test("parameters that grow beyond measure are refused without being written out", () => {
  const repeated = Array.from({ length: 5000 }, () => ({ "copy.$": "$" }));
  const { execution, tasks } = task({ Parameters: { repeated } }, [], { input: "x".repeat(100_000) });
  assert.equal(execution.error, "States.DataLimitExceeded");
  assert.equal(tasks.length, 0);
});

test("events come once, in their order, and only for the task that is out", () => {
  const { history } = task({ Resource: `${SEND_MESSAGE}.waitForTaskToken`, Parameters: {} }, [
    { after: 1, event: { kind: "taskStarted" } },
    { after: 2, event: { kind: "taskStarted" } },
    { after: 3, event: { kind: "taskSubmitted", output: 1 } },
    { after: 4, event: { kind: "taskSubmitted", output: 2 } },
    { after: 4, event: { kind: "taskStarted" } },
    { after: 5, event: { kind: "taskSucceeded", output: 3 } },
    { after: 6, event: { kind: "taskFailed", error: "E", phase: "run" } },
    { after: 7, event: { kind: "taskHeartbeat" } },
  ]);
  assert.deepEqual(
    history.map((event) => event.type),
    [
      "ExecutionStarted",
      "TaskStateEntered",
      "TaskScheduled",
      "TaskStarted",
      "TaskSubmitted",
      "TaskSucceeded",
      "TaskStateExited",
      "ExecutionSucceeded",
    ],
  );
});

test("a request-response task is never submitted", () => {
  const { history } = task({}, [
    { after: 1, event: { kind: "taskSubmitted", output: 1 } },
    { after: 2, event: { kind: "taskSucceeded", output: 2 } },
  ]);
  assert.ok(!history.some((event) => event.type === "TaskSubmitted"));
});

test("the context object of a retry counts", () => {
  const machine = machineOf({
    StartAt: "S",
    States: {
      S: {
        Type: "Task",
        Resource: SEND_MESSAGE,
        Parameters: { "retries.$": "$$.State.RetryCount" },
        Retry: [
          { ErrorEquals: ["A"], MaxAttempts: 2 },
          { ErrorEquals: ["States.ALL"], MaxAttempts: 2 },
        ],
        End: true,
      },
    },
  });
  const errors = ["A", "B", "A"];
  const { tasks, execution } = runMachine({
    machine,
    tasks: (_request, attempt) => (attempt <= 3 ? fails(errors[attempt - 1] ?? "", "") : succeeds("ok")),
  });
  assert.equal(execution.output, "ok");
  assert.deepEqual(
    tasks.map((request) => request.input),
    [0, 1, 2, 3].map((retries) => ({ retries })),
  );
});
