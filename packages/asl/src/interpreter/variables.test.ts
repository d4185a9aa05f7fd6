/** Variables of JSONPath states. https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Json } from "../json/value.ts";
import { PAYLOAD_BYTES_MAX } from "./limits.ts";
import { fails, runMachine, succeeds } from "./testing/host.ts";
import type { TestResult } from "./testing/host.ts";
import { failureOf } from "./testing/links.ts";
import { machineOf, SEND_MESSAGE } from "./testing/machines.ts";
import type { Definition } from "./testing/machines.ts";

/** Shows variables as the output of the last state. */
function show(...names: readonly string[]): Definition {
  return { Type: "Pass", Parameters: Object.fromEntries(names.map((name) => [`${name}.$`, `$${name}`])), End: true };
}

function run(states: Definition, input: Json = {}, tasks: TestResultOptions["tasks"] = () => succeeds({ r: 1 })) {
  const machine = machineOf({ StartAt: Object.keys(states)[0], States: states });
  return runMachine({ machine, input, tasks, roundTrip: true });
}

type TestResultOptions = Pick<Parameters<typeof runMachine>[0], "tasks">;

function assigned({ history }: TestResult, state: string): unknown {
  const exit = history.find((event) => event.type.endsWith("StateExited") && event.details?.["name"] === state);
  return exit?.details?.["assignedVariables"];
}

describe("variables", () => {
  test("are visible in the next state and shown by the exit of the one that assigns them", () => {
    const result = run(
      {
        A: { Type: "Pass", Assign: { "x.$": "$.n", y: { a: [1] }, "z.$": "States.Format('{}!', $.n)" }, Next: "B" },
        B: show("x", "y", "z"),
      },
      { n: 7 },
    );
    assert.deepEqual(result.execution.output, { x: 7, y: { a: [1] }, z: "7!" });
    assert.deepEqual(assigned(result, "A"), { x: "7", y: '{"a":[1]}', z: '"7!"' });
    const exit = result.history.find((event) => event.type === "PassStateExited");
    assert.deepEqual(exit?.details?.["assignedVariablesDetails"], { truncated: false });
    assert.equal(assigned(result, "B"), undefined);
  });

  test("all values of one Assign see the variables as they were: two variables swap", () => {
    const { execution } = run({
      A: { Type: "Pass", Assign: { x: 1, y: 2 }, Next: "B" },
      B: { Type: "Pass", Assign: { "x.$": "$y", "y.$": "$x" }, Next: "C" },
      C: show("x", "y"),
    });
    assert.deepEqual(execution.output, { x: 2, y: 1 });
  });

  test("are not visible in the state that assigns them", () => {
    const { execution } = run({
      A: { Type: "Pass", Assign: { x: 1 }, Next: "B" },
      B: { Type: "Pass", Assign: { x: 2 }, Parameters: { "before.$": "$x" }, End: true },
    });
    assert.deepEqual(execution.output, { before: 1 });
  });

  test("stand wherever a path may", () => {
    const { execution } = run({
      A: { Type: "Pass", Assign: { o: { items: [1, 2], s: 0, deep: [{ v: "k" }] } }, Next: "W" },
      W: { Type: "Wait", SecondsPath: "$o.s", Next: "C" },
      C: { Type: "Choice", Choices: [{ Variable: "$o.deep[0].v", StringEquals: "k", Next: "M" }] },
      M: {
        Type: "Map",
        ItemsPath: "$o.items",
        ItemSelector: { "v.$": "$o.deep[0].v", "i.$": "$$.Map.Item.Value" },
        ItemProcessor: { StartAt: "I", States: { I: { Type: "Pass", End: true } } },
        ResultSelector: { "list.$": "$", "s.$": "States.ArrayLength($o.items)" },
        Next: "O",
      },
      O: { Type: "Pass", InputPath: "$.list", OutputPath: "$o.deep[*].v", End: true },
    });
    assert.deepEqual(execution.output, ["k"]);
  });

  test("a variable that is not there fails the state", () => {
    const { execution } = run({ A: { Type: "Pass", Parameters: { "a.$": "$nope" }, End: true } });
    assert.equal(execution.error, "States.Runtime");
    assert.match(execution.cause ?? "", /The JSONPath '\$nope' specified for the field 'a\.\$' could not be found/);
  });

  test("$ is the result of a Task, before ResultSelector and ResultPath", () => {
    const { execution } = run({
      A: {
        Type: "Task",
        Resource: SEND_MESSAGE,
        ResultSelector: { "other.$": "$.r" },
        ResultPath: "$.kept",
        Assign: { "r.$": "$.r" },
        Next: "B",
      },
      B: show("r"),
    });
    assert.deepEqual(execution.output, { r: 1 });
  });

  test("a failed attempt assigns nothing; a catcher assigns what it says, $ being the error", () => {
    const result = run(
      {
        A: { Type: "Pass", Assign: { x: "before" }, Next: "T" },
        T: {
          Type: "Task",
          Resource: SEND_MESSAGE,
          Assign: { x: "succeeded" },
          Retry: [{ ErrorEquals: ["E"], MaxAttempts: 1 }],
          Catch: [{ ErrorEquals: ["E"], Assign: { "error.$": "$.Error", "old.$": "$x" }, Next: "B" }],
          Next: "B",
        },
        B: show("x", "error", "old"),
      },
      {},
      () => fails("E", "why"),
    );
    assert.deepEqual(result.execution.output, { x: "before", error: "E", old: "before" });
    assert.deepEqual(assigned(result, "T"), { error: '"E"', old: '"before"' });
  });

  test("a choice assigns what its rule says, the state's own Assign belongs to Default", () => {
    const states = {
      C: {
        Type: "Choice",
        Choices: [
          { Variable: "$.n", NumericEquals: 1, Assign: { "way.$": "$.n" }, Next: "B" },
          { Variable: "$.n", NumericEquals: 2, Next: "B" },
        ],
        Default: "B",
        Assign: { way: "default" },
      },
      B: { Type: "Pass", End: true },
    };
    assert.deepEqual(assigned(run(states, { n: 1 }), "C"), { way: "1" });
    assert.equal(assigned(run(states, { n: 2 }), "C"), undefined);
    assert.deepEqual(assigned(run(states, { n: 3 }), "C"), { way: '"default"' });
  });

  test("a Wait assigns when it is over, from its effective input", () => {
    const { execution } = run(
      { W: { Type: "Wait", Seconds: 5, InputPath: "$.a", Assign: { "v.$": "$.b" }, Next: "B" }, B: show("v") },
      { a: { b: 3 } },
    );
    assert.deepEqual(execution.output, { v: 3 });
  });
});

describe("scopes", () => {
  test("inner scopes read outer variables; theirs end with them, in both directions", () => {
    const { execution } = run({
      A: { Type: "Pass", Assign: { outer: "o" }, Next: "P" },
      P: {
        Type: "Parallel",
        Branches: [1, 2].map((n) => ({
          StartAt: `I${n}`,
          States: {
            [`I${n}`]: {
              Type: "Pass",
              Assign: { "inner.$": "States.Format('{}{}', $outer, '" + n + "')" },
              Next: `J${n}`,
            },
            [`J${n}`]: show("inner", "outer"),
          },
        })),
        Assign: { "all.$": "$[*].inner" },
        Next: "B",
      },
      B: show("all", "outer", "inner"),
    });
    assert.equal(execution.error, "States.Runtime");
    assert.match(execution.cause ?? "", /The JSONPath '\$inner'/);
  });

  test("a Parallel sees the results of its branches in Assign", () => {
    const { execution } = run({
      P: {
        Type: "Parallel",
        Branches: [{ StartAt: "I", States: { I: { Type: "Pass", Result: { v: 4 }, End: true } } }],
        Assign: { "v.$": "$[0].v" },
        Next: "B",
      },
      B: show("v"),
    });
    assert.deepEqual(execution.output, { v: 4 });
  });

  test("every iteration has its own", () => {
    const { execution } = run(
      {
        M: {
          Type: "Map",
          ItemProcessor: {
            StartAt: "I",
            States: {
              I: { Type: "Pass", Assign: { "v.$": "$" }, Next: "W" },
              W: { Type: "Wait", Seconds: 1, Next: "J" },
              J: { Type: "Pass", InputPath: "$v", End: true },
            },
          },
          End: true,
        },
      },
      [1, 2, 3],
    );
    assert.deepEqual(execution.output, [1, 2, 3]);
  });
});

describe("limits", () => {
  const TOO_LARGE = {
    error: "States.DataLimitExceeded",
    cause: "The state/task 'A' returned a result with a size exceeding the maximum number of bytes service limit.",
  };

  test("what one state assigns may have 256 KiB as JSON", () => {
    const assign = (characters: number): TestResult =>
      run({ A: { Type: "Pass", Assign: { x: "v".repeat(characters) }, Next: "B" }, B: { Type: "Pass", End: true } });
    const around = '{"x":""}'.length;
    assert.equal(assign(PAYLOAD_BYTES_MAX - around).execution.status, "SUCCEEDED");
    assert.deepEqual(failureOf(assign(PAYLOAD_BYTES_MAX - around + 1).execution), TOO_LARGE);
  });

  test("an execution may have 10 MiB; a value that is replaced does not count", () => {
    const size = 209_715; // 50 of them, with their quotes, are 10 bytes less than 10 MiB
    const input = { text: "v".repeat(size - 2) };
    const chain = (name: (index: number) => string): Definition =>
      Object.fromEntries(
        Array.from({ length: 50 }, (_, index) => [
          `S${index}`,
          { Type: "Pass", Assign: { [`${name(index)}.$`]: "$.text" }, Next: index === 49 ? "A" : `S${index + 1}` },
        ]),
      );
    const last = (text: string): Definition => ({ A: { Type: "Pass", Assign: { last: text }, End: true } });
    const distinct = chain((index) => `v${index}`);
    assert.equal(run({ ...distinct, ...last("12345678") }, input).execution.status, "SUCCEEDED");
    assert.deepEqual(failureOf(run({ ...distinct, ...last("123456789") }, input).execution), TOO_LARGE);
    assert.equal(run({ ...chain(() => "same"), ...last("123456789") }, input).execution.status, "SUCCEEDED");
  });

  test("variables of scopes that are gone do not count", () => {
    const input = Array.from({ length: 60 }, () => 0);
    const { execution } = run(
      {
        M: {
          Type: "Map",
          MaxConcurrency: 1,
          ItemProcessor: {
            StartAt: "I",
            States: {
              I: { Type: "Pass", Parameters: { t: "v".repeat(200_000) }, Next: "J" },
              J: { Type: "Pass", Assign: { "v.$": "$.t" }, OutputPath: null, End: true },
            },
          },
          End: true,
        },
      },
      input,
    );
    assert.equal(execution.status, "SUCCEEDED");
  });
});
