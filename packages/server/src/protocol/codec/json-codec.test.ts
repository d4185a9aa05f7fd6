import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ServiceError } from "../../kernel/service-error.ts";
import { sampleModel } from "../sample-model.ts";
import { jsonDecoder, jsonEncoder, parseJsonBody } from "./json-codec.ts";

const decode = jsonDecoder(sampleModel)("Everything");
const encode = jsonEncoder(sampleModel)("Everything");

function refused(message: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ServiceError, String(error));
    assert.deepEqual([error.code, error.message, error.status], ["SerializationException", message, 400]);
    return true;
  };
}

describe("decoding", () => {
  test("takes every type as AWS writes it in JSON", () => {
    const input = {
      Text: "ünï \u{1f600} \u0000",
      Flag: false,
      Byte: -128,
      Short: 32_767,
      Integer: -2_147_483_648,
      Long: Number.MAX_SAFE_INTEGER,
      Double: -0.5,
      Blob: "AP8H",
      Moment: 1_700_000_000.123,
      Anything: { any: [1, null, "x"] },
      Texts: ["a", ""],
      Pairs: { k: "v" },
      Structures: [{ Key: "k", Numbers: [1, 2] }],
      Tree: { Name: "root", Children: [{ Name: "leaf" }] },
    };
    assert.deepEqual(decode(input), {
      ...input,
      Blob: Buffer.from([0, 255, 7]),
      Moment: new Date("2023-11-14T22:13:20.123Z"),
    });
  });

  test("drops unknown members and null ones; a null in a list stays for validation to refuse", () => {
    assert.deepEqual(decode({ Text: null, Unknown: 1, constructor: "x", Pairs: { a: null, b: "c" } }), {
      Pairs: { b: "c" },
    });
    assert.deepEqual(decode({ Texts: ["a", null] }), { Texts: ["a", null] });
  });

  test("keys that JavaScript knows are keys like any other", () => {
    const value = decode(JSON.parse('{"__proto__":{"Text":"x"},"Pairs":{"__proto__":"p","constructor":"c"}}')) as {
      readonly Text?: string;
      readonly Pairs: Readonly<Record<string, string>>;
    };
    assert.equal(value.Text, undefined);
    assert.deepEqual(Object.entries(value.Pairs), [
      ["__proto__", "p"],
      ["constructor", "c"],
    ]);
    assert.equal(Object.getPrototypeOf(value.Pairs), Object.prototype);
  });

  test("whole numbers lose a fraction", () => {
    assert.deepEqual(decode({ Integer: 1.9 }), { Integer: 1 });
  });

  // The texts are those public reports quote from AWS: https://github.com/aarondfrancis/sidecar/issues/148 and
  // https://github.com/aws-amplify/amplify-js/issues/13265.
  const wrong: readonly (readonly [input: object, message: string])[] = [
    [{ Text: 1 }, "NUMBER_VALUE can not be converted to a String"],
    [{ Text: true }, "TRUE_VALUE can not be converted to a String"],
    [{ Text: {} }, "Start of structure or map found where not expected."],
    [{ Text: [] }, "Start of list found where not expected"],
    [{ Flag: "true" }, "STRING_VALUE can not be converted to a Boolean"],
    [{ Flag: 0 }, "NUMBER_VALUE can not be converted to a Boolean"],
    [{ Integer: "1" }, "STRING_VALUE can not be converted to an Integer"],
    [{ Integer: false }, "FALSE_VALUE can not be converted to an Integer"],
    [{ Long: "1" }, "STRING_VALUE can not be converted to a Long"],
    [{ Double: "1" }, "STRING_VALUE can not be converted to a Double"],
    [{ Moment: "2023-11-14" }, "STRING_VALUE can not be converted to a Timestamp"],
    [{ Blob: 1 }, "NUMBER_VALUE can not be converted to a ByteBuffer"],
    [{ Texts: "a" }, "Unexpected field type"],
    [{ Texts: {} }, "Start of structure or map found where not expected."],
    [{ Pairs: [] }, "Start of list found where not expected"],
    [{ Pairs: 3 }, "Unexpected field type"],
    [{ Structures: ["a"] }, "Unexpected field type"],
    [{ Byte: 128 }, "Number 128 is out of range for Byte"],
    [{ Short: -32_769 }, "Number -32769 is out of range for Short"],
    [{ Integer: 2_147_483_648 }, "Number 2147483648 is out of range for Integer"],
    [{ Long: 1e19 }, "Number 10000000000000000000 is out of range for Long"],
    [{ Moment: 1e18 }, "Number 1000000000000000000 is out of range for Timestamp"],
    [{ Blob: "AP8" }, "Invalid base64 in a binary value"],
    [{ Blob: "AP-_" }, "Invalid base64 in a binary value"],
    [{ Structures: [{ Numbers: [1, "2"] }] }, "STRING_VALUE can not be converted to an Integer"],
  ];
  for (const [input, message] of wrong) {
    test(`refuses ${JSON.stringify(input)}`, () => {
      assert.throws(() => decode(input), refused(message));
    });
  }

  test("refuses numbers beyond what a double holds, wherever they stand", () => {
    const huge = JSON.parse("1e999") as number;
    for (const name of ["Byte", "Integer", "Long", "Double", "Moment"])
      assert.throws(
        () => decode({ [name]: huge }),
        refused(
          `Number ${name === "Double" ? "is" : "Infinity is"} out of range for ${name === "Moment" ? "Timestamp" : name}`,
        ),
      );
  });

  test("refuses a recursive shape nested beyond reason, and afterwards works as before", () => {
    const nested = (depth: number) => {
      let tree: object = { Name: "leaf" };
      for (let level = 0; level < depth; level += 1) tree = { Children: [tree] };
      return { Tree: tree };
    };
    const shallow = nested(100);
    assert.deepEqual(decode(shallow), shallow);
    for (let round = 0; round < 3; round += 1)
      assert.throws(() => decode(nested(100_000)), refused("Input is nested too deeply"));
    assert.deepEqual(decode(shallow), shallow);
  });
});

describe("a body", () => {
  test("is an object in UTF-8; an empty one has no members", () => {
    assert.deepEqual(parseJsonBody(Buffer.from('{"a":1}')).value, { a: 1 });
    assert.deepEqual(parseJsonBody(Buffer.alloc(0)).value, {});
    for (const text of [
      "{",
      "[]",
      "null",
      "1",
      '"x"',
      "{}}",
      "{'a':1}",
      "\u0000",
      '{"a":"\u0000"}',
      "[".repeat(100_000),
    ])
      assert.throws(() => parseJsonBody(Buffer.from(text)), refused(""), text.slice(0, 20));
    assert.throws(() => parseJsonBody(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), refused(""));
  });

  test("is known to have plain texts only when no text can hold anything but ASCII", () => {
    for (const plain of ["", "{}", '{"a": "b",\r\n\t"c": ["~ \u007f"]}'])
      assert.equal(parseJsonBody(Buffer.from(plain)).hasPlainTexts, true, plain);
    for (const other of ['"\\u0007"', '"\\n"', '"\\ud800"', '"\\/"', '"\ufffe"', '"é"', '"\u0080"', '"😀"'])
      for (const body of [`{"a":${other}}`, `{${other}:1}`])
        assert.equal(parseJsonBody(Buffer.from(body)).hasPlainTexts, false, body);
  });
});

describe("encoding", () => {
  test("writes blobs as base64 and timestamps as seconds with milliseconds", () => {
    const output = {
      Blob: Uint8Array.from([0, 255, 7]),
      Moment: new Date(1_700_000_000_123),
      Structures: [{ Key: "k", Numbers: [] }],
      Pairs: { a: "b" },
      Texts: undefined,
      Text: null,
      NotInTheModel: 1,
    };
    assert.equal(
      JSON.stringify(encode(output)),
      '{"Text":null,"Blob":"AP8H","Moment":1700000000.123,"Pairs":{"a":"b"},"Structures":[{"Key":"k","Numbers":[]}]}',
    );
  });

  test("members stand in the order of the model and no others are written, wherever an output holds them", () => {
    const cases: readonly (readonly [output: object, expected: string])[] = [
      [{ Text: "t", Flag: true }, '{"Text":"t","Flag":true}'],
      [{ Flag: true, Text: "t" }, '{"Text":"t","Flag":true}'],
      [{ Text: "t", other: 1, Flag: true }, '{"Text":"t","Flag":true}'],
      [
        { Structures: [{ Key: "a" }, { Numbers: [1], Key: "b" }] },
        '{"Structures":[{"Key":"a"},{"Key":"b","Numbers":[1]}]}',
      ],
      [{ Structures: [{ Key: "a", other: 1 }], Text: null }, '{"Text":null,"Structures":[{"Key":"a"}]}'],
      [{ Moment: new Date(5), Blob: Uint8Array.of(1), Text: "t" }, '{"Text":"t","Blob":"AQ==","Moment":0.005}'],
    ];
    for (const [output, expected] of cases) {
      const before = structuredClone(output);
      assert.equal(JSON.stringify(encode(output)), expected);
      assert.deepEqual(output, before);
    }
  });

  test("a part of a larger buffer is written alone", () => {
    const part = Buffer.from("xxabcxx").subarray(2, 5);
    assert.deepEqual(encode({ Blob: new Uint8Array(part.buffer, part.byteOffset, 3) }), { Blob: "YWJj" });
  });
});
