/**
 * Definitions written after AWS's pages, shown to this package and to `amazon-states-language-service`, AWS's own library for
 * editors. Ours must say what the page says of every one; where the library says otherwise, `differences.json` says why.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import service from "amazon-states-language-service";
import { compileDefinition } from "../definition/compile-definition.ts";

interface Document {
  readonly name: string;
  readonly valid: boolean;
  /** The page it was written after. */
  readonly source: string;
  readonly definition: unknown;
}

interface Difference {
  readonly reason: string;
  /** Names of valid documents that the library refuses. */
  readonly theyRefuse?: readonly string[];
  /** Names of documents that are not valid and that the library accepts. */
  readonly theyAccept?: readonly string[];
}

const read = (name: string): string => readFileSync(new URL(`testdata/${name}.json`, import.meta.url), "utf8");
const corpus: readonly Document[] = JSON.parse(read("corpus"));
const differences: readonly Difference[] = JSON.parse(read("differences"));
const language = service.getLanguageService({});

/** The errors the library finds; it warns of nothing. */
async function theirProblems(text: string): Promise<string[]> {
  const document = service.TextDocument.create("memory://definition.asl", "asl", 1, text);
  const found = await language.doValidation(document, language.parseJSONDocument(document));
  return found.map(({ message }) => (typeof message === "string" ? message : message.value));
}

describe("documents after AWS's pages", () => {
  it("are many, in both query languages, each once", () => {
    assert.ok(corpus.length >= 240 && corpus.filter(({ valid }) => valid).length >= 150);
    assert.ok(corpus.filter(({ definition }) => JSON.stringify(definition).includes("JSONata")).length >= 50);
    assert.equal(new Set(corpus.map(({ name }) => name)).size, corpus.length);
  });

  const known = new Map(
    differences.flatMap(({ reason, theyRefuse = [], theyAccept = [] }) =>
      [...theyRefuse, ...theyAccept].map((name) => [name, reason] as const),
    ),
  );

  for (const { name, valid, source, definition } of corpus) {
    it(`${name} (${source})`, async () => {
      const text = JSON.stringify(definition);
      const compiled = compileDefinition(text);
      assert.equal(compiled.ok, valid, JSON.stringify(compiled.ok ? [] : compiled.diagnostics));
      const theirs = await theirProblems(text);
      const agrees = (theirs.length === 0) === valid;
      assert.equal(agrees, !known.has(name), `${known.get(name) ?? "no reason is known"}: ${theirs.join("; ")}`);
    });
  }

  it("differ only where a document of that name is", () => {
    const valid = new Map(corpus.map((document) => [document.name, document.valid]));
    for (const { reason, theyRefuse = [], theyAccept = [] } of differences) {
      assert.ok(reason.endsWith("."));
      for (const name of theyRefuse) assert.equal(valid.get(name), true, name);
      for (const name of theyAccept) assert.equal(valid.get(name), false, name);
    }
  });
});
