import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../json/value.ts";
import type { Execution } from "../execution.ts";
import { fails, runMachine, succeeds } from "../testing/host.ts";
import { detailsOf, failureOf, links } from "../testing/links.ts";
import { machineOf, SEND_MESSAGE } from "../testing/machines.ts";
import type { Definition } from "../testing/machines.ts";

const WORK = { Type: "Task", Resource: SEND_MESSAGE };

function mapOf(item: Definition, more: Definition = {}): ReturnType<typeof machineOf> {
  const processor = { StartAt: "I", States: { I: { ...item, ...(item["Type"] === "Fail" ? {} : { End: true }) } } };
  return machineOf({ StartAt: "M", States: { M: { Type: "Map", ItemProcessor: processor, ...more, End: true } } });
}

test("one item after the other: MaxConcurrency 1", () => {
  const { execution, history } = runMachine({ machine: mapOf({ Type: "Pass" }, { MaxConcurrency: 1 }), input: [7, 8] });
  assert.deepEqual(execution.output, [7, 8]);
  assert.deepEqual(links(history), [
    "1 ExecutionStarted ←0",
    "2 MapStateEntered ←0",
    "3 MapStateStarted ←2",
    "4 MapIterationStarted ←3",
    "5 PassStateEntered ←4",
    "6 PassStateExited ←5",
    "7 MapIterationSucceeded ←6",
    "8 MapIterationStarted ←3",
    "9 PassStateEntered ←8",
    "10 PassStateExited ←9",
    "11 MapIterationSucceeded ←10",
    "12 MapStateSucceeded ←11",
    "13 MapStateExited ←11",
    "14 ExecutionSucceeded ←13",
  ]);
  assert.deepEqual(detailsOf(history, "MapStateStarted"), { length: 2 });
  assert.deepEqual(history[7]?.details, { name: "M", index: 1 });
  assert.equal(history[7]?.detailsKey, "mapIterationStartedEventDetails");
});

test("an empty array gives an empty array", () => {
  const { execution, history } = runMachine({ machine: mapOf({ Type: "Pass" }), input: [] });
  assert.deepEqual(execution.output, []);
  assert.deepEqual(links(history).slice(1), [
    "2 MapStateEntered ←0",
    "3 MapStateStarted ←2",
    "4 MapStateSucceeded ←3",
    "5 MapStateExited ←3",
    "6 ExecutionSucceeded ←5",
  ]);
});

test("results come in the order of the items", () => {
  const machine = mapOf({ Type: "Wait", SecondsPath: "$" });
  const { execution, elapsed } = runMachine({ machine, input: [3, 1, 2] });
  assert.deepEqual(execution.output, [3, 1, 2]);
  assert.equal(elapsed, 3000);
});

function mostAtOnce(machine: ReturnType<typeof machineOf>, input: Json): number {
  let most = 0;
  const before = (execution: Execution): void => {
    const live = Object.values(execution.scopes).filter((scope) => scope.parentId !== undefined && scope.frame);
    most = Math.max(most, live.length);
  };
  const { execution } = runMachine({ machine, input, before });
  assert.equal(execution.status, "SUCCEEDED");
  return most;
}

test("the window of iterations: as asked for, and never more than 40", () => {
  const items = Array.from({ length: 100 }, (_, index) => (index * 7) % 13);
  const state = { Type: "Wait", SecondsPath: "$" };
  assert.equal(mostAtOnce(mapOf(state, { MaxConcurrency: 3 }), items), 3);
  assert.equal(mostAtOnce(mapOf(state), items), 40);
  assert.equal(mostAtOnce(mapOf(state, { MaxConcurrency: 90 }), items), 40);
  const byPath = mapOf(state, { ItemsPath: "$.items", MaxConcurrencyPath: "$.n" });
  assert.equal(mostAtOnce(byPath, { items, n: 5 }), 5);
  assert.equal(mostAtOnce(byPath, { items, n: 0 }), 40);
});

test("the window slides: an item starts as soon as another is done", () => {
  const machine = mapOf({ Type: "Wait", SecondsPath: "$" }, { MaxConcurrency: 2 });
  assert.equal(runMachine({ machine, input: [10, 1, 1, 1, 1] }).elapsed, 10_000);
});

test("ItemSelector sees the state's effective input and the item", () => {
  const machine = mapOf(
    { Type: "Pass" },
    {
      InputPath: "$.in",
      ItemsPath: "$.list",
      ItemSelector: {
        "i.$": "$$.Map.Item.Index",
        "v.$": "$$.Map.Item.Value",
        "all.$": "$.list",
        "in.$": "$$.State.Name",
      },
    },
  );
  const { execution } = runMachine({ machine, input: { in: { list: ["a", "b"] } } });
  assert.deepEqual(execution.output, [
    { i: 0, v: "a", all: ["a", "b"], in: "M" },
    { i: 1, v: "b", all: ["a", "b"], in: "M" },
  ]);
});

test("inside an iteration $$.Map.Item is the innermost item", () => {
  const show = { Type: "Pass", Parameters: { "v.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index" } };
  const inner = { Type: "Map", ItemProcessor: { StartAt: "Show", States: { Show: { ...show, End: true } } } };
  const { execution } = runMachine({ machine: mapOf(inner), input: [["a"], ["b", "c"]] });
  assert.deepEqual(execution.output, [
    [{ v: "a", i: 0 }],
    [
      { v: "b", i: 0 },
      { v: "c", i: 1 },
    ],
  ]);
});

test("an object is iterated by key and value", () => {
  const { execution, history } = runMachine({ machine: mapOf({ Type: "Pass" }), input: { b: 1, a: [2] } });
  assert.deepEqual(execution.output, [
    { Key: "b", Value: 1 },
    { Key: "a", Value: [2] },
  ]);
  assert.deepEqual(detailsOf(history, "MapStateStarted"), { length: 2 });
  const selected = mapOf({ Type: "Pass" }, { ItemSelector: { "k.$": "$$.Map.Item.Key" } });
  assert.deepEqual(runMachine({ machine: selected, input: { x: 1 } }).execution.output, [{ k: "x" }]);
});

test("what is neither array nor object is refused", () => {
  const prefix = "An error occurred while executing the state 'M' (entered at the event id #2). ";
  for (const [more, input, text] of [
    [{}, "text", 'Reference path "$" must point to array.'],
    [{ ItemsPath: "$.n" }, { n: 5 }, 'Reference path "$.n" must point to array.'],
    [{ ItemsPath: "$.n" }, {}, "Invalid path '$.n' : No results for path: $['n']"],
    [
      { ItemsPath: "$.l", MaxConcurrencyPath: "$.n" },
      { l: [], n: "NoNumber" },
      'The MaxConcurrencyPath field refers to value "NoNumber" which is not a valid integer: $.n',
    ],
  ] as const) {
    const { execution } = runMachine({ machine: mapOf({ Type: "Pass" }, more), input });
    assert.deepEqual(failureOf(execution), { error: "States.Runtime", cause: prefix + text });
  }
});

test("an iteration that fails aborts the others and the Map fails with its error", () => {
  const { execution, history } = runMachine({
    machine: mapOf(WORK),
    input: [0, 1, 2],
    tasks: (task) => (task.input === 1 ? fails("Broken", "It broke.", 1) : []),
  });
  assert.deepEqual(failureOf(execution), { error: "Broken", cause: "It broke." });
  assert.deepEqual(links(history).slice(9), [
    "10 TaskScheduled ←5",
    "11 TaskScheduled ←7",
    "12 TaskScheduled ←9",
    "13 TaskStarted ←11",
    "14 TaskFailed ←13",
    "15 MapIterationFailed ←14",
    "16 TaskStateAborted ←10",
    "17 MapIterationAborted ←16",
    "18 TaskStateAborted ←12",
    "19 MapIterationAborted ←18",
    "20 MapStateFailed ←15",
    "21 ExecutionFailed ←20",
  ]);
  assert.deepEqual(history[14]?.details, { name: "M", index: 1 });
  assert.deepEqual(history[18]?.details, { name: "M", index: 2 });
  assert.equal(history[18]?.detailsKey, "mapIterationAbortedEventDetails");
});

test("Retry runs all items again", () => {
  const machine = mapOf(WORK, { MaxConcurrency: 1, Retry: [{ ErrorEquals: ["States.ALL"], MaxAttempts: 1 }] });
  const { execution, history, tasks } = runMachine({
    machine,
    input: ["a", "b"],
    tasks: (task, attempt) => (attempt === 2 ? fails("Broken", "") : succeeds(task.input)),
  });
  assert.deepEqual(execution.output, ["a", "b"]);
  assert.deepEqual(
    tasks.map((task) => task.input),
    ["a", "b", "a", "b"],
  );
  assert.equal(history.filter((event) => event.type === "MapStateEntered").length, 1);
  assert.equal(history.filter((event) => event.type === "MapStateStarted").length, 2);
});

test("failures are tolerated up to the count and the percentage, and leave no result", () => {
  const oddFail = (task: { input: Json }): ReturnType<typeof succeeds> =>
    Number(task.input) % 2 === 1 ? fails("Odd", "") : succeeds(task.input);
  const run = (more: Definition): Execution =>
    runMachine({ machine: mapOf(WORK, { MaxConcurrency: 1, ...more }), input: [0, 1, 2, 3], tasks: oddFail }).execution;
  assert.deepEqual(run({ ToleratedFailureCount: 2 }).output, [0, 2]);
  assert.deepEqual(run({ ToleratedFailurePercentage: 50 }).output, [0, 2]);
  for (const more of [
    { ToleratedFailureCount: 1 },
    { ToleratedFailurePercentage: 49 },
    { ToleratedFailureCount: 3, ToleratedFailurePercentage: 30 },
    { ToleratedFailureCount: 0, ToleratedFailurePercentage: 100 },
  ]) {
    assert.deepEqual(failureOf(run(more)), {
      error: "States.ExceedToleratedFailureThreshold",
      cause: "The specified tolerated failure threshold was exceeded",
    });
  }
});

test("an ItemSelector that fails for one item fails that iteration", () => {
  const machine = mapOf(
    { Type: "Pass" },
    { ItemSelector: { "n.$": "States.MathAdd($$.Map.Item.Value, 1)" }, ToleratedFailureCount: 2 },
  );
  const { execution, history } = runMachine({ machine, input: [1, "x", 2, "y"] });
  assert.deepEqual(execution.output, [{ n: 2 }, { n: 3 }]);
  assert.deepEqual(
    history.filter((event) => event.type === "MapIterationFailed").map((event) => event.details),
    [1, 3].map((index) => ({ name: "M", index })),
  );
  const oneByOne = mapOf(
    { Type: "Pass" },
    {
      ItemSelector: { "n.$": "States.MathAdd($$.Map.Item.Value, 1)" },
      ToleratedFailureCount: 3,
      MaxConcurrency: 1,
    },
  );
  const last = runMachine({ machine: oneByOne, input: ["x", "y", 1, "z"] });
  assert.deepEqual(last.execution.output, [{ n: 2 }]);
  assert.deepEqual(links(last.history).slice(-5), [
    "12 MapIterationStarted ←3",
    "13 MapIterationFailed ←12",
    "14 MapStateSucceeded ←13",
    "15 MapStateExited ←13",
    "16 ExecutionSucceeded ←15",
  ]);
  const strict = mapOf({ Type: "Pass" }, { ItemSelector: { "n.$": "States.MathAdd($$.Map.Item.Value, 1)" } });
  const failed = runMachine({ machine: strict, input: ["x", "y"] });
  assert.equal(failed.execution.error, "States.IntrinsicFailure");
  assert.match(
    failed.execution.cause ?? "",
    /^An error occurred while executing the state 'M' \(entered at the event id #2\)\. /,
  );
  assert.deepEqual(links(failed.history).slice(2), [
    "3 MapStateStarted ←2",
    "4 MapIterationStarted ←3",
    "5 MapIterationFailed ←4",
    "6 MapStateFailed ←5",
    "7 ExecutionFailed ←6",
  ]);
});

test("Catch sees the iteration's error", () => {
  const machine = machineOf({
    StartAt: "M",
    States: {
      M: {
        Type: "Map",
        ItemProcessor: { StartAt: "I", States: { I: { Type: "Fail", Error: "E", Cause: "C" } } },
        Catch: [{ ErrorEquals: ["States.TaskFailed"], Next: "After" }],
        End: true,
      },
      After: { Type: "Pass", End: true },
    },
  });
  const { execution, history } = runMachine({ machine, input: [1] });
  assert.deepEqual(execution.output, { Error: "E", Cause: "C" });
  assert.deepEqual(links(history).slice(4, 9), [
    "5 FailStateEntered ←4",
    "6 MapIterationFailed ←5",
    "7 MapStateFailed ←6",
    "8 MapStateExited ←7",
    "9 PassStateEntered ←8",
  ]);
});

test("a finished iteration is written once: the waiting Map's own scope does not change", () => {
  const machine = mapOf(WORK, { MaxConcurrency: 2 });
  const roots = new Set<unknown>();
  const before = (execution: Execution): void => {
    if (execution.scopes[0] !== undefined) roots.add(execution.scopes[0]);
  };
  runMachine({ machine, input: Array.from({ length: 50 }, (_, n) => n), tasks: () => succeeds(0, 1), before });
  assert.equal(roots.size, 1);
});
