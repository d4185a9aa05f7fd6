import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../json/value.ts";
import { runMachine, START_TIME } from "../testing/host.ts";
import { failureOf, links } from "../testing/links.ts";
import { singleState } from "../testing/machines.ts";
import type { Definition } from "../testing/machines.ts";

function wait(state: Definition, input: Json = {}): ReturnType<typeof runMachine> {
  return runMachine({ machine: singleState({ Type: "Wait", ...state }), input });
}

test("Wait lets its seconds pass and hands its input on", () => {
  const { execution, history, elapsed } = wait({ Seconds: 90 }, { a: 1 });
  assert.equal(elapsed, 90_000);
  assert.deepEqual(execution.output, { a: 1 });
  assert.deepEqual(links(history), [
    "1 ExecutionStarted ←0",
    "2 WaitStateEntered ←0",
    "3 WaitStateExited ←2",
    "4 ExecutionSucceeded ←3",
  ]);
  assert.equal(history[2]?.timestamp, START_TIME + 90_000);
});

test("SecondsPath looks at the input after InputPath, and may look at the context object", () => {
  assert.equal(wait({ InputPath: "$.in", SecondsPath: "$.s" }, { in: { s: 3 } }).elapsed, 3000);
  assert.equal(wait({ SecondsPath: "$$.Execution.Input.s" }, { s: 4 }).elapsed, 4000);
});

test("zero seconds and a moment that has passed do not wait, nor arm a timer", () => {
  for (const state of [{ Seconds: 0 }, { Timestamp: "2001-01-01T00:00:00Z" }]) {
    const { execution, steps, commands } = wait(state);
    assert.equal(execution.status, "SUCCEEDED");
    assert.equal(steps, 1);
    assert.deepEqual(commands, [{ kind: "finish" }]);
  }
});

test("Timestamp and TimestampPath wait until that moment", () => {
  assert.equal(new Date(START_TIME).toISOString(), "2026-01-02T03:04:05.678Z");
  assert.equal(wait({ Timestamp: "2026-01-02T03:05:06Z" }).elapsed, 60_322);
  assert.equal(wait({ TimestampPath: "$.at" }, { at: "2026-01-02T03:05:06Z" }).elapsed, 60_322);
  assert.equal(wait({ TimestampPath: "$.at" }, { at: "2026-01-02T05:04:05+02:00" }).elapsed, 0);
  assert.equal(wait({ TimestampPath: "$.at" }, { at: "2026-01-02T05:04:06+02:00" }).elapsed, 322);
});

test("the fraction of a timestamp is cut off, as AWS does", () => {
  assert.equal(wait({ Timestamp: "2026-01-02T03:04:06.999Z" }).elapsed, 322);
  assert.equal(wait({ TimestampPath: "$.at" }, { at: "2026-01-02T03:04:07.000000001Z" }).elapsed, 1322);
  assert.equal(wait({ Timestamp: "2026-01-02T03:04:05.999Z" }).elapsed, 0);
});

test("what the paths name must be of use: AWS's texts", () => {
  const long = "The SecondsPath parameter cannot be parsed as a long value: $.x == ";
  const stamp =
    "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.x == ";
  const cases: readonly (readonly [Definition, Json, string])[] = [
    [{ SecondsPath: "$.x" }, {}, "The SecondsPath parameter does not reference an input value: $.x"],
    [{ SecondsPath: "$.x" }, { x: 1.5 }, `${long}1.5`],
    [{ SecondsPath: "$.x" }, { x: "soon" }, `${long}soon`],
    [{ SecondsPath: "$.x" }, { x: true }, `${long}true`],
    [{ SecondsPath: "$.x" }, { x: null }, `${long}null`],
    [{ SecondsPath: "$.x" }, { x: -1 }, "The SecondsPath parameter references a negative value: $.x == -1"],
    [{ SecondsPath: "$.x" }, { x: 100_000_000 }, "Wait state delay is too long."],
    [{ TimestampPath: "$.x" }, {}, "The TimestampPath parameter does not reference an input value: $.x"],
    [{ TimestampPath: "$.x" }, { x: "2026-01-02" }, `${stamp}2026-01-02`],
    [{ TimestampPath: "$.x" }, { x: 5 }, `${stamp}5`],
    [{ TimestampPath: "$.x" }, { x: "9999-01-01T00:00:00Z" }, "Wait state delay is too long."],
  ];
  for (const [state, input, text] of cases) {
    const { execution, commands } = wait(state, input);
    assert.deepEqual(failureOf(execution), {
      error: "States.Runtime",
      cause: `An error occurred while executing the state 'S' (entered at the event id #2). ${text}`,
    });
    assert.deepEqual(commands, [{ kind: "finish" }]);
  }
});

test("the longest wait is allowed", () => {
  assert.equal(wait({ SecondsPath: "$.x" }, { x: 99_999_999 }).elapsed, 99_999_999_000);
});

test("a problem with OutputPath shows when the wait is over", () => {
  const { execution, elapsed } = wait({ Seconds: 5, OutputPath: "$.none" });
  assert.equal(execution.error, "States.Runtime");
  assert.equal(elapsed, 5000);
});
