import assert from "node:assert/strict";
import { test } from "node:test";
import { advance, newExecution } from "./advance.ts";
import type { InterpreterHost } from "./protocol.ts";
import { runMachine, START_TIME, succeeds } from "./testing/host.ts";
import { detailsOf, failureOf, links } from "./testing/links.ts";
import { machineOf, SEND_MESSAGE, singleState } from "./testing/machines.ts";
import type { Definition } from "./testing/machines.ts";

const HOST: InterpreterHost = {
  now: START_TIME,
  random: () => 0.5,
  uuid: () => "00000000-0000-4000-8000-000000000000",
  taskToken: (taskId) => taskId,
};

const PARAMETERS = {
  arn: "arn:aws:states:eu-west-1:123456789012:execution:machine:run",
  name: "run",
  roleArn: "arn:aws:iam::123456789012:role/machine",
  machineArn: "arn:aws:states:eu-west-1:123456789012:stateMachine:machine",
  machineName: "machine",
  input: { n: 1 },
  startedAt: START_TIME,
};

const TASK = { Type: "Task", Resource: SEND_MESSAGE };

const BUSY = machineOf({
  StartAt: "P",
  TimeoutSeconds: 100,
  States: {
    P: {
      Type: "Parallel",
      Branches: [
        { StartAt: "Work", States: { Work: { ...TASK, TimeoutSeconds: 200, HeartbeatSeconds: 150, End: true } } },
        {
          StartAt: "M",
          States: {
            M: {
              Type: "Map",
              ItemsPath: "$.items",
              ItemProcessor: { StartAt: "Nap", States: { Nap: { Type: "Wait", SecondsPath: "$", End: true } } },
              End: true,
            },
          },
        },
      ],
      End: true,
    },
  },
});

test("a new execution is plain JSON and has not begun", () => {
  const execution = newExecution(PARAMETERS);
  assert.deepEqual(JSON.parse(JSON.stringify(execution)), execution);
  assert.equal(execution.status, "RUNNING");
  assert.equal(execution.redriveCount, 0);
  assert.equal(newExecution({ ...PARAMETERS, redriveCount: 2 }).redriveCount, 2);
});

test("the start shows input, role, version and alias", () => {
  const machine = singleState({ Type: "Pass" });
  const execution = newExecution({ ...PARAMETERS, machineVersionArn: "version", machineAliasArn: "alias" });
  const [started] = advance(machine, execution, { kind: "start" }, HOST).history;
  assert.deepEqual(started, {
    id: 1,
    previousEventId: 0,
    timestamp: START_TIME,
    type: "ExecutionStarted",
    detailsKey: "executionStartedEventDetails",
    details: {
      input: '{"n":1}',
      inputDetails: { truncated: false },
      roleArn: PARAMETERS.roleArn,
      stateMachineAliasArn: "alias",
      stateMachineVersionArn: "version",
    },
  });
});

test("a second start does nothing", () => {
  const machine = singleState(TASK);
  const { execution } = advance(machine, newExecution(PARAMETERS), { kind: "start" }, HOST);
  const step = advance(machine, execution, { kind: "start" }, HOST);
  assert.deepEqual(step, { execution, changedScopeIds: [], removedScopeIds: [], commands: [], history: [] });
});

test("an event for something that is no longer so gives an empty step", () => {
  const machine = singleState(TASK);
  const { execution } = advance(machine, newExecution(PARAMETERS), { kind: "start" }, HOST);
  for (const event of [
    { kind: "continue" },
    { kind: "timerFired", timerId: "wait:0:2" },
    { kind: "timerFired", timerId: "execution" },
    { kind: "timerFired", timerId: "nonsense" },
    { kind: "timerFired", timerId: "wait:__proto__:2" },
    { kind: "timerFired", timerId: "" },
    { kind: "taskStarted", taskId: "task:0:99" },
    { kind: "taskSucceeded", taskId: "task:7:3", output: 1 },
    { kind: "taskFailed", taskId: "task:constructor:3", phase: "run" },
    { kind: "taskHeartbeat", taskId: "task:0:3" },
    { kind: "taskSubmitted", taskId: "task:0:3", output: 1 },
  ] as const) {
    const step = advance(machine, execution, event, HOST);
    assert.deepEqual(step, { execution, changedScopeIds: [], removedScopeIds: [], commands: [], history: [] });
  }
});

test("stop aborts what is running, from the inside out, and calls everything off", () => {
  const { execution, history, commands } = runMachine({
    machine: BUSY,
    input: { items: [50, 60] },
    events: [{ at: 10, event: { kind: "stop", error: "Enough", cause: "No more." } }],
  });
  assert.equal(execution.status, "ABORTED");
  assert.deepEqual(failureOf(execution), { error: "Enough", cause: "No more." });
  assert.deepEqual(links(history), [
    "1 ExecutionStarted ←0",
    "2 ParallelStateEntered ←0",
    "3 ParallelStateStarted ←2",
    "4 TaskStateEntered ←3",
    "5 MapStateEntered ←3",
    "6 TaskScheduled ←4",
    "7 MapStateStarted ←5",
    "8 MapIterationStarted ←7",
    "9 WaitStateEntered ←8",
    "10 MapIterationStarted ←7",
    "11 WaitStateEntered ←10",
    "12 TaskStateAborted ←6",
    "13 WaitStateAborted ←9",
    "14 MapIterationAborted ←13",
    "15 WaitStateAborted ←11",
    "16 MapIterationAborted ←15",
    "17 MapStateAborted ←16",
    "18 ParallelStateAborted ←17",
    "19 ExecutionAborted ←18",
  ]);
  assert.deepEqual(detailsOf(history, "ExecutionAborted"), { error: "Enough", cause: "No more." });
  assert.equal(history[11]?.detailsKey, undefined);
  assert.equal(commands.at(-1)?.kind, "finish");
});

test("stop needs no error and no cause", () => {
  const { execution, history } = runMachine({
    machine: singleState({ Type: "Wait", Seconds: 60 }),
    events: [{ at: 1, event: { kind: "stop" } }],
  });
  assert.deepEqual(failureOf(execution), { error: undefined, cause: undefined });
  assert.deepEqual(links(history).slice(1), [
    "2 WaitStateEntered ←0",
    "3 WaitStateAborted ←2",
    "4 ExecutionAborted ←3",
  ]);
  assert.deepEqual(detailsOf(history, "ExecutionAborted"), {});
});

test("the machine's TimeoutSeconds ends the execution as TIMED_OUT", () => {
  const { execution, history, elapsed } = runMachine({ machine: BUSY, input: { items: [500] } });
  assert.equal(execution.status, "TIMED_OUT");
  assert.equal(elapsed, 100_000);
  assert.deepEqual(links(history).slice(-4), [
    "12 MapIterationAborted ←11",
    "13 MapStateAborted ←12",
    "14 ParallelStateAborted ←13",
    "15 ExecutionTimedOut ←14",
  ]);
});

test("the machine's timer is called off when the execution ends before", () => {
  const machine = machineOf({ StartAt: "S", TimeoutSeconds: 9, States: { S: { ...TASK, End: true } } });
  const { execution, commands } = runMachine({ machine, tasks: () => succeeds(1, 2) });
  assert.equal(execution.status, "SUCCEEDED");
  assert.deepEqual(
    commands.filter((command) => command.kind === "armTimer" || command.kind === "disarmTimer"),
    [
      { kind: "armTimer", timerId: "execution", at: START_TIME + 9000 },
      { kind: "disarmTimer", timerId: "execution" },
    ],
  );
});

const ENDLESS = {
  StartAt: "Round",
  States: {
    Round: { Type: "Pass", Next: "Again" },
    Again: { Type: "Choice", Choices: [{ Variable: "$.stop", IsPresent: true, Next: "Never" }], Default: "Round" },
    Never: { Type: "Succeed" },
  },
};

const ENDLESS_AND_OTHERS = [
  ENDLESS,
  { StartAt: "Work", States: { Work: { ...TASK, TimeoutSeconds: 99, End: true } } },
  { StartAt: "Nap", States: { Nap: { Type: "Wait", Seconds: 60, End: true } } },
];

/** From `Count`, so many rounds of two states (four events), then the state `next`. Wants the input `{ "n": 0 }`. */
function countTo(rounds: number, next: string): Definition {
  return {
    Count: { Type: "Pass", Parameters: { "n.$": "States.MathAdd($.n, 1)" }, Next: "Enough" },
    Enough: { Type: "Choice", Choices: [{ Variable: "$.n", NumericLessThan: rounds, Next: "Count" }], Default: next },
  };
}

test("a full history fails the execution, the failure being event 25,000", () => {
  const { execution, history } = runMachine({ machine: machineOf(ENDLESS) });
  assert.equal(history.length, 25_000);
  assert.equal(history.at(-1)?.type, "ExecutionFailed");
  assert.equal(history.at(-1)?.previousEventId, 24_999);
  assert.deepEqual(failureOf(execution), {
    error: "States.Runtime",
    cause: "The execution reached the maximum number of history events (25000).",
  });
});

test("a full history calls off what runs beside it", () => {
  const machine = machineOf({
    StartAt: "P",
    TimeoutSeconds: 1000,
    States: {
      P: {
        Type: "Parallel",
        Branches: ENDLESS_AND_OTHERS,
        End: true,
      },
    },
  });
  const { execution, history } = runMachine({ machine });
  assert.equal(execution.status, "FAILED");
  assert.equal(history.length, 25_000);
});

test("what was to begin in the step that fills the history does not begin", () => {
  const machine = machineOf({
    StartAt: "Count",
    States: {
      ...countTo(6240, "P"),
      P: {
        Type: "Parallel",
        Branches: ENDLESS_AND_OTHERS,
        End: true,
      },
    },
  });
  const { history, commands } = runMachine({ machine, input: { n: 0 } });
  assert.equal(history.length, 25_000);
  assert.ok(history.some((event) => event.type === "TaskScheduled"));
  assert.deepEqual(new Set(commands.map((command) => command.kind)), new Set(["continue", "finish"]));
});

test("an execution whose last event is number 25,000 may still succeed", () => {
  // ExecutionStarted, 12,498 rounds of entered and exited, one Succeed, ExecutionSucceeded.
  const machine = machineOf({
    StartAt: "Count",
    States: {
      ...countTo(6249, "Done"),
      Done: { Type: "Succeed" },
    },
  });
  const { execution, history } = runMachine({ machine, input: { n: 0 } });
  assert.equal(execution.status, "SUCCEEDED");
  assert.equal(history.length, 1 + 6249 * 4 + 2 + 1);
  assert.equal(history.length, 25_000);
});

test("an execution can be stopped although its history is full", () => {
  const machine = machineOf({
    StartAt: "Count",
    States: {
      ...countTo(6249, "Work"),
      Work: { ...TASK, End: true },
    },
  });
  const { execution, history } = runMachine({ machine, input: { n: 0 }, events: [{ at: 5, event: { kind: "stop" } }] });
  assert.equal(execution.status, "ABORTED");
  assert.deepEqual(links(history).slice(-3), [
    "24998 TaskStateEntered ←24997",
    "24999 TaskScheduled ←24998",
    "25000 ExecutionAborted ←24999",
  ]);
});

test("a machine that is not the execution's own is refused", () => {
  const { execution } = advance(singleState(TASK, "One"), newExecution(PARAMETERS), { kind: "start" }, HOST);
  const other = singleState(TASK, "Other");
  assert.throws(
    () => advance(other, execution, { kind: "taskSucceeded", taskId: "task:0:3", output: 1 }, HOST),
    /no state 'One'/,
  );
});

test("keys such as __proto__ in an input are data like any other", () => {
  const input = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}');
  const { execution } = runMachine({ machine: singleState({ Type: "Pass" }), input });
  assert.equal(JSON.stringify(execution.output), '{"__proto__":{"polluted":true},"constructor":1}');
});
