/**
 * `node --import` this, and the server is of a later release, as far as others can tell: by its version; by the protocols it
 * speaks to other nodes, which stand behind the file's name, `later-release.ts?protocols=1,2`; and by a migration it brings.
 */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import type { Migration } from "../../packages/server/src/kernel/store/migration.ts";

const protocols = new URL(import.meta.url).searchParams.get("protocols") ?? "1";

/** Tables that nodes write to all the time, in no order of theirs. */
const migration: Migration = {
  module: "later",
  number: 1,
  statements: [
    "ALTER TABLE states_running ADD COLUMN newer text",
    "ALTER TABLE sqs_parcels ADD COLUMN newer text",
    "CREATE INDEX sqs_parcels_by_newer ON sqs_parcels (newer)",
    "ALTER TABLE kernel_timers ADD COLUMN newer text",
    "CREATE TABLE newer_things (shard integer NOT NULL, arn text NOT NULL PRIMARY KEY)",
  ],
};

/** By the end of a file's name: what its source becomes. */
const changes: readonly (readonly [file: string, change: (source: string) => string])[] = [
  ["/src/version.ts", (source) => source.replace(/"[\d.]+"/, '"999.0.0"')],
  ["/nodes/node-protocols.ts", (source) => source.replace(/(nodeProtocols.* = )\[[\d, ]*\]/, `$1[${protocols}]`)],
  ["/sqs/migrations.ts", (source) => `${source}\nsqsMigrations.push(${JSON.stringify(migration)});`],
];

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const [, change] = changes.find(([file]) => url.endsWith(file)) ?? [];
    if (change === undefined) return loaded;
    const source = readFileSync(new URL(url), "utf8");
    const changed = change(source);
    if (changed === source) throw new Error(`${url} is not what a later release would change`);
    return { ...loaded, source: changed };
  },
});
