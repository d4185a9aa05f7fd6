/**
 * Paths, intrinsic functions and choice rules made of garbage: each is refused with its own error, or evaluates to a value or to a
 * documented failure. Nothing else may be thrown, and a bound on the steps of an evaluation makes sure that each one ends.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkChoiceRule, compileChoiceRule } from "../choice/compile-rule.ts";
import { compileIntrinsic } from "../intrinsics/compile-intrinsic.ts";
import type { Json, JsonObject } from "../json/value.ts";
import { compilePath } from "./compile-path.ts";
import { PathNotFound, PathSyntaxError, TemplateError, TemplateSyntaxError } from "./errors.ts";

const seed = 20_260_101;
const scope = {
  input: {
    a: [{ b: 1, c: "x" }, { b: null }, [1, [2]], "text"],
    "": { "a.b": true },
    n: -1.5,
    deep: { a: { a: { a: [] } } },
  },
  context: { Execution: { Name: "e" } },
  host: { random: () => 0.25, uuid: () => "u" },
};

const pathParts =
  "$ $$ $v @ . .. [ ] ( ) ' \" * ? ?( , : - 0 1 -1 99999999999 a b .a ['a'] [0] [*] [?(@.b == 1)] == != < =~ /a+/i (a|b)* \\ && || ! in size empty true null {} [1] .length() .sum( .append(\"x\") \u0000 \ud800 é \t".split(
    " ",
  );
const callParts =
  "States.Format( States.Array( States.MathAdd( States.UUID() States.StringToJson( States. ( ) ' '{}' '\\' , , $.a $.n $ $.a[0].b 1 -1.5e3 true null \\ {} x".split(
    " ",
  );

/** mulberry32 */
function generator(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = generator(seed);

function pick<Item>(items: readonly [Item, ...Item[]] | readonly Item[]): Item {
  const item = items[Math.floor(random() * items.length)];
  assert.ok(item !== undefined);
  return item;
}

function garbage(start: string, parts: readonly string[]): string {
  return start + Array.from({ length: Math.floor(random() * 9) }, () => pick(parts)).join(random() < 0.2 ? " " : "");
}

function survives(
  text: string,
  act: () => unknown,
  allowed: readonly (abstract new (...given: never) => Error)[],
): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (allowed.some((kind) => error instanceof kind)) return false;
    throw new Error(`seed ${seed}, ${JSON.stringify(text)}`, { cause: error });
  }
}

describe("garbage", () => {
  test("as paths", () => {
    let evaluated = 0;
    for (let count = 0; count < 20_000; count += 1) {
      const text = garbage("$", pathParts);
      const isPath = survives(text, () => compilePath(text), [PathSyntaxError]);
      if (isPath && survives(text, () => compilePath(text).evaluate(scope), [PathNotFound])) evaluated += 1;
    }
    assert.ok(evaluated > 500, `${evaluated} evaluated`);
  });

  test("as intrinsic functions", () => {
    let evaluated = 0;
    for (let count = 0; count < 20_000; count += 1) {
      const text = garbage(pick(["", "States.Array(", "States.Format('{}',"]), callParts) + (random() < 0.5 ? ")" : "");
      const isCall = survives(text, () => compileIntrinsic(text), [TemplateSyntaxError]);
      if (isCall && survives(text, () => compileIntrinsic(text).evaluate(scope), [TemplateError])) evaluated += 1;
    }
    assert.ok(evaluated > 200, `${evaluated} evaluated`);
  });

  test("as choice rules", () => {
    let evaluated = 0;
    for (let count = 0; count < 20_000; count += 1) {
      const rule = randomRule(3);
      const text = JSON.stringify(rule);
      survives(text, () => checkChoiceRule(rule), []);
      if (checkChoiceRule(rule).length > 0) continue;
      if (survives(text, () => compileChoiceRule({ ...rule, Next: "N" }).matches(scope), [PathNotFound]))
        evaluated += 1;
    }
    assert.ok(evaluated > 200, `${evaluated} evaluated`);
  });
});

function randomRule(depth: number): JsonObject {
  const rule: Record<string, Json> = {};
  if (random() < 0.7)
    rule["Variable"] = pick(["$.a", "$.n", "$.a[0].c", "$$.Execution.Name", "$.none", "$..a", "a", 1, null]);
  if (random() < 0.8) {
    const operator = pick([
      "StringEquals",
      "NumericLessThan",
      "StringMatches",
      "IsPresent",
      "IsNull",
      "TimestampEqualsPath",
    ]);
    rule[operator] = pick<Json>(["x", "*", 1, true, null, "$.a", "$.n", [], {}]);
  }
  if (depth > 0 && random() < 0.3) {
    const inner = Array.from({ length: Math.floor(random() * 3) }, () => randomRule(depth - 1));
    rule[pick(["And", "Or", "Not", "and"])] = random() < 0.6 ? inner : (inner[0] ?? null);
  }
  return rule;
}

describe("long and deep texts end soon and in an error of their own", () => {
  const texts: readonly [string, string][] = [
    ["members", `$${".a".repeat(2_047)}`],
    ["too many members", `$${".a".repeat(5_000)}`],
    ["scans", `$${"..*".repeat(1_000)}`],
    ["brackets", `$${"[".repeat(4_000)}`],
    ["filters within filters", `$${"[?(@".repeat(500)}${")]".repeat(500)}`],
    ["parentheses", `$[?(${"(".repeat(4_000)}`],
    ["negations", `$[?(${"!".repeat(4_000)}@.a)]`],
    ["alternatives", `$[?(${"@.a || ".repeat(500)}@.a)]`],
    ["lists", `$[?(@.a in ${"[".repeat(4_000)})]`],
    ["quotes", `$['${"\\".repeat(4_000)}`],
    ["functions in functions", `$${".sum($".repeat(600)}${")".repeat(600)}`],
    ["groups of a pattern", `$[?(@ =~ /${"(".repeat(120)}${")".repeat(120)}/)]`],
    ["repetitions of a pattern", "$[?(@ =~ /(((a{1000}){1000}){1000}){1000}/)]"],
    ["a pattern that backtracks", "$.text[?(@ =~ /(.*)*(.*)*(.*)*x/)]"],
  ];
  for (const [name, text] of texts) {
    test(name, () => {
      const input = { text: ["y".repeat(100_000)], a: scope.input };
      survives(name, () => compilePath(text).evaluate({ ...scope, input }), [PathSyntaxError, PathNotFound]);
    });
  }

  test("calls", () => {
    for (const text of [
      "States.Array(".repeat(10_000),
      `States.Array(${"1,".repeat(50_000)}1)`,
      `States.Format('${"{}".repeat(50_000)}')`,
    ])
      survives(text.slice(0, 20), () => compileIntrinsic(text).evaluate(scope), [TemplateSyntaxError, TemplateError]);
  });

  test("rules", () => {
    let rule: JsonObject = { Variable: "$.a", IsNull: true };
    for (let depth = 0; depth < 5_000; depth += 1) rule = { Not: rule };
    assert.equal(checkChoiceRule(rule).length, 1);
  });
});
