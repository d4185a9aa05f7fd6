import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { readModelTable } from "../model/model-table.ts";
import { javaPattern } from "./java-pattern.ts";

const models = globSync("*.json", { cwd: new URL("../models/", import.meta.url) });

test("every pattern of every model can be kept", () => {
  assert.ok(models.length > 0);
  for (const model of models) {
    const url = new URL(`../models/${model}`, import.meta.url);
    const { shapes } = readModelTable(JSON.parse(readFileSync(url, "utf8")));
    for (const [name, shape] of Object.entries(shapes))
      if ("pattern" in shape && shape.pattern !== undefined)
        assert.ok(javaPattern(shape.pattern) instanceof RegExp, `${model} ${name}`);
  }
});

describe("patterns of AWS's models match as in Java", () => {
  const cases: readonly (readonly [pattern: string, matching: readonly string[], other: readonly string[]])[] = [
    ["[\\w-_]*", ["", "a-b_c9"], ["a b", "a.b", "ü"]],
    ["[A-Za-z0-9\\_\\-]+", ["a_b-c"], ["", "a\\b", "a b"]],
    ["[\\.\\-_A-Za-z0-9]+", ["a.b-c_d"], ["a/b"]],
    [
      "arn:aws([a-z]|\\-)*:events:([a-z]|\\d|\\-)*:([0-9]{12})?:.+",
      ["arn:aws-cn:events:cn-north-1::rule/x"],
      ["arn:aws:sqs:x::y"],
    ],
    ["(?i)all|[0-9]{12}", ["ALL", "all", "123456789012"], ["none", "12345678901"]],
    ["^[\\w\\.\\-\\:\\/ ]*$", ["a:b/c d", ""], ["a*b"]],
    ["[\\u0009\\u000A\\u000D\\u0020-\\u007E]+", ["a\tb"], ["\u0000", "ü"]],
    ["([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)", ["ünï 1", "\u{20000}"], ["a*"]],
    ["[\\s\\S]*", ["", "any\nthing\u{1f600}"], []],
    [".{1,3}", ["abc", "\u{1f600}\u{1f600}\u{1f600}"], ["abcd", "a\nb"]],
    ["a\\{b}]", ["a{b}]"], ["ab"]],
    ["(?=.*[a-zA-Z_\\-\\.])[a-zA-Z0-9_\\-\\.]+", ["a1", "1-"], ["11", ""]],
  ];
  for (const [pattern, matching, other] of cases) {
    test(pattern, () => {
      const regular = javaPattern(pattern);
      for (const text of matching) assert.ok(regular.test(text), text);
      for (const text of other) assert.ok(!regular.test(text), text);
    });
  }
});

test("the whole value must match, whatever the alternatives", () => {
  assert.ok(!javaPattern("a|b").test("ab"));
  assert.ok(!javaPattern("a").test("a\n"));
});

test("what has no counterpart is a fault of the build", () => {
  for (const pattern of ["[a-z&&[^b]]", "[a[b]]", "a++", "(?<!"]) assert.throws(() => javaPattern(pattern), pattern);
});

test("no value makes a pattern take exponential time", () => {
  // Of the header values of an EventBridge connection: 2^2000 ways for a backtracking engine, which would never end.
  const headers = javaPattern("^[ \\t]*[\\x20-\\x7E]+([ \\t]+[\\x20-\\x7E]+)*[ \\t]*$");
  assert.ok(!headers.test(`${"a ".repeat(2_000)}\n`));
  assert.ok(headers.test("application/json; charset=utf-8"));
});
