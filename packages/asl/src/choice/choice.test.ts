import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Json, JsonObject } from "../json/value.ts";
import { PathNotFound } from "../paths/errors.ts";
import { checkChoiceRule, compileChoiceRule } from "./compile-rule.ts";
import { operators } from "./operators.ts";
import { matchesWildcard } from "./wildcard.ts";

function matches(rule: JsonObject, input: Json): boolean {
  return compileChoiceRule({ ...rule, Next: "N" }).matches({ input, context: {} });
}

test("there are the 39 operators of the language", () => {
  assert.equal(Object.keys(operators).length, 39);
});

test("a rule must name the state that is next", () => {
  const rule = { Variable: "$.n", NumericEquals: 5 };
  assert.equal(compileChoiceRule({ ...rule, Next: "N" }).next, "N");
  assert.throws(() => compileChoiceRule(rule), /'Next' must name a state/);
  assert.throws(() => compileChoiceRule({ ...rule, Next: {} }), /'Next' must name a state/);
});

describe("comparisons", () => {
  const input = {
    n: 5,
    s: "b",
    t: true,
    when: "2024-02-29T12:00:00Z",
    none: null,
    same: { n: 5, s: "b", when: "2024-02-29T13:00:00+01:00" },
  };
  const cases: [string, string, Json, boolean][] = [
    ["$.n", "NumericEquals", 5, true],
    ["$.n", "NumericEquals", 5.5, false],
    ["$.n", "NumericLessThan", 6, true],
    ["$.n", "NumericLessThanEquals", 5, true],
    ["$.n", "NumericGreaterThan", 5, false],
    ["$.n", "NumericGreaterThanEquals", 5, true],
    ["$.n", "NumericEqualsPath", "$.same.n", true],
    ["$.s", "NumericEquals", 5, false],
    ["$.s", "StringEquals", "b", true],
    ["$.s", "StringLessThan", "c", true],
    ["$.s", "StringGreaterThanEquals", "a", true],
    ["$.s", "StringEqualsPath", "$.same.s", true],
    ["$.n", "StringEquals", "5", false],
    ["$.t", "BooleanEquals", true, true],
    ["$.n", "BooleanEquals", true, false],
    ["$.when", "TimestampEqualsPath", "$.same.when", true],
    ["$.when", "TimestampLessThan", "2024-02-29T12:00:00.001Z", true],
    ["$.when", "TimestampEquals", "2024-02-29T07:00:00.000-05:00", true],
    ["$.when", "TimestampEquals", "2024-02-29T12:00:00.000000001Z", false],
    ["$.when", "TimestampLessThan", "2024-02-29T12:00:00.000000001Z", true],
    ["$.when", "TimestampGreaterThan", "2024-02-29T11:59:59.999999999Z", true],
    ["$.s", "TimestampLessThan", "2024-02-29T12:00:00Z", false],
    ["$.none", "IsNull", true, true],
    ["$.n", "IsNull", false, true],
    ["$.n", "IsNumeric", true, true],
    ["$.s", "IsString", true, true],
    ["$.t", "IsBoolean", true, true],
    ["$.when", "IsTimestamp", true, true],
    ["$.s", "IsTimestamp", false, true],
    ["$.n", "IsPresent", true, true],
    ["$.missing", "IsPresent", false, true],
    ["$.s", "StringMatches", "*", true],
  ];
  for (const [Variable, operator, operand, expected] of cases) {
    test(`${Variable} ${operator} ${JSON.stringify(operand)}`, () =>
      assert.equal(matches({ Variable, [operator]: operand }, input), expected));
  }

  test("combine", () => {
    const is5 = { Variable: "$.n", NumericEquals: 5 };
    const isB = { Variable: "$.s", StringEquals: "b" };
    assert.equal(matches({ And: [is5, isB] }, input), true);
    assert.equal(matches({ And: [is5, { Not: isB }] }, input), false);
    assert.equal(matches({ Or: [{ Not: is5 }, isB] }, input), true);
  });

  test("of a variable that is not there fail", () => {
    assert.throws(() => matches({ Variable: "$.missing", NumericEquals: 1 }, input), PathNotFound);
  });
});

test("wildcards match runs of characters and can be escaped, in bounded time", () => {
  const cases: [string, string, boolean][] = [
    ["log-2024.txt", "log-*.txt", true],
    ["log-2024.txt", "log-*.md", false],
    ["a*b", "a\\*b", true],
    ["axb", "a\\*b", false],
    ["a\\b", "a\\\\b", true],
    ["abcabd", "*abd", true],
    ["", "", true],
    ["", "*", true],
  ];
  for (const [text, pattern, expected] of cases)
    assert.equal(matchesWildcard(text, pattern), expected, `${text} ${pattern}`);
  assert.equal(matchesWildcard("a".repeat(20_000), `${"*a".repeat(50)}b`), false);
});

test("every problem of a rule is named with its place", () => {
  const pointers = (rule: JsonObject): string[] => checkChoiceRule(rule).map(({ pointer }) => pointer);
  assert.deepEqual(pointers({ Variable: "$.a", StringEquals: "x", Next: "N" }), []);
  assert.deepEqual(pointers({ Variable: "a", StringEquals: 1 }), ["/Variable", "/StringEquals"]);
  assert.deepEqual(pointers({ Variable: "$.a" }), [""]);
  assert.deepEqual(pointers({ Variable: "$.a", IsNull: true, IsString: true }), [""]);
  assert.deepEqual(pointers({ And: [] }), ["/And"]);
  assert.deepEqual(pointers({ Not: { Variable: "$.a", TimestampEquals: "2023-02-29T00:00:00Z", Next: "X" } }), [
    "/Not/Next",
    "/Not/TimestampEquals",
  ]);
});
