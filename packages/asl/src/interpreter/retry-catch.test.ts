import assert from "node:assert/strict";
import { test } from "node:test";
import type { Catcher, Retrier } from "../definition/machine.ts";
import { chooseCatcher, chooseRetry, matchesError } from "./retry-catch.ts";
import { fails, runMachine, succeeds } from "./testing/host.ts";
import { failureOf, links } from "./testing/links.ts";
import { machineOf, SEND_MESSAGE } from "./testing/machines.ts";
import type { Definition } from "./testing/machines.ts";

function retrier(more: Partial<Retrier>): Retrier {
  return { errorEquals: ["E"], intervalSeconds: 1, maxAttempts: 3, backoffRate: 2, jitterStrategy: "NONE", ...more };
}

const unused = (): number => assert.fail("randomness is for jitter alone");

test("which names take which error", () => {
  const cases: readonly (readonly [string, string | undefined, boolean])[] = [
    ["E", "E", true],
    ["E", "F", false],
    ["E", undefined, false],
    ["States.ALL", "E", true],
    ["States.ALL", undefined, true],
    ["States.ALL", "States.Timeout", true],
    ["States.ALL", "States.DataLimitExceeded", false],
    ["States.ALL", "States.Runtime", false],
    ["States.TaskFailed", "E", true],
    ["States.TaskFailed", undefined, true],
    ["States.TaskFailed", "States.Permissions", true],
    ["States.TaskFailed", "States.DataLimitExceeded", true],
    ["States.TaskFailed", "States.Timeout", false],
    ["States.Timeout", "States.Timeout", true],
    ["States.HeartbeatTimeout", "States.Timeout", false],
    ["States.DataLimitExceeded", "States.DataLimitExceeded", true],
  ];
  for (const [name, error, expected] of cases) {
    const failure = error === undefined ? {} : { error };
    assert.equal(matchesError([name], failure), expected, `${name} takes ${error}`);
    assert.equal(matchesError(["Other", name], failure), expected);
  }
  assert.equal(matchesError([], { error: "E" }), false);
});

test("a missed heartbeat goes by two names and is no States.TaskFailed", () => {
  const missed = { error: "States.Timeout", heartbeat: true } as const;
  assert.equal(matchesError(["States.HeartbeatTimeout"], missed), true);
  assert.equal(matchesError(["States.Timeout"], missed), true);
  assert.equal(matchesError(["States.TaskFailed"], missed), false);
});

test("delays grow by the rate and are capped", () => {
  const state = {
    retry: [retrier({ intervalSeconds: 3, backoffRate: 1.5, maxAttempts: 99, maxDelaySeconds: 10 })],
    catch: [],
  };
  const delays = [0, 1, 2, 3, 50].map((used) => chooseRetry(state, [used], { error: "E" }, unused)?.delayMilliseconds);
  assert.deepEqual(delays, [3000, 4500, 6750, 10_000, 10_000]);
});

test("a delay that grows without bound stays a number", () => {
  const state = { retry: [retrier({ backoffRate: 1e9, maxAttempts: 99_999_999 })], catch: [] };
  const retry = chooseRetry(state, [1_000_000], { error: "E" }, unused);
  assert.equal(retry?.delayMilliseconds, 31_622_400_000);
});

test("full jitter spreads the delay from nothing to all of it", () => {
  const state = { retry: [retrier({ intervalSeconds: 8, jitterStrategy: "FULL" })], catch: [] };
  for (const random of [0, 0.25, 0.999]) {
    const retry = chooseRetry(state, [1], { error: "E" }, () => random);
    assert.equal(retry?.delayMilliseconds, Math.round(16_000 * random));
  }
});

test("the first retrier that names the error decides alone", () => {
  const state = {
    retry: [retrier({ errorEquals: ["A", "E"], maxAttempts: 1 }), retrier({ errorEquals: ["States.ALL"] })],
    catch: [],
  };
  assert.equal(chooseRetry(state, [0, 0], { error: "E" }, unused)?.retrierIndex, 0);
  assert.equal(chooseRetry(state, [1, 0], { error: "E" }, unused), undefined);
  assert.equal(chooseRetry(state, [1, 0], { error: "F" }, unused)?.retrierIndex, 1);
});

test("MaxAttempts 0 never retries, and terminal errors are never retried", () => {
  assert.equal(
    chooseRetry({ retry: [retrier({ maxAttempts: 0 })], catch: [] }, [0], { error: "E" }, unused),
    undefined,
  );
  for (const error of ["States.Runtime", "States.DataLimitExceeded"]) {
    const state = { retry: [retrier({ errorEquals: [error, "States.TaskFailed"] })], catch: [] };
    assert.equal(chooseRetry(state, [0], { error }, unused), undefined);
  }
});

test("the first catcher that names the error takes it; nothing takes States.Runtime", () => {
  const first: Catcher = { errorEquals: ["A"], next: "First", flow: { language: "JSONPath" } };
  const all: Catcher = { errorEquals: ["States.ALL"], next: "All", flow: { language: "JSONPath" } };
  const byName: Catcher = { errorEquals: ["States.Runtime"], next: "Never", flow: { language: "JSONPath" } };
  const state = { retry: [], catch: [byName, first, all] };
  assert.equal(chooseCatcher(state, { error: "A" }), first);
  assert.equal(chooseCatcher(state, { error: "B" }), all);
  assert.equal(chooseCatcher(state, { error: "States.Runtime" }), undefined);
  assert.equal(chooseCatcher({ retry: [], catch: [first] }, { error: "B" }), undefined);
});

function work(more: Definition): ReturnType<typeof machineOf> {
  return machineOf({
    StartAt: "S",
    States: {
      S: { Type: "Task", Resource: SEND_MESSAGE, ...more, Next: "After" },
      After: { Type: "Pass", End: true },
    },
  });
}

test("a retry schedules the task again after its delay, without entering the state", () => {
  const machine = work({ Retry: [{ ErrorEquals: ["E"], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 2 }] });
  const { execution, history, elapsed } = runMachine({
    machine,
    tasks: (_task, attempt) => (attempt < 3 ? fails("E", "C") : succeeds("ok")),
  });
  assert.equal(execution.output, "ok");
  assert.equal(elapsed, 2000 + 6000);
  assert.deepEqual(links(history).slice(1, 11), [
    "2 TaskStateEntered ←0",
    "3 TaskScheduled ←2",
    "4 TaskStarted ←3",
    "5 TaskFailed ←4",
    "6 TaskScheduled ←5",
    "7 TaskStarted ←6",
    "8 TaskFailed ←7",
    "9 TaskScheduled ←8",
    "10 TaskStarted ←9",
    "11 TaskSucceeded ←10",
  ]);
});

test("attempts used up, the error goes on to Catch", () => {
  const machine = work({
    Retry: [{ ErrorEquals: ["E"], MaxAttempts: 1 }],
    Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.problem", Next: "After" }],
  });
  const { execution, history, tasks } = runMachine({ machine, input: { n: 1 }, tasks: () => fails("E", "C") });
  assert.equal(tasks.length, 2);
  assert.deepEqual(execution.output, { n: 1, problem: { Error: "E", Cause: "C" } });
  assert.deepEqual(links(history).slice(7, 10), ["8 TaskFailed ←7", "9 TaskStateExited ←8", "10 PassStateEntered ←9"]);
  assert.equal(history[8]?.details?.["output"], '{"n":1,"problem":{"Error":"E","Cause":"C"}}');
});

test("the counters start anew when the state is entered again", () => {
  const machine = machineOf({
    StartAt: "Try",
    States: {
      Try: {
        Type: "Task",
        Resource: SEND_MESSAGE,
        Retry: [{ ErrorEquals: ["E"], MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ["States.ALL"], Next: "Try" }],
        End: true,
      },
    },
  });
  const { execution, tasks } = runMachine({
    machine,
    tasks: (_task, attempt) => (attempt < 6 ? fails("E", "") : succeeds(attempt)),
  });
  assert.equal(execution.output, 6);
  assert.equal(tasks.length, 6);
});

test("Catch may discard the error, and leaves OutputPath aside", () => {
  const machine = work({
    OutputPath: "$.none",
    Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: null, Next: "After" }],
  });
  assert.deepEqual(runMachine({ machine, input: { n: 1 }, tasks: () => fails("E", "C") }).execution.output, { n: 1 });
});

test("an error without names is caught without names", () => {
  const machine = work({ Catch: [{ ErrorEquals: ["States.TaskFailed"], Next: "After" }] });
  const { execution } = runMachine({
    machine,
    tasks: () => [{ after: 0, event: { kind: "taskFailed", phase: "run" } }],
  });
  assert.deepEqual(execution.output, {});
});

test("a missed heartbeat can be told from a timeout by its catcher", () => {
  const machine = work({
    HeartbeatSeconds: 5,
    TimeoutSeconds: 60,
    Catch: [{ ErrorEquals: ["States.HeartbeatTimeout"], Next: "After" }],
  });
  const { execution, history } = runMachine({ machine });
  assert.deepEqual(execution.output, { Error: "States.Timeout" });
  assert.equal(history[3]?.type, "TaskTimedOut");
});

test("States.Runtime is caught by nothing", () => {
  const machine = work({
    InputPath: "$.none",
    Retry: [{ ErrorEquals: ["States.ALL"] }],
    Catch: [{ ErrorEquals: ["States.ALL"], Next: "After" }],
  });
  const { execution } = runMachine({ machine });
  assert.equal(execution.status, "FAILED");
  assert.equal(execution.error, "States.Runtime");
});

test("an intrinsic function that fails before the task is scheduled can be retried and caught", () => {
  const machine = work({
    Parameters: { "n.$": "States.StringToJson($.text)" },
    Retry: [{ ErrorEquals: ["States.IntrinsicFailure"], MaxAttempts: 2 }],
    Catch: [{ ErrorEquals: ["States.IntrinsicFailure"], ResultPath: null, Next: "After" }],
  });
  const { execution, history, elapsed } = runMachine({ machine, input: { text: "{" } });
  assert.equal(execution.status, "SUCCEEDED");
  assert.equal(elapsed, 3000);
  assert.deepEqual(links(history).slice(1, 4), [
    "2 TaskStateEntered ←0",
    "3 TaskStateExited ←2",
    "4 PassStateEntered ←3",
  ]);
});

test("a catcher whose ResultPath does not fit fails, once and for all", () => {
  const machine = work({ Catch: [{ ErrorEquals: ["States.TaskFailed"], ResultPath: "$.a.b", Next: "After" }] });
  const { execution } = runMachine({ machine, input: { a: 1 }, tasks: () => fails("E", "") });
  assert.equal(execution.error, "States.ResultPathMatchFailure");
});

test("what a catcher makes is measured too", () => {
  const machine = work({ Catch: [{ ErrorEquals: ["States.TaskFailed"], ResultPath: "$.e", Next: "After" }] });
  const input = { text: "x".repeat(262_000) };
  const { execution } = runMachine({ machine, input, tasks: () => fails("E", "c".repeat(500)) });
  assert.deepEqual(failureOf(execution), {
    error: "States.DataLimitExceeded",
    cause: "The state/task 'S' returned a result with a size exceeding the maximum number of bytes service limit.",
  });
});
