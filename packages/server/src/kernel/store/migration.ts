/**
 * Numbered steps of the schema. Each module numbers its own from 1, without gaps; a step that has been released is never
 * changed. The SQL keeps to what SQLite and PostgreSQL both take: `text`, `bigint`, `integer`, `double precision`.
 */
export interface Migration {
  readonly module: string;
  readonly number: number;
  readonly statements: readonly string[];
}

/** The migrations in the order they are applied: modules as given, numbers ascending. Throws on a gap. */
export function checkedMigrations(migrations: readonly Migration[]): readonly Migration[] {
  const latest = new Map<string, number>();
  for (const { module, number } of migrations) {
    const expected = (latest.get(module) ?? 0) + 1;
    if (number !== expected) throw new Error(`migration ${module} ${number}: expected number ${expected}`);
    latest.set(module, number);
  }
  return migrations;
}
