import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { jacksonMessage, parseJson } from "./parse-json.ts";
import { JSON_DEPTH_MAX } from "./scanner.ts";
import type { Json } from "./value.ts";
import { pick, seededRandom } from "../interpreter/testing/random.ts";
import type { Random } from "../interpreter/testing/random.ts";

interface JacksonCases {
  readonly source: string;
  readonly cases: readonly { readonly text: string; readonly message: string | null }[];
}

const jackson: JacksonCases = JSON.parse(readFileSync(new URL("testdata/jackson.json", import.meta.url), "utf8"));

describe("Jackson's messages", () => {
  assert.ok(jackson.cases.length >= 150);
  for (const { text, message } of jackson.cases) {
    it(`of ${JSON.stringify(text)}`, () => assert.equal(jacksonMessage(text), message ?? undefined));
  }

  it("cuts a long unknown token", () => {
    assert.match(jacksonMessage("x".repeat(300)) ?? "", /^Unrecognized token 'x{256}\.\.\.'/);
  });

  it("refuses what is nested too deep", () => {
    assert.equal(jacksonMessage("[".repeat(JSON_DEPTH_MAX) + "]".repeat(JSON_DEPTH_MAX)), undefined);
    const tooDeep =
      "Document nesting depth (1001) exceeds the maximum allowed (1000, from `StreamReadConstraints.getMaxNestingDepth()`)";
    assert.equal(jacksonMessage("[".repeat(1001)), tooDeep);
    assert.equal(jacksonMessage('{"a":'.repeat(500_000)), tooDeep);
  });
});

describe("parseJson", () => {
  it("places every value and name", () => {
    const text = '{\r\n  "a": [1, {"b/c": "x"}],\r  "": null\n}';
    const { places, value } = parseJson(text);
    assert.deepEqual(value, { a: [1, { "b/c": "x" }], "": null });
    assert.deepEqual(places.valueRange(""), {
      startOffset: 0,
      endOffset: text.length,
      line: 1,
      column: 1,
      endLine: 4,
      endColumn: 2,
    });
    const onLine = (startOffset: number, line: number, column: number, length: number) => ({
      startOffset,
      endOffset: startOffset + length,
      line,
      column,
      endLine: line,
      endColumn: column + length,
    });
    assert.deepEqual(places.nameRange("/a"), onLine(5, 2, 3, 3));
    assert.deepEqual(places.valueRange("/a/0"), onLine(11, 2, 9, 1));
    const inner = places.valueRange("/a/1/b~1c");
    assert.equal(text.slice(inner?.startOffset, inner?.endOffset), '"x"');
    assert.deepEqual(places.nameRange("/"), onLine(31, 3, 3, 2));
    assert.equal(places.nameRange(""), undefined);
    assert.equal(places.nameRange("/a/0"), undefined);
    assert.equal(places.valueRange("/no"), undefined);
  });

  it("says where a text stops being JSON", () => {
    const { value, diagnostics } = parseJson('{\n  "a": tru\n}');
    assert.equal(value, undefined);
    assert.equal(diagnostics.length, 1);
    assert.equal(diagnostics[0]?.code, "INVALID_JSON_DESCRIPTION");
    assert.equal(diagnostics[0]?.location, undefined);
  });

  it("shows the token that is wrong, and at the end what stands last", () => {
    const shown = (text: string) => {
      const range = parseJson(text).diagnostics[0]?.range;
      return [text.slice(range?.startOffset, range?.endOffset), `${range?.line}:${range?.column}`];
    };
    assert.deepEqual(shown('{\n  "a": tru\n}'), ["tru", "2:8"]);
    assert.deepEqual(shown('{"a" 1}'), ["1", "1:6"]);
    assert.deepEqual(shown('{"a": 1]'), ["]", "1:8"]);
    assert.deepEqual(shown("[1,\n"), [",", "1:3"]);
    assert.deepEqual(shown('{"a": "b'), ["b", "1:8"]);
    assert.deepEqual(shown(""), ["", "1:1"]);
  });

  it("names every duplicate member and keeps the last", () => {
    const { value, diagnostics } = parseJson('{"a":1,"b":{"c":1,"c":2,"\\u0063":3},"a":4}');
    assert.deepEqual(value, { a: 4, b: { c: 3 } });
    assert.deepEqual(
      diagnostics.map(({ message, pointer, range }) => [message, pointer, range?.startOffset]),
      [
        ["Duplicate field 'c'", "/b/c", 18],
        ["Duplicate field 'c'", "/b/c", 24],
        ["Duplicate field 'a'", "/a", 36],
      ],
    );
  });

  it("takes __proto__ for a name like any other", () => {
    const { value, diagnostics } = parseJson('{"__proto__":{"polluted":true},"constructor":1}');
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(Object.keys(value ?? {}), ["__proto__", "constructor"]);
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.equal(Reflect.get({}, "polluted"), undefined);
    assert.equal(JSON.stringify(value), '{"__proto__":{"polluted":true},"constructor":1}');
    assert.equal(parseJson('{"__proto__":1,"__proto__":2}').diagnostics[0]?.message, "Duplicate field '__proto__'");
  });
});

describe("the same texts as JSON.parse", () => {
  const seed = Number(process.env["JSON_FUZZ_SEED"] ?? 20_260_101);

  it(`accepts them, with the same values (JSON_FUZZ_SEED=${seed})`, () => {
    const random = seededRandom(seed);
    let accepted = 0;
    for (let round = 0; round < 20_000; round += 1) {
      const text = round % 4 === 0 ? randomJson(random, 4) : mutate(random, randomJson(random, 4));
      const expected = parseOrUndefined(text);
      const actual = parseJson(text);
      assert.equal(actual.value === undefined, expected === undefined, text);
      if (actual.value === undefined) assert.equal(actual.diagnostics.length, 1, text);
      else {
        accepted += 1;
        assert.deepStrictEqual(actual.value, expected, text);
        assert.equal(JSON.stringify(actual.value), JSON.stringify(expected), text);
      }
    }
    assert.ok(accepted > 5000 && accepted < 19_000, `${accepted} accepted`);
  });

  it("finds in every place the value that the pointer names", () => {
    const random = seededRandom(seed + 1);
    for (let round = 0; round < 500; round += 1) {
      const text = randomJson(random, 4);
      const { places, value = null } = parseJson(text);
      for (const [pointer, part] of descendants(value)) {
        const range = places.valueRange(pointer);
        assert.ok(range, `${pointer} in ${text}`);
        assert.deepStrictEqual(JSON.parse(text.slice(range.startOffset, range.endOffset)), part);
      }
    }
  });
});

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function* descendants(value: Json, pointer = ""): Generator<readonly [string, Json]> {
  yield [pointer, value];
  if (typeof value !== "object" || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    yield* descendants(member, `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`);
  }
}

function randomJson(random: Random, depth: number): string {
  const blank = () => pick(random, ["", "", " ", "\n", "\r\n", "\t"]);
  const shape = random();
  if (depth === 0 || shape < 0.4) {
    return pick(random, [
      "0",
      "-0",
      "12",
      "1.5",
      "-3E+2",
      "1e400",
      "true",
      "false",
      "null",
      '"a"',
      '"\\ud800\\n\\/"',
      '"\u2028é💥"',
      '""',
    ]);
  }
  const parts = Array.from({ length: Math.floor(random() * 4) }, (_, index) => {
    const name = pick(random, ["a", "__proto__", "~/", "\\u0041", ""]);
    return `${blank()}${shape < 0.7 ? "" : `"${name}${index}"${blank()}:${blank()}`}${randomJson(random, depth - 1)}${blank()}`;
  });
  return shape < 0.7 ? `[${parts.join(",")}${blank()}]` : `{${parts.join(",")}${blank()}}`;
}

function mutate(random: Random, text: string): string {
  const place = Math.floor(random() * (text.length + 1));
  const noise = pick(random, [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    "\\",
    "0",
    "-",
    "+",
    ".",
    "e",
    "t",
    "nul",
    "NaN",
    "\u0000",
    "\ufeff",
    " ",
    "/",
    "💥",
    "\\u12",
  ]);
  const kind = random();
  if (kind < 0.3) return text.slice(0, place) + text.slice(place + 1);
  return kind < 0.8 ? text.slice(0, place) + noise + text.slice(place) : text.slice(0, place);
}
