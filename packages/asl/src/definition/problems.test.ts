/** Places and order of diagnostics, and that no text makes the compiler throw. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compileDefinition } from "./compile-definition.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { DEFINITION_CHARACTERS_MAX } from "./limits.ts";
import { seededRandom } from "../interpreter/testing/random.ts";
import type { Random } from "../interpreter/testing/random.ts";

function diagnose(text: string): readonly Diagnostic[] {
  const compiled = compileDefinition(text);
  return compiled.ok ? compiled.warnings : compiled.diagnostics;
}

describe("ranges", () => {
  const text = `{
  "StartAt": "A",
  "States": {
    "A": { "Type": "Pass", "Next": "NOPE", "Foo": 1 },
    "B": { "Type": "Wait", "Seconds": -1, "End": true },
    "C": { "Type": "Parallel", "Branches": [{ "StartAt": "D" }], "End": true }
  }
}`;
  const shown = diagnose(text).map(({ pointer, location, range }) => [
    location,
    pointer,
    text.slice(range.startOffset, range.endOffset),
    `${range.line}:${range.column}`,
  ]);

  it("show the value, the field or the state that is meant", () => {
    assert.deepEqual(shown, [
      ["/States/A/Next", "/States/A/Next", '"NOPE"', "4:36"],
      ["/States/A", "/States/A", '"Foo"', "4:44"],
      ["/States/B", "/States/B", '"B"', "5:5"],
      ["/States/B/Seconds", "/States/B/Seconds", "-1", "5:39"],
      ["/States/C", "/States/C", '"C"', "6:5"],
      ["/States/C/Branches[0]", "/States/C/Branches/0", '{ "StartAt": "D" }', "6:45"],
    ]);
  });
});

describe("a problem of the whole", () => {
  const shown = (text: string) =>
    diagnose(text).map(({ code, range }) => [code, text.slice(range.startOffset, range.endOffset)]);

  it("is shown where there is something to show", () => {
    const endless = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}';
    assert.deepEqual(shown(endless), [["MISSING_END_STATE", '"States"']]);
    assert.deepEqual(shown("  \n"), [["MISSING_DESCRIPTION", "  \n"]]);
    assert.deepEqual(shown("[1]"), [["SCHEMA_VALIDATION_FAILED", "[1]"]]);
    assert.deepEqual(shown('{"StartAt": "A",\n "States": {"A": {"Type": Pass}}}'), [
      ["INVALID_JSON_DESCRIPTION", "Pass"],
    ]);
  });
});

describe("sizes", () => {
  const definition = (comment: string) =>
    JSON.stringify({ Comment: comment, StartAt: "A", States: { A: { Type: "Succeed" } } });
  const room = DEFINITION_CHARACTERS_MAX - definition("").length;

  it("count characters up to the limit", () => {
    assert.ok(compileDefinition(definition("c".repeat(room))).ok);
    assert.ok(compileDefinition(definition("💥".repeat(room))).ok);
    const [problem, ...others] = diagnose(definition("c".repeat(room + 1)));
    assert.deepEqual(others, []);
    assert.equal(problem?.code, "SCHEMA_VALIDATION_FAILED");
    assert.match(problem?.message ?? "", /1048577 characters/);
  });

  it("may be large in any direction", () => {
    const states: { [name: string]: object } = {};
    for (let index = 0; index < 10_000; index += 1) states[`S${index}`] = { Type: "Pass", Next: `S${index + 1}` };
    states["S10000"] = { Type: "Succeed" };
    assert.ok(compileDefinition(JSON.stringify({ StartAt: "S0", States: states })).ok);
    delete states["S0"];
    assert.equal(diagnose(JSON.stringify({ StartAt: "S1", States: states, Foo: 1 })).length, 1);
    const flat = {
      StartAt: "A",
      States: { A: { Type: "Pass", Result: Array.from({ length: 200_000 }, () => 1), End: true } },
    };
    assert.ok(compileDefinition(JSON.stringify(flat)).ok);
  });

  it("may be deep", () => {
    let text = '{"StartAt":"S0","States":{"S0":{"Type":"Succeed"}}}';
    for (let depth = 1; depth <= 150; depth += 1) {
      text = `{"StartAt":"S${depth}","States":{"S${depth}":{"Type":"Parallel","End":true,"Branches":[${text}]}}}`;
    }
    assert.ok(compileDefinition(text).ok);
    const deepResult = `{"StartAt":"A","States":{"A":{"Type":"Pass","Result":${"[".repeat(900)}${"]".repeat(900)},"End":true}}}`;
    assert.ok(compileDefinition(deepResult).ok);
  });
});

describe("arbitrary changes to a sound definition", () => {
  const seed = Number(process.env["DEFINITION_FUZZ_SEED"] ?? 7);
  const sound = {
    Comment: "c",
    StartAt: "A",
    States: {
      A: {
        Type: "Task",
        Resource: "arn:aws:states:::sqs:sendMessage",
        Parameters: { "a.$": "$.b" },
        Retry: [{ ErrorEquals: ["E"] }],
        Next: "B",
      },
      B: { Type: "Choice", Choices: [{ And: [{ Variable: "$.a", IsNull: true }], Next: "C" }], Default: "D" },
      C: {
        Type: "Parallel",
        Branches: [{ StartAt: "E", States: { E: { Type: "Wait", Seconds: 1, End: true } } }],
        Next: "D",
      },
      D: {
        Type: "Map",
        ItemProcessor: { StartAt: "F", States: { F: { Type: "Fail", CausePath: "$.c" } } },
        Catch: [{ ErrorEquals: ["States.ALL"], Next: "B" }],
        End: true,
      },
    },
  };

  it(`give diagnostics with places, never an exception (DEFINITION_FUZZ_SEED=${seed})`, () => {
    assert.ok(compileDefinition(JSON.stringify(sound)).ok);
    const random = seededRandom(seed);
    let refused = 0;
    for (let round = 0; round < 3000; round += 1) {
      const changed = change(random, sound);
      const text = JSON.stringify(changed) ?? "";
      const compiled = compileDefinition(text);
      if (compiled.ok) continue;
      refused += 1;
      let last = -1;
      for (const { code, message, range, pointer, location } of compiled.diagnostics) {
        assert.ok(message !== "" && /^[A-Z_]+$/.test(code));
        assert.equal(location === undefined, pointer === undefined, `${code} ${message} in ${text}`);
        assert.ok(range.endOffset > range.startOffset && range.endOffset <= text.length, text);
        const start = location === undefined ? Number.POSITIVE_INFINITY : range.startOffset;
        assert.ok(start >= last, text);
        last = start;
      }
    }
    assert.ok(refused > 1000, `${refused} refused`);
  });
});

/** A copy of `value` in which about one part in twenty is replaced, renamed or dropped. */
function change(random: Random, value: unknown): unknown {
  const junk = [
    null,
    true,
    0,
    -1,
    1.5,
    "",
    "$.x",
    "$[",
    "States.X(",
    "A",
    "Pass",
    [],
    {},
    [[]],
    { Type: "Map" },
    { "a.$": 1 },
  ];
  if (random() < 0.03) return junk[Math.floor(random() * junk.length)];
  if (Array.isArray(value)) return value.map((item) => change(random, item));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(() => random() > 0.03);
  const renamed = members.map(
    ([name, member]) => [random() < 0.03 ? `${name}x` : name, change(random, member)] as const,
  );
  return Object.fromEntries(renamed);
}
