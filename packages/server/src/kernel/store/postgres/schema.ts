/**
 * Migrations as PostgreSQL takes them. They are written for SQLite and PostgreSQL alike; what differs is made here.
 *
 * - Text is ordered by code point, as everywhere in Tutti, whatever the database was created with: `COLLATE "C"`.
 * - `blob` is `bytea`.
 * - An index has nulls first, as SQLite has them.
 */

/** @throws Error on a statement whose form is not known here */
export function postgresStatement(sql: string): string {
  const words = sql.trim();
  const table = /^(?<head>CREATE TABLE \w+) \((?<items>[^]*)\)$/i.exec(words);
  if (table?.groups !== undefined) {
    const items = splitItems(table.groups["items"] ?? "").map(columnOf);
    return `${table.groups["head"]} (${items.join(", ")})`;
  }
  const added = /^(?<head>ALTER TABLE \w+ ADD COLUMN) (?<column>[^]*)$/i.exec(words);
  if (added?.groups !== undefined) return `${added.groups["head"]} ${columnOf(added.groups["column"] ?? "")}`;
  const index = /^(?<head>CREATE (?:UNIQUE )?INDEX \w+ ON \w+) \((?<items>[^()]*)\)$/i.exec(words);
  if (index?.groups !== undefined) {
    const items = splitItems(index.groups["items"] ?? "").map((column) => `${column} NULLS FIRST`);
    return `${index.groups["head"]} (${items.join(", ")})`;
  }
  if (/^(?:DROP TABLE|DROP INDEX|INSERT|UPDATE|DELETE|ALTER TABLE \w+ (?:DROP|RENAME))\b/i.test(words)) return words;
  throw new Error(`the PostgreSQL store does not know how to migrate by: ${words.slice(0, 80)}`);
}

/** A column's definition, or a constraint, which stays as it is. */
function columnOf(item: string): string {
  const [name, type, ...rest] = item.trim().split(/\s+/);
  if (name === undefined || type === undefined || /^(?:PRIMARY|UNIQUE|CHECK|CONSTRAINT|FOREIGN)$/i.test(name))
    return item.trim();
  const own = /^text$/i.test(type) ? 'text COLLATE "C"' : /^blob$/i.test(type) ? "bytea" : type;
  return [name, own, ...rest].join(" ");
}

/** At the commas that stand in no parentheses. */
function splitItems(text: string): string[] {
  const items: string[] = [];
  let depth = 0;
  let item = "";
  for (const character of text) {
    if (character === "," && depth === 0) {
      items.push(item.trim());
      item = "";
      continue;
    }
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    item += character;
  }
  return [...items, item.trim()];
}
