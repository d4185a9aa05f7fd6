import assert from "node:assert/strict";
import { describe, test } from "node:test";
import jsonata from "jsonata";
import { compileJsonata } from "./compile-jsonata.ts";
import { JsonataError } from "./errors.ts";
import language from "./testdata/language.json" with { type: "json" };

const host = { now: 1_510_067_557_121, random: () => 0.5, uuid: () => "00000000-0000-4000-8000-000000000000" };

interface Case {
  readonly page: string;
  readonly expression: string;
  /** Absent where the expression gives nothing. */
  readonly value?: unknown;
  readonly error?: string;
}

const tables: readonly { readonly source: string; readonly input: object; readonly cases: readonly Case[] }[] = [
  language,
];

for (const { source, input, cases } of tables) {
  describe(source, () => {
    for (const { page, expression, value, error } of cases) {
      const variables = { states: { input } as never };
      test(`${page}: ${expression}`, () => {
        if (error === undefined) assert.deepEqual(compileJsonata(expression).evaluate(variables, host), value);
        else
          assert.throws(() => compileJsonata(expression).evaluate(variables, host), {
            name: "JsonataError",
            code: error,
          });
      });
      test(`${page}: ${expression}, as jsonata 2.0.6 has it`, async () => {
        const oracle = async (): Promise<unknown> => plain(await jsonata(expression).evaluate(undefined, variables));
        if (error === undefined) assert.deepEqual(await oracle(), value);
        else await assert.rejects(oracle, { code: error });
      });
    }
  });
}

/** Without the marks that jsonata leaves on arrays. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

test("an error has JSONata's text, and says where", () => {
  assert.throws(
    () => compileJsonata("$states.input.name + 1").evaluate({ states: { input: { name: "x" } } }, host),
    (error) =>
      error instanceof JsonataError &&
      error.message === 'The left side of the "+" operator must evaluate to a number' &&
      error.token === "+" &&
      error.position === 20,
  );
});

test("the variables an expression reads, and whether it asks for a context", () => {
  const facts = (source: string): unknown => {
    const { variables, usesRootContext } = compileJsonata(source);
    return [variables, usesRootContext];
  };
  assert.deepEqual(facts("$states.input.a & $b & $states.context & ($c := 1; $c) & $sum([$d])"), [
    ["states", "b", "d"],
    false,
  ]);
  assert.deepEqual(facts("$map($list, function($v, $i) { $v.x + $i + $offset })"), [["list", "offset"], false]);
  assert.deepEqual(facts("$orders[price > $limit].name"), [["orders", "limit"], false]);
  assert.deepEqual(facts("$a@$o.b#$i.{'x': $o, 'y': $i}"), [["a"], false]);
  assert.deepEqual(facts("($f := function($n) { $n = 0 ? 0 : $f($n - 1) }; $f(3))"), [[], false]);
  for (const source of [
    "name",
    "$",
    "$$.a",
    "$x + y",
    "[*]",
    "{'a': b}",
    "$length()[$ = 1] & $",
    "$map($x, function() { a })",
  ])
    assert.equal(compileJsonata(source).usesRootContext, true, source);
});
