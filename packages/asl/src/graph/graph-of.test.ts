/** Graphs of the Amazon States Language's own forms, and of definitions that are broken. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseTolerantly } from "../json/parse-tolerantly.ts";
import type { Json } from "../json/value.ts";
import { conditionText } from "./condition-text.ts";
import type { GraphEdge, GraphScope } from "./graph.ts";
import { graphOf } from "./graph-of.ts";

function onlyScope(definition: Json): GraphScope {
  const [scope, ...others] = graphOf(definition).scopes;
  assert.ok(scope);
  assert.deepEqual(others, []);
  return scope;
}

/** An edge in one line: its kind, its ends, and what is said on it. */
function line(edge: GraphEdge): string {
  const ends = `${edge.kind} ${edge.from} -> ${edge.to}`;
  if (edge.kind === "choice") return `${ends} ${edge.index}: ${edge.condition}`;
  return edge.kind === "catch" ? `${ends} ${edge.index}: ${edge.errors.join(", ")}` : ends;
}

describe("a machine with every kind of edge", () => {
  const scope = onlyScope({
    StartAt: "Work",
    States: {
      Work: {
        Type: "Task",
        Comment: "does it",
        Resource: "arn:aws:states:::sqs:sendMessage",
        Retry: [{ ErrorEquals: ["E"] }],
        Catch: [{ ErrorEquals: ["E", "States.Timeout"], Next: "Failed" }],
        Next: "Which/way",
      },
      "Which/way": {
        Type: "Choice",
        Choices: [
          { Variable: "$.a", NumericEquals: 1, Next: "Work" },
          { Condition: "{% $states.input.a > 1 %}", Next: "Last" },
        ],
        Default: "Failed",
      },
      Last: { Type: "Pass", End: true },
      Failed: { Type: "Fail" },
    },
  });

  it("has its edges in the order of the text", () => {
    assert.deepEqual(scope.edges.map(line), [
      "start #start -> /States/Work",
      "next /States/Work -> /States/Which~1way",
      "catch /States/Work -> /States/Failed 0: E, States.Timeout",
      "choice /States/Which~1way -> /States/Work 0: $.a == 1",
      "choice /States/Which~1way -> /States/Last 1: $states.input.a > 1",
      "default /States/Which~1way -> /States/Failed",
      "end /States/Last -> #end",
      "end /States/Failed -> #end",
    ]);
    assert.deepEqual(
      scope.edges.map((edge) => edge.pointer),
      [
        "/StartAt",
        "/States/Work/Next",
        "/States/Work/Catch/0/Next",
        "/States/Which~1way/Choices/0/Next",
        "/States/Which~1way/Choices/1/Next",
        "/States/Which~1way/Default",
        "/States/Last/End",
        "/States/Failed/Type",
      ],
    );
  });

  it("has its nodes", () => {
    assert.deepEqual(scope.nodes[0], { kind: "start", id: "#start" });
    assert.deepEqual(scope.nodes[1], {
      kind: "state",
      id: "/States/Work",
      name: "Work",
      type: "Task",
      resource: "arn:aws:states:::sqs:sendMessage",
      comment: "does it",
      retries: true,
      scopes: [],
    });
    assert.deepEqual(scope.nodes.at(-1), { kind: "end", id: "#end" });
    assert.equal(scope.nodes.length, 6);
  });
});

it("gives a scope to every branch and item processor, a holder before what it holds", () => {
  const leaf = { StartAt: "X", States: { X: { Type: "Succeed" } } };
  const { scopes } = graphOf({
    StartAt: "Both",
    States: {
      Both: {
        Type: "Parallel",
        Branches: [
          { StartAt: "Each", States: { Each: { Type: "Map", ItemProcessor: leaf, End: true } } },
          { StartAt: "Old", States: { Old: { Type: "Map", Iterator: leaf, End: true } } },
        ],
        Next: "Far",
      },
      Far: {
        Type: "Map",
        ItemProcessor: { ...leaf, ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" } },
        End: true,
      },
    },
  });
  assert.deepEqual(
    scopes.map(({ pointer, kind, holder }) => [pointer, kind, holder]),
    [
      ["", "machine", undefined],
      ["/States/Both/Branches/0", "branch", "/States/Both"],
      ["/States/Both/Branches/0/States/Each/ItemProcessor", "itemProcessor", "/States/Both/Branches/0/States/Each"],
      ["/States/Both/Branches/1", "branch", "/States/Both"],
      ["/States/Both/Branches/1/States/Old/Iterator", "itemProcessor", "/States/Both/Branches/1/States/Old"],
      ["/States/Far/ItemProcessor", "itemProcessor", "/States/Far"],
    ],
  );
  const [machine] = scopes;
  assert.deepEqual(
    machine?.nodes.flatMap((node) => (node.kind === "state" ? [[node.name, node.scopes, node.distributed]] : [])),
    [
      ["Both", ["/States/Both/Branches/0", "/States/Both/Branches/1"], undefined],
      ["Far", ["/States/Far/ItemProcessor"], true],
    ],
  );
  const ids = scopes.flatMap((scope) => scope.nodes.map((node) => node.id));
  assert.equal(new Set(ids).size, ids.length);
});

describe("broken definitions", () => {
  it("mark names that lead nowhere, each once", () => {
    const scope = onlyScope({
      StartAt: "A",
      States: {
        A: { Type: "Task", Next: "Gone", Catch: [{ ErrorEquals: ["E"], Next: "Gone" }, { Next: 7 }, 1] },
        B: 3,
      },
    });
    assert.deepEqual(
      scope.nodes.map((node) => [node.kind, node.id]),
      [
        ["start", "#start"],
        ["state", "/States/A"],
        ["state", "/States/B"],
        ["missing", "#missing/Gone"],
      ],
    );
    assert.deepEqual(scope.edges.map(line), [
      "start #start -> /States/A",
      "next /States/A -> #missing/Gone",
      "catch /States/A -> #missing/Gone 0: E",
    ]);
  });

  it("have no scope when they are no object, and no edges when nothing is said", () => {
    for (const definition of [null, 1, "x", []]) assert.deepEqual(graphOf(definition), { scopes: [] });
    assert.deepEqual(onlyScope({ States: 1 }).edges, []);
    assert.deepEqual(onlyScope({ StartAt: "A" }).nodes, [
      { kind: "start", id: "#start" },
      { kind: "missing", id: "#missing/A", name: "A" },
    ]);
  });

  it("are drawn while they are typed", () => {
    const typed = parseTolerantly(
      '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Next": "C", "Ty',
    );
    assert.ok(typed);
    assert.deepEqual(onlyScope(typed.value).edges.map(line), [
      "start #start -> /States/A",
      "next /States/A -> /States/B",
      "next /States/B -> #missing/C",
    ]);
  });

  it("may be deep and long", () => {
    let definition: Json = { StartAt: "S", States: { S: { Type: "Succeed" } } };
    for (let depth = 0; depth < 5000; depth += 1)
      definition = { StartAt: "P", States: { P: { Type: "Parallel", Branches: [definition], End: true } } };
    assert.equal(graphOf(definition).scopes.length, 5001);
    const states: { [name: string]: Json } = {};
    for (let index = 0; index < 10_000; index += 1) states[`S${index}`] = { Type: "Pass", Next: `S${index + 1}` };
    assert.equal(onlyScope({ StartAt: "S0", States: states }).edges.length, 10_001);
  });
});

describe("conditions in words", () => {
  const cases: readonly (readonly [rule: { readonly [field: string]: Json }, text: string])[] = [
    [{ Variable: "$.a", StringEquals: "x" }, '$.a == "x"'],
    [{ Variable: "$.a", NumericGreaterThanEqualsPath: "$.b" }, "$.a >= $.b"],
    [{ Variable: "$.a", TimestampLessThan: "2016-08-18T17:33:00Z" }, '$.a < "2016-08-18T17:33:00Z"'],
    [{ Variable: "$.a", StringMatches: "log-*.txt" }, '$.a matches "log-*.txt"'],
    [{ Variable: "$.a", BooleanEquals: false }, "$.a == false"],
    [{ Variable: "$.a", IsPresent: true }, "$.a is present"],
    [{ Variable: "$.a", IsNull: false }, "$.a is not null"],
    [{ Not: { Variable: "$.a", IsNull: true } }, "not ($.a is null)"],
    [
      {
        And: [
          { Variable: "$.a", IsPresent: true },
          {
            Or: [
              { Variable: "$.b", NumericLessThan: 1 },
              { Variable: "$.c", IsString: true },
            ],
          },
        ],
      },
      "$.a is present and ($.b < 1 or $.c is string)",
    ],
    [{ Condition: "{% $x = 1 %}" }, "$x = 1"],
    [{ Condition: true }, "true"],
    [{ Variable: "$.a" }, ""],
    [{ NumericEquals: 1 }, "? == 1"],
    [{}, ""],
  ];
  for (const [rule, text] of cases) it(text || JSON.stringify(rule), () => assert.equal(conditionText(rule), text));
});
