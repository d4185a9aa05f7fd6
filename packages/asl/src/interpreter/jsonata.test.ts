/** JSONata states. https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Json } from "../json/value.ts";
import { checkHistory } from "./testing/history-checks.ts";
import { fails, runMachine, succeeds } from "./testing/host.ts";
import type { TestResult, TestRun } from "./testing/host.ts";
import { failureOf, links } from "./testing/links.ts";
import { machineOf, SEND_MESSAGE } from "./testing/machines.ts";
import type { Definition } from "./testing/machines.ts";

function run(
  states: Definition,
  input: Json = {},
  tasks: NonNullable<TestRun["tasks"]> = () => succeeds({ r: 1 }),
): TestResult {
  const machine = machineOf({ QueryLanguage: "JSONata", StartAt: Object.keys(states)[0], States: states });
  const result = runMachine({ machine, input, tasks, roundTrip: true });
  if (result.execution.status !== "RUNNING") checkHistory(result.history);
  return result;
}

function outputOf(states: Definition, input?: Json, tasks?: TestRun["tasks"]): unknown {
  const { execution } = run(states, input, tasks);
  assert.equal(execution.status, "SUCCEEDED", JSON.stringify(failureOf(execution)));
  return execution.output;
}

const TASK = { Type: "Task", Resource: SEND_MESSAGE };

describe("output", () => {
  test("is the input when a state names none, and the result where there is one", () => {
    const input = { a: [1, { b: null }] };
    const states = {
      P: { Type: "Pass", Next: "C" },
      C: { Type: "Choice", Choices: [{ Condition: true, Next: "W" }] },
      W: { Type: "Wait", Seconds: 1, Next: "S" },
      S: { Type: "Succeed" },
    };
    assert.deepEqual(outputOf(states, input), input);
    assert.deepEqual(outputOf({ T: { ...TASK, End: true } }), { r: 1 });
  });

  test("is a value with expressions anywhere in it; texts that are none stay as they are", () => {
    const Output = {
      whole: "{% $states.input %}",
      list: [1, "{% $states.input.n + 1 %}", "a {% b %} c", ["{% 'x' %}"]],
      "path.$": "$.n",
      nothing: null,
    };
    assert.deepEqual(outputOf({ P: { Type: "Pass", Output, End: true } }, { n: 4 }), {
      whole: { n: 4 },
      list: [1, 5, "a {% b %} c", ["x"]],
      "path.$": "$.n",
      nothing: null,
    });
  });

  test("and Assign see the variables as they were", () => {
    const states = {
      A: { Type: "Pass", Assign: { x: 1, y: 2 }, Next: "B" },
      B: { Type: "Pass", Assign: { x: "{% $y %}", y: "{% $x %}" }, Output: "{% $x & $y %}", Next: "C" },
      C: { Type: "Pass", Output: "{% [$states.input, $x, $y] %}", End: true },
    };
    assert.deepEqual(outputOf(states), ["12", 2, 1]);
  });

  test("the context object", () => {
    const Output = "{% $states.context.($merge([State.Name, Execution.Name, StateMachine.Name].{'n': $})) %}";
    const names =
      "{% [$states.context.State.Name, $states.context.Execution.Input.n, $states.context.State.RetryCount] %}";
    assert.deepEqual(outputOf({ S: { Type: "Pass", Output: names, End: true } }, { n: 7 }), ["S", 7, 0]);
    assert.deepEqual(outputOf({ S: { Type: "Pass", Output, End: true } }), { n: "machine" });
  });
});

describe("a Task", () => {
  test("is given its Arguments, and its times and role from expressions", () => {
    const { tasks, history } = run(
      {
        T: {
          ...TASK,
          Arguments: { a: "{% $states.input.n * 2 %}", b: ["{% $states.context.State.Name %}"] },
          TimeoutSeconds: "{% $states.input.n %}",
          HeartbeatSeconds: "{% $states.input.n - 1 %}",
          Credentials: { RoleArn: "{% 'arn:aws:iam::123456789012:role/' & $states.input.role %}" },
          End: true,
        },
      },
      { n: 5, role: "r" },
    );
    const [task] = tasks;
    assert.deepEqual(task?.input, { a: 10, b: ["T"] });
    assert.deepEqual([task?.timeoutSeconds, task?.heartbeatSeconds], [5, 4]);
    assert.deepEqual(task?.credentials, { RoleArn: "arn:aws:iam::123456789012:role/r" });
    assert.deepEqual(history.find((event) => event.type === "TaskScheduled")?.details?.["timeoutInSeconds"], 5);
  });

  test("shows its result to Output and Assign", () => {
    const states = {
      T: {
        ...TASK,
        Output: "{% $states.result.r + $states.input.n %}",
        Assign: { r: "{% $states.result %}" },
        Next: "E",
      },
      E: { Type: "Pass", Output: "{% [$states.input, $r] %}", End: true },
    };
    assert.deepEqual(outputOf(states, { n: 1 }), [2, { r: 1 }]);
  });

  test("shows its error to a catcher, whose output it is when the catcher names none", () => {
    const states = (catcher: Definition): Definition => ({
      T: { ...TASK, Catch: [{ ErrorEquals: ["E"], Next: "C", ...catcher }], End: true },
      C: { Type: "Pass", End: true },
    });
    const tasks = (): ReturnType<typeof fails> => fails("E", "why");
    assert.deepEqual(outputOf(states({}), {}, tasks), { Error: "E", Cause: "why" });
    const Output = "{% $states.errorOutput.Error & $states.input.n %}";
    assert.deepEqual(outputOf(states({ Output }), { n: 1 }, tasks), "E1");
    const assigning = states({ Assign: { e: "{% $states.errorOutput %}" }, Output: {} });
    assert.deepEqual(run(assigning, {}, tasks).history.findLast((event) => event.type === "TaskStateExited")?.details, {
      name: "T",
      output: "{}",
      outputDetails: { truncated: false },
      assignedVariables: { e: '{"Error":"E","Cause":"why"}' },
      assignedVariablesDetails: { truncated: false },
    });
  });
});

describe("a query that fails", () => {
  const WRONG = "{% $states.input.missing %}";

  test("can be tried again and caught, and tells the history each time", () => {
    const { execution, history } = run({
      T: {
        ...TASK,
        Output: { v: WRONG },
        Retry: [{ ErrorEquals: ["States.QueryEvaluationError"], MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ["States.ALL"], Output: "{% $states.errorOutput.Error %}", Next: "C" }],
        End: true,
      },
      C: { Type: "Succeed" },
    });
    assert.equal(execution.output, "States.QueryEvaluationError");
    assert.deepEqual(links(history), [
      "1 ExecutionStarted ←0",
      "2 TaskStateEntered ←0",
      "3 TaskScheduled ←2",
      "4 TaskStarted ←3",
      "5 TaskSucceeded ←4",
      "6 EvaluationFailed ←5",
      "7 TaskScheduled ←6",
      "8 TaskStarted ←7",
      "9 TaskSucceeded ←8",
      "10 EvaluationFailed ←9",
      "11 TaskStateExited ←10",
      "12 SucceedStateEntered ←11",
      "13 SucceedStateExited ←12",
      "14 ExecutionSucceeded ←13",
    ]);
  });

  test("in Arguments starts nothing", () => {
    const { tasks, execution } = run({ T: { ...TASK, Arguments: WRONG, End: true } });
    assert.deepEqual([tasks, execution.status], [[], "FAILED"]);
  });

  test("in a catcher fails the state, whatever other catchers say", () => {
    const { execution, history } = run(
      {
        T: {
          ...TASK,
          Catch: [
            { ErrorEquals: ["E"], Output: WRONG, Next: "C" },
            { ErrorEquals: ["States.ALL"], Next: "C" },
          ],
          End: true,
        },
        C: { Type: "Succeed" },
      },
      {},
      () => fails("E", "why"),
    );
    assert.equal(execution.error, "States.QueryEvaluationError");
    assert.equal(
      history.findLast((event) => event.type === "EvaluationFailed")?.details?.["location"],
      "Catch[0]/Output",
    );
  });

  test("assigns nothing", () => {
    const { execution } = run({
      A: { Type: "Pass", Assign: { x: "before" }, Next: "T" },
      T: {
        ...TASK,
        Assign: { x: "after" },
        Output: WRONG,
        Catch: [{ ErrorEquals: ["States.ALL"], Next: "C" }],
        End: true,
      },
      C: { Type: "Pass", Output: "{% $x %}", End: true },
    });
    assert.equal(execution.output, "before");
  });

  test("in an item's ItemSelector fails the iteration", () => {
    const { execution, history } = run({
      M: {
        Type: "Map",
        Items: [1, 2],
        ItemSelector: { v: "{% $states.context.Map.Item.Value = 2 ? $states.input.missing : 0 %}" },
        ItemProcessor: { StartAt: "I", States: { I: { Type: "Pass", End: true } } },
        End: true,
      },
    });
    assert.equal(execution.error, "States.QueryEvaluationError");
    const types = history.map((event) => event.type);
    assert.ok(types.includes("MapIterationFailed"));
    assert.equal(history[types.indexOf("EvaluationFailed")]?.details?.["location"], "ItemSelector/v");
  });
});

describe("the other types", () => {
  test("Choice takes the first condition that holds, and the state's own Output for Default", () => {
    const states = {
      C: {
        Type: "Choice",
        Choices: [
          { Condition: "{% $states.input.n > 5 %}", Output: "large", Next: "E" },
          { Condition: "{% $states.input.n > 1 %}", Next: "E" },
        ],
        Default: "E",
        Output: "small",
      },
      E: { Type: "Succeed" },
    };
    assert.deepEqual(
      [9, 3, 0].map((n) => outputOf(states, { n })),
      ["large", { n: 3 }, "small"],
    );
  });

  test("Wait takes seconds or a point in time", () => {
    const elapsed = (fields: Definition): number =>
      run({ W: { Type: "Wait", ...fields, End: true } }, { n: 3 }).elapsed;
    assert.equal(elapsed({ Seconds: "{% $states.input.n %}" }), 3000);
    assert.equal(elapsed({ Timestamp: "{% '2026-01-02T03:04:10Z' %}" }), 4322);
  });

  test("Fail takes its texts from expressions", () => {
    const { execution } = run(
      { F: { Type: "Fail", Error: "{% 'E' & $states.input.n %}", Cause: "{% 'why' %}" } },
      { n: 1 },
    );
    assert.deepEqual(failureOf(execution), { error: "E1", cause: "why" });
  });

  test("Parallel gives its Arguments to every branch", () => {
    const branch = (name: string): Definition => ({
      StartAt: name,
      States: { [name]: { Type: "Pass", Output: "{% $states.input.a & $states.context.State.Name %}", End: true } },
    });
    const states = {
      P: {
        Type: "Parallel",
        Arguments: { a: "{% $states.input.n %}" },
        Branches: [branch("A"), branch("B")],
        Output: "{% $join($states.result, '-') %}",
        End: true,
      },
    };
    assert.equal(outputOf(states, { n: 1 }), "1A-1B");
  });

  test("Map takes its items from an expression, a list, an object or its input", () => {
    const map = (fields: Definition): Definition => ({
      M: {
        Type: "Map",
        ItemSelector: "{% [$states.context.Map.Item.Index, $states.context.Map.Item.Value] %}",
        ItemProcessor: { StartAt: "I", States: { I: { Type: "Pass", End: true } } },
        ...fields,
        End: true,
      },
    });
    const expected = [
      [0, "a"],
      [1, "b"],
    ];
    assert.deepEqual(outputOf(map({ Items: "{% $states.input.l %}" }), { l: ["a", "b"] }), expected);
    assert.deepEqual(outputOf(map({ Items: ["a", "{% 'b' %}"] })), expected);
    assert.deepEqual(outputOf(map({}), ["a", "b"]), expected);
    const ItemSelector = "{% $states.context.Map.Item.Key & $states.context.Map.Item.Value %}";
    assert.deepEqual(outputOf(map({ Items: { k: 1, l: "{% 2 %}" }, ItemSelector })), ["k1", "l2"]);
    assert.deepEqual(outputOf(map({ Items: "{% {'k': 1} %}", ItemSelector })), ["k1"]);
  });

  test("Map takes its bounds from expressions", () => {
    const { execution, tasks } = run(
      {
        M: {
          Type: "Map",
          Items: [1, 2, 3, 4],
          MaxConcurrency: "{% $states.input.n %}",
          ToleratedFailureCount: "{% $states.input.n %}",
          ToleratedFailurePercentage: "{% 50.5 %}",
          ItemProcessor: { StartAt: "T", States: { T: { ...TASK, End: true } } },
          Output: "{% $count($states.result) %}",
          End: true,
        },
      },
      { n: 2 },
      (task) => (task.input === 1 || task.input === 3 ? fails("E", "why") : succeeds(0)),
    );
    assert.equal(execution.output, 2);
    assert.equal(tasks.length, 4);
  });
});

test("a JSONPath machine may hold JSONata states, which share its variables", () => {
  const machine = machineOf({
    StartAt: "A",
    States: {
      A: { Type: "Pass", Assign: { "x.$": "$.n" }, Next: "B" },
      B: { Type: "Pass", QueryLanguage: "JSONata", Output: "{% $x + 1 %}", Assign: { y: "{% [$x] %}" }, Next: "C" },
      C: { Type: "Pass", Parameters: { "in.$": "$", "y.$": "$y[0]" }, End: true },
    },
  });
  assert.deepEqual(runMachine({ machine, input: { n: 4 } }).execution.output, { in: 5, y: 4 });
  assert.deepEqual(Object.fromEntries(machine.variableReferences), { B: ["x"], C: ["y"] });
});

test("a list of a thousand objects goes through variables and output", () => {
  const input = { list: Array.from({ length: 1000 }, (_, index) => ({ index })) };
  const output = outputOf(
    {
      A: {
        Type: "Pass",
        Assign: { v: "{% $states.input.list %}" },
        Output: { l: "{% $states.input.list %}" },
        Next: "B",
      },
      B: { Type: "Pass", Output: "{% $v[999].index = $states.input.l[999].index %}", End: true },
    },
    input,
  );
  assert.equal(output, true);
});
