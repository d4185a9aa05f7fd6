import assert from "node:assert/strict";
import { describe, test } from "node:test";
import jsonata from "jsonata";
import type { Json } from "../json/value.ts";
import { compileJsonata } from "./compile-jsonata.ts";
import { JsonataError } from "./errors.ts";
import errors from "./testdata/errors.json" with { type: "json" };
import functions from "./testdata/functions.json" with { type: "json" };
import language from "./testdata/language.json" with { type: "json" };

const host = { now: 1_510_067_557_121, random: () => 0.5, uuid: () => "00000000-0000-4000-8000-000000000000" };

interface Case {
  readonly page: string;
  readonly expression: string;
  /** Absent where the expression gives nothing. */
  readonly value?: unknown;
  readonly error?: string;
  readonly message?: string;
}

interface Table {
  readonly source: string;
  readonly input: object;
  readonly cases: readonly Case[];
}

const tables: readonly Table[] = [language, functions, errors];

for (const { source, input, cases } of tables) {
  describe(source, () => {
    for (const { page, expression, value, error, message } of cases) {
      const expected = { code: error, ...(message !== undefined && { message }) };
      const variables = { states: { input: frozen(input) } };
      test(`${page}: ${expression}`, () => {
        if (error === undefined) assert.deepEqual(compileJsonata(expression).evaluate(variables, host), value);
        else
          assert.throws(() => compileJsonata(expression).evaluate(variables, host), {
            name: "JsonataError",
            ...expected,
          });
      });
      test(`${page}: ${expression}, as jsonata 2.0.6 has it`, async () => {
        const oracle = async (): Promise<unknown> =>
          plain(await jsonata(expression).evaluate(undefined, structuredClone(variables)));
        if (error === undefined) assert.deepEqual(await oracle(), value);
        else await assert.rejects(oracle, expected);
      });
    }
  });
}

/** JSON that throws when somebody changes it. */
function frozen(value: object): Json {
  for (const part of Object.values(value)) if (typeof part === "object" && part !== null) frozen(part as object);
  return Object.freeze(value) as Json;
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

test("variables from outside, those that are null or named like a function or like what every object has", () => {
  const variables = { none: null, count: 3, sum: null, missing: undefined };
  const evaluate = (source: string): unknown => compileJsonata(source).evaluate(variables, host);
  assert.equal(evaluate("$none"), null);
  assert.deepEqual(evaluate("[$none, $count, $sum]"), [null, 3, null]);
  assert.equal(evaluate("$missing"), undefined);
  assert.equal(evaluate("$max([1, 2])"), 2);
  assert.throws(() => evaluate("$count([1])"), { code: "T1006" });
  assert.equal(evaluate("($none := 1; $none)"), 1);
  for (const name of ["constructor", "toString", "__proto__"]) {
    assert.equal(evaluate(`$${name}`), undefined);
    assert.equal(evaluate(`{'a': 1}.${name}`), undefined);
  }
  assert.deepEqual(Object.keys(evaluate("{'__proto__': 1, 'constructor': 2}") as object), ["__proto__", "constructor"]);
});

test("a result shares parts with the input, and its arrays are plain", () => {
  const input = { list: [{ id: 1 }, { id: 2 }], object: { deep: {} } };
  const evaluate = (source: string): unknown => compileJsonata(source).evaluate({ states: { input } }, host);
  assert.equal(evaluate("$states.input"), input);
  assert.equal(evaluate("$states.input.list"), input.list);
  assert.equal((evaluate("{'a': $states.input.object}") as { a: unknown }).a, input.object);
  for (const source of [
    "$states.input.list.id",
    "[$states.input.list.[id]][0]",
    "{'a': $states.input.list.id}.a",
    "$map([1, 2], function($x) { [1, 2].($x) })[0]",
  ])
    assert.deepEqual(
      Object.keys(evaluate(source) as object),
      ["0", "1"].slice(0, (evaluate(source) as unknown[]).length),
      source,
    );
});
