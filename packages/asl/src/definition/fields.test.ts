/**
 * Which fields a state may have, type by type and in both query languages, after AWS's table of them
 * (`testdata/fields.json`): what belongs is never refused by its name, what does not belong is refused in AWS's words.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { completionsAt } from "../completion/completions-at.ts";
import { compileDefinition } from "./compile-definition.ts";
import type { Diagnostic } from "./diagnostic.ts";

type Language = "JSONPath" | "JSONata";
type Table = Readonly<Record<string, Readonly<Record<Language | "both", readonly string[]>>>>;

const { source, ...table }: Table & { source: string } = JSON.parse(
  readFileSync(new URL("testdata/fields.json", import.meta.url), "utf8"),
);
const allFields = new Set(
  Object.values(table).flatMap((fields) => [...fields.both, ...fields.JSONPath, ...fields.JSONata]),
);
const languages: readonly Language[] = ["JSONPath", "JSONata"];

/** What AWS says of a field that may not stand in a state, located at the state. */
function refusals(type: string, language: Language, field: string): string[] {
  // The value is of a type that no field has, so that only names are told apart.
  const state = { [field]: null, ...(field !== "Type" && { Type: type }) };
  const text = JSON.stringify({ QueryLanguage: language, StartAt: "A", States: { A: state } });
  const compiled = compileDefinition(text);
  const found: readonly Diagnostic[] = compiled.ok ? [] : compiled.diagnostics;
  const ofNames = found.filter(
    ({ location, message }) => location === "/States/A" && message.includes(`ield '${field}' is `),
  );
  return ofNames.map(({ message }) => message);
}

describe(`fields of states (${source})`, () => {
  for (const [type, fields] of Object.entries(table)) {
    for (const language of languages) {
      const other = language === "JSONPath" ? "JSONata" : "JSONPath";
      it(`${type} in ${language}`, () => {
        for (const field of allFields) {
          const expected = [...fields.both, ...fields[language]].includes(field)
            ? []
            : fields[other].includes(field)
              ? [
                  `The QueryLanguage is set to '${language}', but field '${field}' is only supported for the '${other}' QueryLanguage`,
                ]
              : [`Field '${field}' is not supported`];
          // A field of a Distributed Map is located at the state as well, and has words of its own.
          const actual = refusals(type, language, field).filter((message) => !message.includes("'DISTRIBUTED'"));
          assert.deepEqual(actual, expected, `${type} ${field}`);
        }
      });

      it(`${type} in ${language}, as completion offers them`, () => {
        const text = `{"QueryLanguage":"${language}","StartAt":"A","States":{"A":{"Type":"${type}",`;
        const offered = completionsAt(text, text.length).map(({ label }) => label);
        const allowed = [...fields.both, ...fields[language]];
        for (const label of offered) assert.ok(allowed.includes(label), `${label} is offered`);
        const distributed = ["ItemBatcher", "ItemReader", "Label", "ResultWriter"];
        const older = ["Iterator", "Parameters"];
        const held = type === "Map" ? [...distributed, ...older] : [];
        for (const field of allowed) {
          if (field === "Type" || held.includes(field)) continue;
          assert.ok(offered.includes(field), `${field} is not offered`);
        }
      });
    }
  }
});
