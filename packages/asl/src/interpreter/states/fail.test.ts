import assert from "node:assert/strict";
import { test } from "node:test";
import { runMachine } from "../testing/host.ts";
import { failureOf, links } from "../testing/links.ts";
import { singleState } from "../testing/machines.ts";

test("Fail ends the execution with its error and cause", () => {
  const machine = singleState({ Type: "Fail", Error: "OutOfStock", Cause: "None left." });
  const { execution, history } = runMachine({ machine });
  assert.equal(execution.status, "FAILED");
  assert.deepEqual(failureOf(execution), { error: "OutOfStock", cause: "None left." });
  assert.deepEqual(links(history), ["1 ExecutionStarted ←0", "2 FailStateEntered ←0", "3 ExecutionFailed ←2"]);
  assert.deepEqual(history[2]?.details, { error: "OutOfStock", cause: "None left." });
  assert.equal(history[2]?.detailsKey, "executionFailedEventDetails");
});

test("neither has to be there", () => {
  const { execution, history } = runMachine({ machine: singleState({ Type: "Fail" }) });
  assert.deepEqual(failureOf(execution), { error: undefined, cause: undefined });
  assert.deepEqual(history[2]?.details, {});
});

test("ErrorPath and CausePath take paths, the context object and intrinsic functions", () => {
  const machine = singleState({
    Type: "Fail",
    ErrorPath: "$.e",
    CausePath: "States.Format('{} in {}', $.c, $$.State.Name)",
  });
  const { execution } = runMachine({ machine, input: { e: "Broken", c: "crack" } });
  assert.deepEqual(failureOf(execution), { error: "Broken", cause: "crack in S" });
});

test("a path to something that is no text is States.Runtime", () => {
  for (const input of [{ e: 5 }, {}]) {
    const { execution } = runMachine({ machine: singleState({ Type: "Fail", ErrorPath: "$.e" }), input });
    assert.equal(execution.error, "States.Runtime");
    assert.match(
      execution.cause ?? "",
      /^An error occurred while executing the state 'S' \(entered at the event id #2\)\. /,
    );
  }
});

test("texts are cut to what the API can return", () => {
  const input = { e: "e".repeat(1000), c: "c".repeat(40_000) };
  const machine = singleState({ Type: "Fail", ErrorPath: "$.e", CausePath: "$.c" });
  const { execution } = runMachine({ machine, input });
  assert.equal(execution.error?.length, 256);
  assert.equal(execution.cause?.length, 32_768);
});
