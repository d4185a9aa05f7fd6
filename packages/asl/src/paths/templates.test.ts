import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { Json } from "../json/value.ts";
import { compileReferencePath } from "./compile-path.ts";
import { checkTemplate, compileTemplate } from "./compile-template.ts";
import { PathSyntaxError, ReferencePathMismatch, TemplateError } from "./errors.ts";

interface TemplateCase {
  readonly name: string;
  readonly template: Json;
  readonly input?: Json;
  readonly expect?: Json;
  readonly error?: string;
  readonly cause?: string;
  /** Pointers of the fields that are wrong. */
  readonly problems?: readonly string[];
}

interface WriteCase {
  readonly name: string;
  readonly path: string;
  readonly target?: Json;
  readonly value?: Json;
  readonly expect?: Json;
  readonly mismatch?: boolean;
  readonly refused?: boolean;
}

const { templates, writes } = JSON.parse(readFileSync(new URL("testdata/templates.json", import.meta.url), "utf8")) as {
  readonly templates: readonly TemplateCase[];
  readonly writes: readonly WriteCase[];
};

describe("payload templates", () => {
  for (const { name, template, input = {}, expect, error, cause, problems } of templates) {
    test(name, () => {
      assert.deepEqual(
        checkTemplate(template).map(({ pointer }) => pointer),
        problems ?? [],
      );
      if (problems !== undefined) return;
      const fill = (): Json => compileTemplate(template).evaluate({ input, context: { DayOfWeek: "TUESDAY" } });
      if (error === undefined) assert.equal(JSON.stringify(fill()), JSON.stringify(expect));
      else
        assert.throws(
          fill,
          (problem) => problem instanceof TemplateError && problem.errorName === error && problem.cause === cause,
        );
    });
  }
});

describe("reference paths", () => {
  for (const { name, path, target = {}, value = null, expect, mismatch, refused } of writes) {
    test(name, () => {
      if (refused === true) return assert.throws(() => compileReferencePath(path), PathSyntaxError);
      const before = JSON.stringify(target);
      const write = (): Json => compileReferencePath(path).write(target, value);
      if (mismatch === true) assert.throws(write, ReferencePathMismatch);
      else assert.deepEqual(write(), expect);
      assert.equal(JSON.stringify(target), before);
    });
  }
});
