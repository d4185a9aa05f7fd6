/** What a sound definition is compiled to. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compileDefinition } from "./compile-definition.ts";
import type { Machine, MapState, State, TaskState } from "./machine.ts";

function compile(definition: object): Machine {
  const compiled = compileDefinition(JSON.stringify(definition));
  assert.ok(compiled.ok, JSON.stringify(compiled));
  return compiled.machine;
}

function stateOf(machine: Machine, name: string, container = ""): State {
  const state = machine.containers.get(container)?.states.get(name);
  assert.ok(state, `${name} in ${container}`);
  return state;
}

function only<Type extends State["type"]>(type: Type, fields: object): Extract<State, { type: Type }> {
  const terminal = type === "Choice" || type === "Fail" || type === "Succeed" ? {} : { End: true };
  const state = stateOf(compile({ StartAt: "X", States: { X: { Type: type, ...terminal, ...fields } } }), "X");
  assert.ok(isOfType(state, type));
  return state;
}

function isOfType<Type extends State["type"]>(state: State, type: Type): state is Extract<State, { type: Type }> {
  return state.type === type;
}

function taskWith(fields: object): TaskState {
  return only("Task", { Resource: "arn:aws:states:::sqs:sendMessage", ...fields });
}

const processor = { StartAt: "I", States: { I: { Type: "Pass", End: true } } };

function mapWith(fields: object): MapState {
  return only("Map", { ItemProcessor: processor, ...fields });
}

describe("a machine", () => {
  it("has its own fields", () => {
    const machine = compile({ Comment: "c", TimeoutSeconds: 7, StartAt: "A", States: { A: { Type: "Succeed" } } });
    assert.equal(machine.comment, "c");
    assert.equal(machine.timeoutSeconds, 7);
    assert.equal(machine.queryLanguage, "JSONPath");
    assert.equal(machine.containers.get("")?.startAt, "A");
  });

  it("leaves absent fields out", () => {
    const machine = compile({ StartAt: "A", States: { A: { Type: "Succeed" } } });
    assert.deepEqual(Object.keys(machine).toSorted(), ["containers", "queryLanguage", "variableReferences"]);
    assert.deepEqual(stateOf(machine, "A"), {
      type: "Succeed",
      name: "A",
      pointer: "/States/A",
      queryLanguage: "JSONPath",
      flow: { language: "JSONPath" },
    });
  });

  it("names the variables each state reads", () => {
    const machine = compile({
      StartAt: "A",
      States: {
        A: { Type: "Pass", Assign: { x: "$no", "y.$": "States.Format('{} $no', $one, $two.b)" }, Next: "M" },
        M: {
          Type: "Map",
          ItemsPath: "$three[0]",
          ItemProcessor: { StartAt: "I", States: { I: { Type: "Pass", Parameters: [{ "a.$": "$x" }], End: true } } },
          Next: "C",
        },
        C: {
          Type: "Choice",
          Choices: [
            { Not: { Variable: "$four", StringEqualsPath: "$five" }, Next: "D", Assign: { "z.$": "$six" } },
            { Variable: "$$.State.Name", IsString: true, Next: "D" },
          ],
        },
        D: { Type: "Pass", InputPath: "$.x", Result: { "a.$": "$no" }, End: true },
      },
    });
    const found = [...machine.variableReferences].map(([state, names]) => [state, names.toSorted()]);
    assert.deepEqual(Object.fromEntries(found), {
      A: ["one", "two"],
      M: ["three"],
      I: ["x"],
      C: ["five", "four", "six"],
    });
  });

  it("enters every container under its pointer", () => {
    const machine = compile({
      StartAt: "a/b",
      States: {
        "a/b": {
          Type: "Parallel",
          Branches: [
            { StartAt: "M", States: { M: { Type: "Map", Iterator: processor, End: true } } },
            { StartAt: "P", States: { P: { Type: "Pass", End: true } } },
          ],
          End: true,
        },
      },
    });
    const inner = "/States/a~1b/Branches/0/States/M/Iterator";
    assert.deepEqual(
      [...machine.containers.keys()].toSorted(),
      ["", "/States/a~1b/Branches/0", inner, "/States/a~1b/Branches/1"].toSorted(),
    );
    for (const [pointer, container] of machine.containers) assert.equal(container.pointer, pointer);
    const parallel = stateOf(machine, "a/b");
    assert.ok(parallel.type === "Parallel");
    assert.deepEqual(parallel.branches, ["/States/a~1b/Branches/0", "/States/a~1b/Branches/1"]);
    const map = stateOf(machine, "M", "/States/a~1b/Branches/0");
    assert.ok(map.type === "Map");
    assert.equal(map.processor, inner);
    assert.equal(stateOf(machine, "I", inner).pointer, `${inner}/States/I`);
  });

  it("keeps a state named __proto__ among its states", () => {
    const compiled = compileDefinition(
      '{"StartAt":"__proto__","States":{"__proto__":{"Type":"Pass","Result":{"__proto__":1},"End":true}}}',
    );
    assert.ok(compiled.ok);
    const state = stateOf(compiled.machine, "__proto__");
    assert.ok(state.type === "Pass");
    assert.equal(JSON.stringify(state.result), '{"__proto__":1}');
  });
});

describe("transitions and paths", () => {
  it("tell Next from End", () => {
    const machine = compile({
      StartAt: "A",
      States: { A: { Type: "Pass", Next: "B" }, B: { Type: "Pass", End: true } },
    });
    const [first, last] = [stateOf(machine, "A"), stateOf(machine, "B")];
    assert.ok(first.type === "Pass" && last.type === "Pass");
    assert.equal(first.next, "B");
    assert.equal(last.next, null);
  });

  it("tell null from absent", () => {
    const { flow, result } = only("Pass", { InputPath: null, ResultPath: null, Result: null });
    assert.deepEqual(flow, { language: "JSONPath", inputPath: null, resultPath: null });
    assert.equal(result, null);
  });

  it("are compiled", () => {
    const fields = { InputPath: "$.a", OutputPath: "$.b", ResultPath: "$.c", Parameters: { "x.$": "$.y" } };
    const { flow } = only("Pass", fields);
    assert.ok(flow.language === "JSONPath");
    assert.equal(flow.inputPath?.text, "$.a");
    assert.equal(flow.outputPath?.text, "$.b");
    assert.equal(flow.resultPath?.text, "$.c");
    assert.equal(flow.parameters?.kind, "template");
  });
});

describe("a Task", () => {
  it("has the defaults of a retrier", () => {
    const { retry } = taskWith({ Retry: [{ ErrorEquals: ["A", "B"] }] });
    const defaults = { intervalSeconds: 1, maxAttempts: 3, backoffRate: 2, jitterStrategy: "NONE" };
    assert.deepEqual(retry, [{ errorEquals: ["A", "B"], ...defaults }]);
    assert.deepEqual(taskWith({}).retry, []);
    assert.deepEqual(taskWith({}).catch, []);
  });

  it("has every field of a retrier", () => {
    const { retry } = taskWith({
      Retry: [
        {
          ErrorEquals: ["A"],
          IntervalSeconds: 4,
          MaxAttempts: 0,
          BackoffRate: 1.5,
          MaxDelaySeconds: 9,
          JitterStrategy: "FULL",
        },
      ],
    });
    assert.deepEqual(retry, [
      {
        errorEquals: ["A"],
        intervalSeconds: 4,
        maxAttempts: 0,
        backoffRate: 1.5,
        maxDelaySeconds: 9,
        jitterStrategy: "FULL",
      },
    ]);
  });

  it("has its catchers in order", () => {
    const machine = compile({
      StartAt: "X",
      States: {
        X: {
          Type: "Task",
          Resource: "arn:aws:states:::sqs:sendMessage",
          Catch: [
            { ErrorEquals: ["A"], ResultPath: null, Next: "Y" },
            { ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "Y" },
          ],
          End: true,
        },
        Y: { Type: "Fail" },
      },
    });
    const task = stateOf(machine, "X");
    assert.ok(task.type === "Task");
    const flow = { language: "JSONPath", resultPath: null };
    assert.deepEqual(task.catch[0], { errorEquals: ["A"], next: "Y", flow });
    const second = task.catch[1]?.flow;
    assert.ok(second?.language === "JSONPath");
    assert.equal(second.resultPath?.text, "$.error");
  });

  it("has its timeouts as seconds or paths", () => {
    assert.deepEqual(taskWith({ TimeoutSeconds: 9, HeartbeatSeconds: 8 }).timeout, { kind: "literal", value: 9 });
    const { timeout, heartbeat } = taskWith({ TimeoutSecondsPath: "$.t", HeartbeatSeconds: 8 });
    assert.ok(timeout?.kind === "path");
    assert.equal(timeout.path.text, "$.t");
    assert.deepEqual(heartbeat, { kind: "literal", value: 8 });
  });
});

describe("the other types", () => {
  it("Wait has its duration", () => {
    assert.deepEqual(only("Wait", { Seconds: 3 }).duration, { kind: "seconds", value: { kind: "literal", value: 3 } });
    const timestamp = "2016-03-14T01:59:00Z";
    const literal = { kind: "literal", value: timestamp };
    assert.deepEqual(only("Wait", { Timestamp: timestamp }).duration, { kind: "timestamp", value: literal });
    const { kind, value } = only("Wait", { TimestampPath: "$.t" }).duration;
    assert.ok(kind === "timestamp" && value.kind === "path");
    assert.deepEqual([value.field, value.path.text], ["TimestampPath", "$.t"]);
    const { value: seconds } = only("Wait", { SecondsPath: "$.s" }).duration;
    assert.ok(seconds.kind === "path");
    assert.deepEqual([seconds.field, seconds.path.text], ["SecondsPath", "$.s"]);
  });

  it("Fail has literals, paths or intrinsic functions", () => {
    assert.deepEqual(only("Fail", { Error: "E" }).error, { kind: "literal", value: "E" });
    assert.ok(!("cause" in only("Fail", { Error: "E" })));
    const { error, cause } = only("Fail", { ErrorPath: "$.e", CausePath: "States.Format('{}', $.c)" });
    assert.ok(error?.kind === "path" && cause?.kind === "intrinsic");
    assert.equal(error.path.text, "$.e");
    assert.equal(cause.template.kind, "template");
  });

  it("Choice has its rules in order and its default", () => {
    const machine = compile({
      StartAt: "X",
      States: {
        X: {
          Type: "Choice",
          Choices: [
            { Variable: "$.a", NumericEquals: 1, Next: "Y" },
            { Not: { Variable: "$.a", IsPresent: true }, Next: "Z" },
          ],
          Default: "Z",
        },
        Y: { Type: "Succeed" },
        Z: { Type: "Succeed" },
      },
    });
    const choice = stateOf(machine, "X");
    assert.ok(choice.type === "Choice");
    assert.deepEqual(
      choice.choices.map((rule) => rule.next),
      ["Y", "Z"],
    );
    assert.equal(choice.defaultNext, "Z");
  });

  it("Map has its bounds", () => {
    assert.deepEqual(mapWith({}).maxConcurrency, { kind: "literal", value: 0 });
    assert.deepEqual(mapWith({ MaxConcurrency: 3 }).maxConcurrency, { kind: "literal", value: 3 });
    assert.equal(mapWith({ MaxConcurrencyPath: "$.n" }).maxConcurrency.kind, "path");
    const map = mapWith({
      ItemsPath: "$.i",
      Parameters: { a: 1 },
      ToleratedFailureCount: 2,
      ToleratedFailurePercentage: 5,
    });
    assert.ok(map.items?.kind === "path");
    assert.equal(map.items.path.text, "$.i");
    assert.equal(map.itemSelector?.kind, "template");
    assert.deepEqual(map.toleratedFailureCount, { kind: "literal", value: 2 });
    assert.deepEqual(map.toleratedFailurePercentage, { kind: "literal", value: 5 });
  });
});
