import assert from "node:assert/strict";
import { test } from "node:test";
import { STATES_PER_STEP_MAX } from "../limits.ts";
import { runMachine } from "../testing/host.ts";
import { failureOf, links } from "../testing/links.ts";
import { machineOf, singleState } from "../testing/machines.ts";

const SIZES = machineOf({
  StartAt: "Size",
  States: {
    Size: {
      Type: "Choice",
      Choices: [
        { Variable: "$.n", NumericGreaterThan: 100, Next: "Large" },
        { Variable: "$.n", NumericGreaterThan: 10, Next: "Medium" },
      ],
      Default: "Small",
    },
    Large: { Type: "Pass", Result: "large", End: true },
    Medium: { Type: "Pass", Result: "medium", End: true },
    Small: { Type: "Pass", Result: "small", End: true },
  },
});

test("the first rule that applies decides, else the default", () => {
  for (const [n, output] of [
    [101, "large"],
    [11, "medium"],
    [10, "small"],
  ] as const) {
    assert.equal(runMachine({ machine: SIZES, input: { n } }).execution.output, output);
  }
});

test("a Choice leaves its own events and hands its input on", () => {
  const { history } = runMachine({ machine: SIZES, input: { n: 1 } });
  assert.deepEqual(links(history), [
    "1 ExecutionStarted ←0",
    "2 ChoiceStateEntered ←0",
    "3 ChoiceStateExited ←2",
    "4 PassStateEntered ←3",
    "5 PassStateExited ←4",
    "6 ExecutionSucceeded ←5",
  ]);
  assert.deepEqual(history[3]?.details?.["input"], '{"n":1}');
});

test("rules look at the input after InputPath; OutputPath shapes what is handed on", () => {
  const machine = machineOf({
    StartAt: "Look",
    States: {
      Look: {
        Type: "Choice",
        InputPath: "$.inner",
        OutputPath: "$.n",
        Choices: [{ Variable: "$.n", NumericEquals: 1, Next: "Done" }],
      },
      Done: { Type: "Succeed" },
    },
  });
  assert.equal(runMachine({ machine, input: { inner: { n: 1 } } }).execution.output, 1);
});

test("no rule applies and there is no default: States.NoChoiceMatched", () => {
  const machine = machineOf({
    StartAt: "S",
    States: {
      S: { Type: "Choice", Choices: [{ Variable: "$.n", NumericEquals: 1, Next: "Done" }] },
      Done: { Type: "Succeed" },
    },
  });
  const { execution, history } = runMachine({ machine, input: { n: 2 } });
  assert.deepEqual(failureOf(execution), {
    error: "States.NoChoiceMatched",
    cause:
      "An error occurred while executing the state 'S' (entered at the event id #2). " +
      "Failed to transition out of the state. The state does not point to a next state.",
  });
  assert.deepEqual(links(history).slice(1), ["2 ChoiceStateEntered ←0", "3 ExecutionFailed ←2"]);
});

test("a Variable that names nothing is States.Runtime", () => {
  const { execution } = runMachine({ machine: SIZES, input: {} });
  assert.equal(execution.error, "States.Runtime");
  assert.match(
    execution.cause ?? "",
    /^An error occurred while executing the state 'Size' \(entered at the event id #2\)\. ./,
  );
});

test("a loop of many states is spread over steps and ends the same", () => {
  const machine = machineOf({
    StartAt: "Count",
    States: {
      Count: { Type: "Pass", Parameters: { "n.$": "States.MathAdd($.n, 1)" }, Next: "Enough" },
      Enough: { Type: "Choice", Choices: [{ Variable: "$.n", NumericLessThan: 1000, Next: "Count" }], Default: "Done" },
      Done: { Type: "Succeed" },
    },
  });
  const { execution, history, steps, commands } = runMachine({ machine, input: { n: 0 } });
  assert.deepEqual(execution.output, { n: 1000 });
  assert.equal(history.length, 2 + 1000 * 4 + 2);
  assert.equal(steps, Math.ceil(2001 / STATES_PER_STEP_MAX));
  assert.equal(commands.filter((command) => command.kind === "continue").length, steps - 1);
});

test("a single state needs one step", () => {
  assert.equal(runMachine({ machine: singleState({ Type: "Pass" }) }).steps, 1);
});
