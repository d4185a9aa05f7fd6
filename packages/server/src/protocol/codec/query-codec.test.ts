import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ServiceError } from "../../kernel/service-error.ts";
import { sampleModel } from "../sample-model.ts";
import { Parameters } from "./parameters.ts";
import { QueryCodec } from "./query-codec.ts";

const codec = new QueryCodec(sampleModel, {});

function decode(text: string, of: QueryCodec = codec): Record<string, unknown> {
  const parameters = new Parameters();
  parameters.add(text);
  return of.decode("Everything", parameters);
}

function refused(code: string, message: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ServiceError, String(error));
    assert.deepEqual([error.code, error.message], [code, message]);
    return true;
  };
}

describe("decoding", () => {
  test("takes every type as text", () => {
    const text =
      "Text=a+b%26%C3%BC&Flag=true&Byte=-128&Short=+5&Integer=2147483647&Long=9007199254740991&Double=-1.5e3" +
      "&Blob=AP8H&Moment=2023-11-14T22:13:20.123Z";
    assert.deepEqual(decode(text.replace("+5", "%2B5")), {
      Text: "a b&ü",
      Flag: true,
      Byte: -128,
      Short: 5,
      Integer: 2_147_483_647,
      Long: Number.MAX_SAFE_INTEGER,
      Double: -1500,
      Blob: Buffer.from([0, 255, 7]),
      Moment: new Date("2023-11-14T22:13:20.123Z"),
    });
  });

  test("timestamps without a zone are in UTC", () => {
    for (const text of [
      "2023-11-14T22:13:20",
      "2023-11-14T22:13:20Z",
      "2023-11-14T23:13:20%2B01:00",
      "2023-11-14T22:13:20.0Z",
    ])
      assert.deepEqual(decode(`Moment=${text}`), { Moment: new Date("2023-11-14T22:13:20Z") }, text);
  });

  test("lists are numbered, from any number, with gaps", () => {
    assert.deepEqual(decode("Texts.member.10=c&Texts.member.2=b&Texts.member.0=a&Texts.member.x=no"), {
      Texts: ["a", "b", "c"],
    });
    assert.deepEqual(decode("FlatText.1=a&FlatText.3=b"), { FlatTexts: ["a", "b"] });
    assert.deepEqual(decode("Texts=&FlatText="), { Texts: [], FlatTexts: [] });
    assert.deepEqual(decode("Structures.member.1.Key=k&Structures.member.1.Numbers.member.1=7"), {
      Structures: [{ Key: "k", Numbers: [7] }],
    });
  });

  test("maps are numbered pairs; one without key or value is none", () => {
    assert.deepEqual(decode("Pairs.entry.1.key=a&Pairs.entry.1.value=1&Pairs.entry.2.key=b&Pairs.entry.3.value=c"), {
      Pairs: { a: "1" },
    });
    const value = decode("FlatPair.1.Name=__proto__&FlatPair.1.Value=x") as { FlatPairs: object };
    assert.deepEqual(Object.entries(value.FlatPairs), [["__proto__", "x"]]);
  });

  test("what is flattened and has one entry may go without a number", () => {
    assert.deepEqual(decode("FlatText=a"), { FlatTexts: ["a"] });
    assert.deepEqual(decode("FlatPair.Name=k&FlatPair.Value=v"), { FlatPairs: { k: "v" } });
    assert.deepEqual(decode("FlatText=a&FlatText.1=b&FlatPair.Name=k&FlatPair.2.Name=l&FlatPair.2.Value=w"), {
      FlatTexts: ["b"],
      FlatPairs: { l: "w" },
    });
  });

  test("a dialect refuses entries of maps that are not whole, unless they may go without a value", () => {
    const missingParameter = (path: string) => new ServiceError("MissingParameter", path);
    const strict = new QueryCodec(sampleModel, { missingParameter });
    for (const [text, path] of [
      ["FlatPair.3.Name=k", "FlatPair.3.Value"],
      ["FlatPair.3.Value=v", "FlatPair.3.Name"],
      ["FlatPair.Name=k", "FlatPair.Value"],
    ] as const)
      assert.throws(() => decode(text, strict), refused("MissingParameter", path));
    const FlatPairs = { name: "FlatPair", key: "Name", value: "Value", isValueOptional: true };
    const lenient = new QueryCodec(sampleModel, { missingParameter, queryNames: { FlatPairs } });
    assert.deepEqual(decode("FlatPair.1.Name=k", lenient), { FlatPairs: { k: "" } });
    assert.throws(() => decode("FlatPair.1.Value=v", lenient), refused("MissingParameter", "FlatPair.1.Name"));
  });

  test("a recursive shape goes as deep as names may", () => {
    assert.deepEqual(decode("Tree.Children.member.1.Children.member.1.Name=leaf"), {
      Tree: { Children: [{ Children: [{ Name: "leaf" }] }] },
    });
  });

  test("the last of equal names counts, unknown names do not", () => {
    assert.deepEqual(decode("Text=a&Text=b&Unknown=1&__proto__.Text=x&constructor=y&=z&&"), { Text: "b" });
  });

  test("a dialect's spelling comes before the model's", () => {
    const dialect = { queryNames: { Pairs: { name: "Pair", key: "K", value: "V" } } };
    assert.deepEqual(decode("Pair.entry.1.K=a&Pair.entry.1.V=b", new QueryCodec(sampleModel, dialect)), {
      Pairs: { a: "b" },
    });
  });

  // AWS's texts: https://github.com/rusoto/rusoto/issues/586, https://github.com/boto/boto/pull/877 and
  // https://github.com/brendanhay/amazonka/issues/495.
  const wrong: readonly (readonly [text: string, code: string, message: string])[] = [
    ["Text.1=a", "MalformedInput", "Start of list found where not expected"],
    ["Structures.member.1.Key.x=a", "MalformedInput", "Start of list found where not expected"],
    ["Texts.1=a", "MalformedInput", "Top level element may not be treated as a list"],
    ["Moment=yesterday", "MalformedInput", "timestamp must follow ISO8601"],
    ["Moment=1700000000", "MalformedInput", "timestamp must follow ISO8601"],
    ["Moment=2023-13-45T00:00:00Z", "MalformedInput", "timestamp must follow ISO8601"],
    ["Flag=yes", "MalformedInput", "Could not parse 'yes' as Boolean"],
    ["Integer=1.5", "MalformedInput", "Could not parse '1.5' as Integer"],
    ["Integer=", "MalformedInput", "Could not parse '' as Integer"],
    ["Integer=2147483648", "MalformedInput", "Could not parse '2147483648' as Integer"],
    ["Byte=200", "MalformedInput", "Could not parse '200' as Integer"],
    ["Long=9999999999999999999", "MalformedInput", "Could not parse '9999999999999999999' as Integer"],
    ["Double=0x10", "MalformedInput", "Could not parse '0x10' as Double"],
    ["Double=1e999", "MalformedInput", "Could not parse '1e999' as Double"],
    ["Blob=*", "SerializationException", "Invalid base64 in a binary value"],
  ];
  for (const [text, code, message] of wrong) {
    test(`refuses ${text}`, () => {
      assert.throws(() => decode(text), refused(code, message));
    });
  }
});

describe("encoding", () => {
  test("writes every type, lists and maps in both forms", () => {
    assert.equal(
      codec.encode("Everything", {
        Text: 'a<b>&"c"\r\n',
        Flag: false,
        Integer: -1,
        Blob: Uint8Array.from([0, 255, 7]),
        Moment: new Date(1_700_000_000_123),
        Texts: ["x", "y"],
        FlatTexts: ["x", "y"],
        Pairs: { k: "v" },
        FlatPairs: { k: "v" },
        Structures: [{ Key: "k", Numbers: [1] }],
        Tree: { Children: [{ Name: "leaf" }] },
        Short: null,
        Long: undefined,
      }),
      "<Text>a&lt;b&gt;&amp;&quot;c&quot;&#xD;\n</Text><Flag>false</Flag><Integer>-1</Integer><Blob>AP8H</Blob>" +
        "<Moment>2023-11-14T22:13:20.123Z</Moment><Texts><member>x</member><member>y</member></Texts>" +
        "<FlatText>x</FlatText><FlatText>y</FlatText><Pairs><entry><key>k</key><value>v</value></entry></Pairs>" +
        "<FlatPair><Name>k</Name><Value>v</Value></FlatPair>" +
        "<Structures><member><Key>k</Key><Numbers><member>1</member></Numbers></member></Structures>" +
        "<Tree><Children><member><Name>leaf</Name></member></Children></Tree>",
    );
  });

  test("an operation without output has none", () => {
    assert.equal(codec.encode(undefined, undefined), "");
    assert.deepEqual(codec.decode(undefined, new Parameters()), {});
  });
});
