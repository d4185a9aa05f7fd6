import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { sampleModel } from "../sample-model.ts";
import { violationsShownMax } from "./findings.ts";
import { validationException, validatorFor } from "./validator.ts";

const check = validatorFor(sampleModel, "all");

function textOf(input: object): string {
  const found = check("Ruled", input);
  return found.count === 0 ? "" : validationException(found, "ValidationException").message;
}

describe("AWS's words", () => {
  const one = (text: string) => `1 validation error detected: ${text}`;
  const cases: readonly (readonly [input: object, text: string])[] = [
    [{ Name: "a-b_c" }, ""],
    [{}, one("Value null at 'name' failed to satisfy constraint: Member must not be null")],
    // https://github.com/NixOS/nixops/issues/328
    [
      { Name: "abcdef" },
      one("Value 'abcdef' at 'name' failed to satisfy constraint: Member must have length less than or equal to 5"),
    ],
    // https://github.com/aws/aws-sdk-js-v3/issues/2804
    [
      { Name: "A" },
      one("Value 'A' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z-_]+"),
    ],
    [
      { Name: "" },
      "2 validation errors detected: Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1; " +
        "Value '' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z-_]+",
    ],
    [
      { Name: "a", Count: 11 },
      one("Value '11' at 'count' failed to satisfy constraint: Member must have value less than or equal to 10"),
    ],
    [
      { Name: "a", Count: 0 },
      one("Value '0' at 'count' failed to satisfy constraint: Member must have value greater than or equal to 1"),
    ],
    [
      { Name: "a", Kind: "express" },
      one(
        "Value 'express' at 'kind' failed to satisfy constraint: Member must satisfy enum value set: [STANDARD, EXPRESS]",
      ),
    ],
    // A secret is not quoted: https://github.com/hashicorp/terraform-provider-aws/issues/41023
    [
      { Name: "a", Password: "hunter2" },
      one("Value at 'password' failed to satisfy constraint: Member must have length greater than or equal to 8"),
    ],
    // Only the first letter is lowered: `advancedSecurityOptions.sAMLOptions` in AWS's own answers.
    [
      { Name: "a", KMSKeyId: "abcdef" },
      one("Value 'abcdef' at 'kMSKeyId' failed to satisfy constraint: Member must have length less than or equal to 5"),
    ],
    [
      { Name: "a", TagKeys: ["ok", ""] },
      one(
        "Value '[ok, ]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: " +
          "[Member must have length less than or equal to 128, Member must have length greater than or equal to 1]",
      ),
    ],
    [
      { Name: "a", TagKeys: ["x", "y", "z"] },
      one(
        "Value '[x, y, z]' at 'tagKeys' failed to satisfy constraint: Member must have length less than or equal to 2",
      ),
    ],
    [
      { Name: "a", Kinds: ["X"] },
      one(
        "Value '[X]' at 'kinds' failed to satisfy constraint: Member must satisfy constraint: " +
          "[Member must satisfy enum value set: [STANDARD, EXPRESS]]",
      ),
    ],
    [
      { Name: "a", TagKeys: [null] },
      one(
        "Value '[null]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: " +
          "[Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must not be null]",
      ),
    ],
    [
      { Name: "a", Tags: [{ Key: "k" }, { Value: "v" }] },
      one("Value null at 'tags.2.member.key' failed to satisfy constraint: Member must not be null"),
    ],
    [
      { Name: "a", Tags: [null] },
      one("Value null at 'tags.1.member' failed to satisfy constraint: Member must not be null"),
    ],
    [
      { Name: "a", Tags: [{ Key: "a" }, { Key: "b", Value: "v" }, { Key: "c" }] },
      one(
        "Value '[{Key=a}, {Key=b, Value=v}, {Key=c}]' at 'tags' failed to satisfy constraint: Member must have length less than or equal to 2",
      ),
    ],
    [
      { Name: "a", Labels: { "": "a", k: "B" } },
      "2 validation errors detected: Value '{=a, k=B}' at 'labels' failed to satisfy constraint: Map keys must satisfy constraint: " +
        "[Member must have length less than or equal to 128, Member must have length greater than or equal to 1]; " +
        "Value '{=a, k=B}' at 'labels' failed to satisfy constraint: Map value must satisfy constraint: " +
        "[Member must have length less than or equal to 5, Member must have length greater than or equal to 1, " +
        "Member must satisfy regular expression pattern: [a-z-_]+]",
    ],
  ];
  for (const [input, text] of cases) {
    test(JSON.stringify(input), () => {
      assert.equal(textOf(input), text);
    });
  }
});

test("lengths are in code points", () => {
  const found = check("Ruled", { Name: "\u{1f600}".repeat(6) });
  assert.deepEqual(
    found.violations.map(({ kind }) => kind),
    ["length", "pattern"],
  );
  assert.equal(check("Ruled", { Name: "\u{1f600}".repeat(5) }).count, 1);
});

test("a violation names its place in the model's spelling", () => {
  const [violation] = check("Ruled", { Name: "a", Tags: [{}] }).violations;
  assert.deepEqual([violation?.kind, violation?.path, violation?.member], ["required", "Tags.1.member.Key", "Key"]);
});

test("where the service words the rest itself, only absent members are found", () => {
  const required = validatorFor(sampleModel, "required");
  const input = { Name: "ABCDEFG", Count: 99, Tags: [{}, null], TagKeys: [""], Kinds: [null], Labels: { "": "" } };
  assert.deepEqual(
    required("Ruled", input).violations.map(({ path }) => path),
    ["Kinds", "Tags.1.member.Key", "Tags.2.member"],
  );
});

test("a required member that the service words itself may be absent", () => {
  const lenient = validatorFor(sampleModel, "all", new Set(["Tag.Key"]));
  assert.equal(lenient("Ruled", { Name: "a", Tags: [{}] }).count, 0);
  assert.deepEqual(
    lenient("Ruled", { Tags: [{ Key: "" }] }).violations.map(({ path }) => path),
    ["Name", "Tags.1.member.Key"],
  );
});

test("a refusal stays small, however much is wrong and however long the values are", () => {
  const tags = Array.from({ length: 300_000 }, () => null);
  const found = check("Ruled", { Name: "x".repeat(1_000_000), Tags: tags, TagKeys: Array(100_000).fill("abc") });
  assert.equal(found.count, 1 + 1 + 300_000 + 1);
  assert.equal(found.violations.length, violationsShownMax);
  const { code, message } = validationException(found, "ValidationError");
  assert.equal(code, "ValidationError");
  assert.match(message, /^300003 validation errors detected: Value 'x{1000}…' at 'name'/);
  assert.ok(message.length < 50_000, String(message.length));
});
