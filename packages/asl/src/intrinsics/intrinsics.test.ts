import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Json } from "../json/value.ts";
import { TemplateError, TemplateSyntaxError } from "../paths/errors.ts";
import { compileIntrinsic } from "./compile-intrinsic.ts";

const input = {
  list: [1, 2, 3, 4, 5, 6, 7, 8, 9],
  mixed: [1, "1", { a: 1, b: 2 }, { b: 2, a: 1 }, 1],
  name: "Ada",
  json: '{"a":1}',
  object: { a: 1 },
  other: { a: 2, b: 3 },
};

function evaluate(text: string): Json {
  return compileIntrinsic(text).evaluate({ input, context: {}, host: { random: () => 0.5, uuid: () => "u" } });
}

describe("intrinsic functions give what AWS's documentation shows", () => {
  const cases: [string, Json][] = [
    ["States.Format('Hello, my name is {}.', $.name)", "Hello, my name is Ada."],
    ["States.Format('\\{\\} it\\'s {} \\\\', 7)", "{} it's 7 \\"],
    ["States.Format('{} {}', true, $.object)", 'true {"a":1}'],
    ["States.StringToJson($.json)", { a: 1 }],
    ["States.JsonToString($.object)", '{"a":1}'],
    ["States.Array(1, 'two', null, $.object)", [1, "two", null, { a: 1 }]],
    ["States.Array()", []],
    ["States.ArrayPartition($.list, 4)", [[1, 2, 3, 4], [5, 6, 7, 8], [9]]],
    ["States.ArrayContains($.list, 5)", true],
    ["States.ArrayContains($.list, '5')", false],
    ["States.ArrayRange(1, 9, 2)", [1, 3, 5, 7, 9]],
    ["States.ArrayRange(3, 1, -1)", [3, 2, 1]],
    ["States.ArrayGetItem($.list, 5)", 6],
    ["States.ArrayLength($.list)", 9],
    ["States.ArrayUnique($.mixed)", [1, "1", { a: 1, b: 2 }]],
    ["States.Base64Encode('Data to encode')", "RGF0YSB0byBlbmNvZGU="],
    ["States.Base64Decode('RGVjb2RlZCBkYXRh')", "Decoded data"],
    ["States.Hash('input data', 'SHA-1')", "aaff4a450a104cd177d28d18d74485e8cae074b7"],
    ["States.JsonMerge($.object, $.other, false)", { a: 2, b: 3 }],
    ["States.MathAdd(111, -1)", 110],
    ["States.MathAdd(1.6, 1)", 3],
    ["States.MathRandom(1, 999)", 500],
    ["States.StringSplit('1,2;3,,4', ',;')", ["1", "2", "3", "4"]],
    ["States.UUID()", "u"],
    ["States.Format('{}', States.ArrayLength(States.Array(1, 2)))", "2"],
  ];
  for (const [text, expected] of cases) test(text, () => assert.deepEqual(evaluate(text), expected));

  test("MathRandom gives the same number for the same seed, within its range", () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const first = evaluate(`States.MathRandom(5, 9, ${seed})`);
      assert.equal(evaluate(`States.MathRandom(5, 9, ${seed})`), first);
      assert.ok(typeof first === "number" && first >= 5 && first < 9);
    }
  });
});

test("a refused parameter is States.IntrinsicFailure", () => {
  for (const text of [
    "States.Format('{}')",
    "States.Format('x', 1)",
    "States.StringToJson('{')",
    "States.ArrayPartition($.list, 0)",
    "States.ArrayRange(1, 5000, 1)",
    "States.ArrayRange(1, 2, 0)",
    "States.ArrayGetItem($.list, 9)",
    "States.ArrayLength('x')",
    "States.Base64Decode('?')",
    "States.Hash('x', 'CRC32')",
    "States.JsonMerge($.object, $.other, true)",
    "States.MathAdd(2147483647, 1)",
    "States.MathRandom(2, 2)",
    "States.UUID(1)",
  ]) {
    assert.throws(
      () => evaluate(text),
      (error) => error instanceof TemplateError && error.errorName === "States.IntrinsicFailure",
      text,
    );
  }
});

test("what is no call is refused when it is compiled", () => {
  const deep = `${"States.Array(".repeat(11)}1${")".repeat(11)}`;
  for (const text of [
    "",
    "States.Nope()",
    "States.Format('a'",
    "States.Format('a)",
    "States.UUID() x",
    "States.Array(1 2)",
    "States.Array(a)",
    deep,
  ]) {
    assert.throws(() => compileIntrinsic(text), TemplateSyntaxError, text);
  }
});
