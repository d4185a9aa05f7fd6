import assert from "node:assert/strict";
import { test } from "node:test";
import { runMachine, succeeds } from "./testing/host.ts";
import { machineOf, SEND_MESSAGE, singleState } from "./testing/machines.ts";

test("the context object of a state", () => {
  const { execution } = runMachine({
    machine: singleState({ Type: "Pass", Parameters: { "all.$": "$$" } }),
    input: { n: 1 },
  });
  assert.deepEqual(execution.output, {
    all: {
      Execution: {
        Id: "arn:aws:states:eu-west-1:123456789012:execution:machine:run",
        Input: { n: 1 },
        Name: "run",
        RoleArn: "arn:aws:iam::123456789012:role/machine",
        StartTime: "2026-01-02T03:04:05.678Z",
        RedriveCount: 0,
      },
      StateMachine: { Id: "arn:aws:states:eu-west-1:123456789012:stateMachine:machine", Name: "machine" },
      State: { Name: "S", EnteredTime: "2026-01-02T03:04:05.678Z", RetryCount: 0 },
    },
  });
});

test("EnteredTime is when the state was entered, the input that of the execution", () => {
  const machine = machineOf({
    StartAt: "Nap",
    States: {
      Nap: { Type: "Wait", Seconds: 10, OutputPath: null, Next: "Show" },
      Show: {
        Type: "Pass",
        Parameters: {
          "at.$": "$$.State.EnteredTime",
          "started.$": "$$.Execution.StartTime",
          "in.$": "$$.Execution.Input",
        },
        End: true,
      },
    },
  });
  assert.deepEqual(runMachine({ machine, input: "first" }).execution.output, {
    at: "2026-01-02T03:04:15.678Z",
    started: "2026-01-02T03:04:05.678Z",
    in: "first",
  });
});

test("a token is there for the task that waits for it alone", () => {
  const parameters = { Parameters: { "context.$": "$$" }, End: true };
  for (const [resource, hasToken] of [
    [SEND_MESSAGE, false],
    [`${SEND_MESSAGE}.waitForTaskToken`, true],
  ] as const) {
    const machine = machineOf({ StartAt: "S", States: { S: { Type: "Task", Resource: resource, ...parameters } } });
    const { tasks } = runMachine({ machine, tasks: () => succeeds(1) });
    assert.equal(JSON.stringify(tasks[0]?.input).includes('"Task":{"Token":"token of task:0:3"}'), hasToken);
  }
});

test("a branch inside an iteration still sees the item", () => {
  const show = { Type: "Pass", Parameters: { "v.$": "$$.Map.Item.Value" }, End: true };
  const machine = machineOf({
    StartAt: "M",
    States: {
      M: {
        Type: "Map",
        ItemProcessor: {
          StartAt: "P",
          States: { P: { Type: "Parallel", Branches: [{ StartAt: "Show", States: { Show: show } }], End: true } },
        },
        End: true,
      },
    },
  });
  assert.deepEqual(runMachine({ machine, input: ["a", "b"] }).execution.output, [[{ v: "a" }], [{ v: "b" }]]);
});
