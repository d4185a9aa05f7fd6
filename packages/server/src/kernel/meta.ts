/** What an installation knows of itself: the number of shards, the virtual clock's time. */
import type { Migration } from "./store/migration.ts";
import { defineTable } from "./table.ts";

export interface MetaRow {
  readonly shard: number;
  readonly name: string;
  readonly value: string;
}

export const metaTable = defineTable<MetaRow>({
  name: "kernel_meta",
  residency: "resident",
  columns: { shard: "integer", name: "text", value: "text" },
  key: ["name"],
});

/** Name of the row that says how many shards there are. */
export const shardCountName = "shard-count";

/** Name of a row that stands in an installation as long as it is being moved there from another store. */
export const unfinishedMove = "unfinished-move";

export const metaMigrations: readonly Migration[] = [
  {
    module: "kernel-meta",
    number: 1,
    statements: [
      "CREATE TABLE kernel_meta (shard integer NOT NULL, name text NOT NULL PRIMARY KEY, value text NOT NULL)",
    ],
  },
];
