/** The answers of the Java library json-path 2.10.0, default configuration, to the paths in testdata. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { Json } from "../json/value.ts";
import { compilePath } from "./compile-path.ts";
import { PathNotFound, PathSyntaxError } from "./errors.ts";
import type { PathFailure } from "./errors.ts";

interface Case {
  readonly name: string;
  readonly path: string;
  readonly document: string;
  readonly expect?: Json;
  /** The exception's class; with no message the path does not compile. */
  readonly error?: string;
  readonly message?: string;
}

interface Recorded {
  readonly documents: Readonly<Record<string, Json>>;
  readonly cases: readonly Case[];
}

const classes: Readonly<Record<PathFailure, string>> = {
  "not-found": "PathNotFoundException",
  invalid: "InvalidPathException",
  failed: "JsonPathException",
  "out-of-bounds": "IndexOutOfBoundsException",
};

function read(name: string): Recorded {
  return JSON.parse(readFileSync(new URL(`testdata/${name}`, import.meta.url), "utf8")) as Recorded;
}

const { cases, documents } = read("jayway.json");

describe("json-path 2.10.0 answers", () => {
  for (const { name, path, document, expect, error, message } of cases) {
    test(`${name} of ${document}`, () => {
      const input = documents[document] ?? null;
      const evaluate = (): Json => compilePath(path).evaluate({ input, context: {} });
      if (error === undefined) {
        const result = evaluate();
        assert.deepEqual(result, expect);
        // The order of members is part of the answer.
        assert.equal(JSON.stringify(result), JSON.stringify(expect));
      } else if (message === undefined) {
        assert.throws(evaluate, PathSyntaxError);
      } else {
        assert.throws(evaluate, (problem) => {
          assert.ok(problem instanceof PathNotFound, String(problem));
          assert.deepEqual([classes[problem.failure], problem.message], [error, message]);
          return true;
        });
      }
    });
  }

  test("hundreds of cases are recorded", () => {
    assert.ok(cases.length >= 700);
    assert.equal(new Set(cases.map(({ name, document }) => `${name} ${document}`)).size, cases.length);
  });
});

describe("paths that json-path reads otherwise than they are written are refused", () => {
  for (const { name, path } of read("refused.json").cases) {
    test(name, () => assert.throws(() => compilePath(path), PathSyntaxError));
  }
});
