import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../json/value.ts";
import { runMachine } from "../testing/host.ts";
import { detailsOf, failureOf, links } from "../testing/links.ts";
import { machineOf, singleState } from "../testing/machines.ts";
import type { Definition } from "../testing/machines.ts";

function outputOf(state: Definition, input: Json): Json | undefined {
  const { execution } = runMachine({ machine: singleState({ Type: "Pass", ...state }), input });
  assert.equal(execution.status, "SUCCEEDED");
  return execution.output;
}

test("Pass hands its input on", () => {
  assert.deepEqual(outputOf({}, { a: 1 }), { a: 1 });
  assert.equal(outputOf({}, "text"), "text");
  assert.equal(outputOf({}, null), null);
});

test("Result replaces the input, null included, and ResultPath puts it inside", () => {
  assert.deepEqual(outputOf({ Result: { b: 2 } }, { a: 1 }), { b: 2 });
  assert.equal(outputOf({ Result: null }, { a: 1 }), null);
  assert.deepEqual(outputOf({ Result: 2, ResultPath: "$.b.c" }, { a: 1 }), { a: 1, b: { c: 2 } });
  assert.deepEqual(outputOf({ Result: 2, ResultPath: null }, { a: 1 }), { a: 1 });
});

test("Parameters shape what is handed on", () => {
  assert.deepEqual(outputOf({ Parameters: { "x.$": "$.a", y: 2 } }, { a: 1 }), { x: 1, y: 2 });
});

test("ResultPath combines with the raw input, not with what InputPath selects", () => {
  const state = { InputPath: "$.a", ResultPath: "$.copy" };
  assert.deepEqual(outputOf(state, { a: { n: 1 }, b: 2 }), { a: { n: 1 }, b: 2, copy: { n: 1 } });
});

test("InputPath and OutputPath of null give an empty object", () => {
  assert.deepEqual(outputOf({ InputPath: null }, { a: 1 }), {});
  assert.deepEqual(outputOf({ OutputPath: null }, { a: 1 }), {});
  assert.deepEqual(outputOf({ OutputPath: "$.a" }, { a: 1 }), 1);
});

test("the context object is within reach of every field", () => {
  assert.deepEqual(outputOf({ Parameters: { "n.$": "$$.State.Name" } }, {}), { n: "S" });
  assert.equal(outputOf({ OutputPath: "$$.Execution.Name" }, {}), "run");
  assert.deepEqual(outputOf({ InputPath: "$$.Execution.Input" }, { a: 1 }), { a: 1 });
});

test("a path that names nothing fails the execution with AWS's text", () => {
  const prefix = "An error occurred while executing the state 'S' (entered at the event id #2). ";
  for (const [state, text] of [
    [
      { InputPath: "$.NoSuchInputPath" },
      "Invalid path '$.NoSuchInputPath' : No results for path: $['NoSuchInputPath']",
    ],
    [
      { OutputPath: "$.no.such.result.path" },
      "Invalid path '$.no.such.result.path' : Missing property in path $['no']",
    ],
    [
      { Parameters: { "v.$": "$.x" } },
      "The JSONPath '$.x' specified for the field 'v.$' could not be found in the input '{}'",
    ],
  ] as const) {
    const { execution, history } = runMachine({ machine: singleState({ Type: "Pass", ...state }) });
    assert.equal(execution.status, "FAILED");
    assert.equal(execution.cause, prefix + text);
    assert.deepEqual(links(history), ["1 ExecutionStarted ←0", "2 PassStateEntered ←0", "3 ExecutionFailed ←2"]);
    assert.deepEqual(detailsOf(history, "ExecutionFailed"), failureOf(execution));
  }
});

test("ResultPath into something that holds no members is States.ResultPathMatchFailure", () => {
  const { execution } = runMachine({
    machine: singleState({ Type: "Pass", Result: 1, ResultPath: "$.a.b" }),
    input: { a: "text" },
  });
  assert.equal(execution.error, "States.ResultPathMatchFailure");
});

test("an output of more than 256 KiB is States.DataLimitExceeded", () => {
  const machine = machineOf({
    StartAt: "Double",
    States: { Double: { Type: "Pass", Parameters: { "a.$": "$.a", "b.$": "$.a" }, End: true } },
  });
  const { execution } = runMachine({ machine, input: { a: "x".repeat(131_065) } });
  assert.deepEqual(failureOf(execution), {
    error: "States.DataLimitExceeded",
    cause: "The state/task 'Double' returned a result with a size exceeding the maximum number of bytes service limit.",
  });
  const fits = runMachine({ machine, input: { a: "x".repeat(131_064) } });
  assert.equal(JSON.stringify(fits.execution.output).length, 262_143);
});
