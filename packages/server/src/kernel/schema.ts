/** Everything an installation keeps: the kernel's own tables and those of its modules, with the migrations that make them. */
import type { Module } from "./kernel.ts";
import { metaMigrations, metaTable } from "./meta.ts";
import { outboxMigrations, outboxTable } from "./outbox.ts";
import { checkedMigrations } from "./store/migration.ts";
import type { Migration } from "./store/migration.ts";
import type { TableDefinition } from "./table.ts";
import { timerMigrations, timersTable } from "./timers.ts";

export interface Schema {
  readonly tables: readonly TableDefinition<object>[];
  /** In the order they are applied. */
  readonly migrations: readonly Migration[];
}

/** @throws Error when a module's migrations are not numbered without gaps */
export function schemaOf(modules: readonly Module[]): Schema {
  const own = [...metaMigrations, ...timerMigrations, ...outboxMigrations];
  return {
    tables: [
      metaTable,
      timersTable,
      outboxTable,
      ...modules.flatMap(({ tables }) => tables),
    ] as TableDefinition<object>[],
    migrations: checkedMigrations([...own, ...modules.flatMap(({ migrations }) => migrations)]),
  };
}
