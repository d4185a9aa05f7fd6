import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { Json, JsonObject } from "../json/value.ts";
import { PathNotFound } from "../paths/errors.ts";
import { checkChoiceRule, compileChoiceRule } from "./compile-rule.ts";
import { operators } from "./operators.ts";
import { matchesWildcard } from "./wildcard.ts";

interface Case {
  readonly name: string;
  readonly rule: JsonObject;
  /** `shared` for the input that most cases have. */
  readonly input?: Json;
  readonly expect?: boolean;
  /** The cause of a comparison that fails. */
  readonly error?: string;
  /** Places and messages of what is wrong with the rule; a message that ends in `…` is given by its beginning. */
  readonly problems?: readonly (readonly [string, string])[];
}

const { cases, shared } = JSON.parse(readFileSync(new URL("testdata/choice.json", import.meta.url), "utf8")) as {
  readonly cases: readonly Case[];
  readonly shared: Json;
};

describe("choice rules", () => {
  for (const { name, rule, input = {}, expect, error, problems } of cases) {
    test(name, () => {
      const found = checkChoiceRule(rule);
      assert.deepEqual(
        found.map(({ pointer, message }, index) => [pointer, cutLike(message, problems?.[index]?.[1])]),
        problems ?? [],
      );
      if (problems !== undefined) return;
      const compiled = compileChoiceRule(rule);
      const apply = (): boolean => compiled.matches({ input: input === "shared" ? shared : input, context: {} });
      assert.equal(compiled.next, "N");
      if (error === undefined) assert.equal(apply(), expect);
      else assert.throws(apply, (problem) => problem instanceof PathNotFound && problem.message === error);
    });
  }

  test("there are cases for all 39 operators", () => {
    const used = new Set(cases.filter(({ expect }) => expect !== undefined).flatMap(({ rule }) => Object.keys(rule)));
    assert.equal(Object.keys(operators).length, 39);
    assert.deepEqual(
      Object.keys(operators).filter((name) => !used.has(name)),
      [],
    );
  });
});

function cutLike(message: string, expected = ""): string {
  return expected.endsWith("…") ? `${message.slice(0, expected.length - 1)}…` : message;
}

test("wildcards take bounded time", () => {
  assert.equal(matchesWildcard("a".repeat(20_000), `${"*a".repeat(50)}b`), false);
});
