import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { Json } from "../json/value.ts";
import { TemplateError, TemplateSyntaxError } from "../paths/errors.ts";
import { compileIntrinsic } from "./compile-intrinsic.ts";

interface Case {
  readonly name: string;
  readonly expression: string;
  readonly input?: Json;
  readonly expect?: Json;
  /** The error of the state. */
  readonly error?: string;
  readonly cause?: string;
  /** Refused when the definition is read. */
  readonly refused?: boolean;
}

const { cases } = JSON.parse(readFileSync(new URL("testdata/intrinsics.json", import.meta.url), "utf8")) as {
  readonly cases: readonly Case[];
};

function evaluate(text: string, input: Json = {}, random = 0.5): Json {
  const host = { random: () => random, uuid: () => "00000000-0000-4000-8000-000000000000" };
  return compileIntrinsic(text).evaluate({ input, context: {}, host });
}

describe("intrinsic functions", () => {
  for (const { name, expression, input, expect, error, cause, refused } of cases) {
    test(name, () => {
      if (refused === true) assert.throws(() => compileIntrinsic(expression), TemplateSyntaxError);
      else if (error === undefined) assert.deepEqual(evaluate(expression, input), expect);
      else
        assert.throws(
          () => evaluate(expression, input),
          (problem) => {
            assert.ok(problem instanceof TemplateError, String(problem));
            assert.equal(problem.errorName, error);
            assert.ok(
              problem.cause.startsWith(`The function '${expression}' had the following error: `),
              problem.cause,
            );
            if (cause !== undefined) assert.equal(problem.cause, cause);
            return true;
          },
        );
    });
  }

  test("there are cases for all 18", () => {
    const called = cases
      .filter(({ expect }) => expect !== undefined)
      .flatMap(({ expression }) => expression.match(/States\.\w+(?=\()/g) ?? []);
    assert.equal(new Set(called).size, 18);
  });
});

describe("States.MathRandom", () => {
  test("gives the same number for the same seed, within its range", () => {
    const drawn = new Set<Json>([5, 6, 7, 8]);
    for (let seed = 0; seed < 200; seed += 1) {
      const first = evaluate(`States.MathRandom(5, 9, ${seed})`);
      assert.equal(evaluate(`States.MathRandom(5, 9, ${seed})`), first);
      drawn.add(first);
    }
    assert.equal(drawn.size, 4);
  });

  test("includes the start and not the end, over the whole range", () => {
    const text = "States.MathRandom(-2147483648, 2147483647)";
    assert.equal(evaluate(text, {}, 0), -2_147_483_648);
    assert.equal(evaluate(text, {}, 1 - Number.EPSILON), 2_147_483_646);
  });
});

test("an array larger than 256 KiB in UTF-8 is refused", () => {
  const half = "é".repeat(65_536);
  assert.equal(evaluate("States.ArrayContains($.a, 1)", { a: [half.slice(10), half.slice(10)] }), false);
  assert.throws(() => evaluate("States.ArrayContains($.a, 1)", { a: [half, half] }), TemplateError);
});
