import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { Json } from "../json/value.ts";
import { compileDefinition } from "./compile-definition.ts";
import type { CompileOptions } from "./compilation.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** A `definition` that is text is taken as it stands. An expected location of null means none. */
interface DefinitionCase {
  readonly name: string;
  readonly definition: Json;
  readonly expect: readonly (readonly [code: string, location: string | null, message?: string])[];
  readonly source: string;
  readonly options?: CompileOptions;
}

const cases: readonly DefinitionCase[] = JSON.parse(
  readFileSync(new URL("testdata/definitions.json", import.meta.url), "utf8"),
);

function diagnose(definition: Json, options?: CompileOptions): readonly Diagnostic[] {
  const compiled = compileDefinition(typeof definition === "string" ? definition : JSON.stringify(definition), options);
  return compiled.ok ? compiled.warnings : compiled.diagnostics;
}

describe("definition cases", () => {
  assert.ok(cases.length >= 120);
  for (const { name, definition, expect, source, options } of cases) {
    it(`${name} (${source})`, () => {
      const actual = diagnose(definition, options);
      assert.deepEqual(
        actual.map(({ code, location }) => [code, location ?? null]),
        expect.map(([code, location]) => [code, location]),
        JSON.stringify(actual),
      );
      for (const [index, [, , message]] of expect.entries()) {
        if (message !== undefined) assert.equal(actual[index]?.message, message);
      }
      const text = typeof definition === "string" ? definition : JSON.stringify(definition);
      assert.equal(compileDefinition(text, options).ok, !actual.some((diagnostic) => diagnostic.severity === "ERROR"));
    });
  }
});
