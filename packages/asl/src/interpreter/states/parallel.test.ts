import assert from "node:assert/strict";
import { test } from "node:test";
import { fails, runMachine, succeeds } from "../testing/host.ts";
import { failureOf, links } from "../testing/links.ts";
import { machineOf, SEND_MESSAGE } from "../testing/machines.ts";
import type { Definition } from "../testing/machines.ts";

function branch(name: string, state: Definition): Definition {
  return { StartAt: name, States: { [name]: { ...state, End: true } } };
}

function parallel(branches: readonly Definition[], more: Definition = {}): ReturnType<typeof machineOf> {
  return machineOf({ StartAt: "P", States: { P: { Type: "Parallel", Branches: branches, ...more, End: true } } });
}

const WORK = { Type: "Task", Resource: SEND_MESSAGE };

test("outputs come in the order of the branches, whoever is done first", () => {
  const machine = parallel([
    branch("Slow", { Type: "Wait", Seconds: 2 }),
    branch("Quick", { Type: "Pass", Result: 2 }),
  ]);
  const { execution, history } = runMachine({ machine, input: 1 });
  assert.deepEqual(execution.output, [1, 2]);
  assert.deepEqual(links(history), [
    "1 ExecutionStarted ←0",
    "2 ParallelStateEntered ←0",
    "3 ParallelStateStarted ←2",
    "4 WaitStateEntered ←3",
    "5 PassStateEntered ←3",
    "6 PassStateExited ←5",
    "7 WaitStateExited ←4",
    "8 ParallelStateSucceeded ←7",
    "9 ParallelStateExited ←7",
    "10 ExecutionSucceeded ←9",
  ]);
  assert.equal(history[7]?.detailsKey, undefined);
});

test("every branch gets the input after InputPath and Parameters; the results pass the whole pipeline", () => {
  const machine = parallel([branch("A", { Type: "Pass" }), branch("B", { Type: "Pass" })], {
    InputPath: "$.in",
    Parameters: { "x.$": "$.n" },
    ResultSelector: { "first.$": "$[0]" },
    ResultPath: "$.out",
    OutputPath: "$.out",
  });
  assert.deepEqual(runMachine({ machine, input: { in: { n: 5 } } }).execution.output, { first: { x: 5 } });
});

test("a branch that fails brings its siblings down and the Parallel fails with its error", () => {
  const machine = parallel([branch("Work", WORK), branch("Nap", { Type: "Wait", Seconds: 60 }), branch("Break", WORK)]);
  const { execution, history, commands, elapsed } = runMachine({
    machine,
    tasks: (task) => (task.stateName === "Break" ? fails("Broken", "It broke.", 3) : []),
  });
  assert.deepEqual(failureOf(execution), { error: "Broken", cause: "It broke." });
  assert.deepEqual(links(history).slice(2), [
    "3 ParallelStateStarted ←2",
    "4 TaskStateEntered ←3",
    "5 WaitStateEntered ←3",
    "6 TaskStateEntered ←3",
    "7 TaskScheduled ←4",
    "8 TaskScheduled ←6",
    "9 TaskStarted ←8",
    "10 TaskFailed ←9",
    "11 TaskStateAborted ←7",
    "12 WaitStateAborted ←5",
    "13 ParallelStateFailed ←10",
    "14 ExecutionFailed ←13",
  ]);
  assert.equal(elapsed, 3000);
  assert.equal(commands.filter((command) => command.kind === "cancelTask").length, 1);
  assert.equal(commands.filter((command) => command.kind === "disarmTimer").length, 1);
});

test("a task of a branch aborted in the very step it was scheduled is never handed out", () => {
  const machine = parallel([
    branch("Work", { ...WORK, TimeoutSeconds: 9 }),
    { StartAt: "F", States: { F: { Type: "Fail" } } },
  ]);
  const { tasks, commands, history } = runMachine({ machine });
  assert.deepEqual(tasks, []);
  assert.deepEqual(commands, [{ kind: "finish" }]);
  assert.ok(history.some((event) => event.type === "TaskStateAborted"));
});

test("Retry starts all branches afresh, without entering the state again", () => {
  const machine = parallel([branch("Work", WORK), branch("Once", { Type: "Pass" })], {
    Retry: [{ ErrorEquals: ["Broken"], IntervalSeconds: 5, MaxAttempts: 1 }],
  });
  const { execution, history, elapsed } = runMachine({
    machine,
    input: 0,
    tasks: (_task, attempt) => (attempt === 1 ? fails("Broken", "") : succeeds("ok")),
  });
  assert.deepEqual(execution.output, ["ok", 0]);
  assert.equal(elapsed, 5000);
  assert.deepEqual(links(history).slice(2), [
    "3 ParallelStateStarted ←2",
    "4 TaskStateEntered ←3",
    "5 PassStateEntered ←3",
    "6 TaskScheduled ←4",
    "7 PassStateExited ←5",
    "8 TaskStarted ←6",
    "9 TaskFailed ←8",
    "10 ParallelStateFailed ←9",
    "11 ParallelStateStarted ←10",
    "12 TaskStateEntered ←11",
    "13 PassStateEntered ←11",
    "14 TaskScheduled ←12",
    "15 PassStateExited ←13",
    "16 TaskStarted ←14",
    "17 TaskSucceeded ←16",
    "18 TaskStateExited ←17",
    "19 ParallelStateSucceeded ←18",
    "20 ParallelStateExited ←18",
    "21 ExecutionSucceeded ←20",
  ]);
});

test("Catch takes the branch's error into the raw input", () => {
  const machine = machineOf({
    StartAt: "P",
    States: {
      P: {
        Type: "Parallel",
        Branches: [{ StartAt: "F", States: { F: { Type: "Fail", Error: "E", Cause: "C" } } }],
        Catch: [{ ErrorEquals: ["E"], ResultPath: "$.caught", Next: "After" }],
        End: true,
      },
      After: { Type: "Pass", End: true },
    },
  });
  const { execution, history } = runMachine({ machine, input: { n: 1 } });
  assert.deepEqual(execution.output, { n: 1, caught: { Error: "E", Cause: "C" } });
  assert.deepEqual(links(history).slice(3, 8), [
    "4 FailStateEntered ←3",
    "5 ParallelStateFailed ←4",
    "6 ParallelStateExited ←5",
    "7 PassStateEntered ←6",
    "8 PassStateExited ←7",
  ]);
});

test("a failure goes up through every Parallel that does not catch it", () => {
  let inner: Definition = { StartAt: "F", States: { F: { Type: "Fail", Error: "E" } } };
  const depth = 150;
  for (let level = 0; level < depth; level++) {
    inner = { StartAt: `P${level}`, States: { [`P${level}`]: { Type: "Parallel", Branches: [inner], End: true } } };
  }
  const { execution, history } = runMachine({ machine: machineOf(inner) });
  assert.equal(execution.error, "E");
  assert.equal(history.filter((event) => event.type === "ParallelStateFailed").length, depth);
  assert.equal(history.length, 1 + depth * 2 + 1 + depth + 1);
});

test("an error in ResultSelector fails the Parallel after its branches succeeded", () => {
  const machine = parallel([branch("A", { Type: "Pass" })], { ResultSelector: { "x.$": "$[0].none" } });
  const { execution, history } = runMachine({ machine });
  assert.match(
    execution.cause ?? "",
    /^An error occurred while executing the state 'P' \(entered at the event id #2\)\. /,
  );
  assert.deepEqual(links(history).slice(4), [
    "5 PassStateExited ←4",
    "6 ParallelStateSucceeded ←5",
    "7 ExecutionFailed ←5",
  ]);
});

test("outputs that are too large together are States.DataLimitExceeded", () => {
  const machine = parallel([branch("A", { Type: "Pass" }), branch("B", { Type: "Pass" })]);
  const { execution } = runMachine({ machine, input: "x".repeat(200_000) });
  assert.equal(execution.error, "States.DataLimitExceeded");
  assert.match(execution.cause ?? "", /^The state\/task 'P' returned/);
});
