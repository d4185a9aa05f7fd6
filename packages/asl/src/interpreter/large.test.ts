/** Size is bounded by what is stored, never by the stack: long chains, full histories, large definitions, deep nesting. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { advance, newExecution } from "./advance.ts";
import { HISTORY_EVENTS_MAX, STATES_PER_STEP_MAX } from "./limits.ts";
import type { ExecutionEvent, InterpreterHost } from "./protocol.ts";
import { START_TIME } from "./testing/host.ts";
import { failureOf } from "./testing/links.ts";
import { machineOf } from "./testing/machines.ts";
import type { Definition } from "./testing/machines.ts";
import type { Execution } from "./execution.ts";
import type { Json } from "../json/value.ts";

const HOST: InterpreterHost = { now: START_TIME, random: () => 0, uuid: () => "", taskToken: (taskId) => taskId };

/** Runs a machine that waits for nothing, without the checks of the other tests, whose cost grows with every step. */
function run(definition: Definition, input: Json): { execution: Execution; events: number; steps: number } {
  const machine = machineOf(definition);
  let execution = newExecution({
    arn: "arn:aws:states:eu-west-1:123456789012:execution:machine:run",
    name: "run",
    roleArn: "arn:aws:iam::123456789012:role/machine",
    machineArn: "arn:aws:states:eu-west-1:123456789012:stateMachine:machine",
    machineName: "machine",
    input,
    startedAt: START_TIME,
  });
  let event: ExecutionEvent = { kind: "start" };
  let events = 0;
  for (let steps = 1; ; steps += 1) {
    const step = advance(machine, execution, event, HOST);
    execution = step.execution;
    events += step.history.length;
    if (!step.commands.some((command) => command.kind === "continue")) return { execution, events, steps };
    event = { kind: "continue" };
  }
}

function chain(length: number, state: (index: number) => Definition): Definition {
  const states = Array.from({ length }, (_, index) => [
    `S${index}`,
    { ...state(index), ...(index === length - 1 ? { End: true } : { Next: `S${index + 1}` }) },
  ]);
  return { StartAt: "S0", States: Object.fromEntries(states) };
}

test("10,000 states in a row, in either language, a step at a time", () => {
  const paths = run(
    chain(10_000, () => ({ Type: "Pass", Parameters: { "n.$": "States.MathAdd($.n, 1)" } })),
    { n: 0 },
  );
  assert.deepEqual(paths.execution.output, { n: 10_000 });
  assert.deepEqual([paths.events, paths.steps], [20_002, 10_000 / STATES_PER_STEP_MAX]);
  const queries = run(
    {
      QueryLanguage: "JSONata",
      ...chain(10_000, () => ({ Type: "Pass", Output: "{% $states.input + 1 %}" })),
    },
    0,
  );
  assert.equal(queries.execution.output, 10_000);
});

test("an execution may have 25,000 events, the last of which ends it", () => {
  const loop = {
    QueryLanguage: "JSONata",
    StartAt: "A",
    States: {
      A: { Type: "Pass", Assign: { n: "{% $states.input %}" }, Output: "{% $states.input + 1 %}", Next: "B" },
      B: { Type: "Choice", Choices: [{ Condition: "{% $states.input > $n + 1 %}", Next: "C" }], Default: "A" },
      C: { Type: "Succeed" },
    },
  };
  const { execution, events } = run(loop, 0);
  assert.equal(events, HISTORY_EVENTS_MAX);
  assert.deepEqual(
    [execution.status, failureOf(execution)],
    [
      "FAILED",
      { error: "States.Runtime", cause: "The execution reached the maximum number of history events (25000)." },
    ],
  );
});

test("a definition of a megabyte", () => {
  const text = "v".repeat(200_000);
  const definition = chain(5, () => ({ Type: "Pass", Parameters: { text }, ResultPath: null }));
  assert.ok(JSON.stringify(definition).length > 1_000_000);
  assert.deepEqual(run(definition, { n: 1 }).execution.output, { n: 1 });
});

test("a hundred Parallels inside one another read the variables of the outermost", () => {
  let inner: Definition = { StartAt: "I", States: { I: { Type: "Pass", Output: "{% [$outer, $v99] %}", End: true } } };
  for (let depth = 99; depth >= 0; depth -= 1) {
    inner = {
      StartAt: `A${depth}`,
      States: {
        [`A${depth}`]: { Type: "Pass", Assign: { [`v${depth}`]: depth }, Next: `P${depth}` },
        [`P${depth}`]: { Type: "Parallel", Branches: [inner], Output: "{% $states.result[0] %}", End: true },
      },
    };
  }
  const outermost = {
    QueryLanguage: "JSONata",
    StartAt: "O",
    States: {
      O: { Type: "Pass", Assign: { outer: "{% $states.input %}" }, Next: "P" },
      P: { Type: "Parallel", Branches: [inner], End: true },
    },
  };
  const { execution } = run(outermost, "o");
  assert.equal(execution.status, "SUCCEEDED", JSON.stringify(failureOf(execution)));
  assert.match(JSON.stringify(execution.output), /"o"/);
});
