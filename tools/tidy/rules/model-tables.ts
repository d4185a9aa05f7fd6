/**
 * The tables of the services' API models are made by `tools/models/make-tables.ts` and never edited by hand. Whether one
 * is what its model gives can only be seen beside the model; what can be seen here is that it has the generator's form:
 * it names its format, operations and shapes stand in order, and no documentation came along.
 */
import { isObject } from "../repository.ts";
import type { Finding, Rule } from "../rule.ts";

const tablePath = /^packages\/server\/src\/protocol\/models\/[^/]+\.json$/;
const documentation = new Set(["documentation", "documentationUrl", "examples"]);

export const modelTables: Rule = {
  name: "the model tables have the form their generator gives them",
  check: ({ files }) =>
    [...files]
      .filter(([path]) => tablePath.test(path))
      .flatMap(([path, text]) => problems(text).map((message): Finding => ({ path, line: 1, message }))),
};

function problems(text: string): string[] {
  let table: unknown;
  try {
    table = JSON.parse(text);
  } catch {
    return ["not JSON: make the table again"];
  }
  if (!isObject(table)) return ["not an object: make the table again"];
  const found: string[] = [];
  if (typeof table["format"] !== "number") found.push("no format number: make the table again");
  for (const part of ["operations", "shapes"]) {
    const names = table[part];
    if (!isObject(names)) found.push(`no ${part}: make the table again`);
    else if (!isSorted(Object.keys(names))) found.push(`${part} are not in order: make the table again`);
  }
  const member = findDocumentation(table, true);
  if (member !== undefined) found.push(`holds documentation (${member}): leave it out in the generator`);
  return found;
}

function isSorted(names: readonly string[]): boolean {
  return names.every((name, index) => index === 0 || (names[index - 1] ?? "") < name);
}

/** A shape or a member may be called "examples" in a model; then its value is a shape, not prose. */
function findDocumentation(value: unknown, top = false): string | undefined {
  if (typeof value === "string") return /<\/?p>/.test(value) ? value.slice(0, 40) : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, child] of Object.entries(value)) {
    if (documentation.has(key) && (top || typeof child === "string")) return key;
    const found = findDocumentation(child);
    if (found !== undefined) return found;
  }
  return undefined;
}
