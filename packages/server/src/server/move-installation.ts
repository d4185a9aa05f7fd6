/**
 * `tutti migrate`: moves an installation from one store to another, row by row, with no server on either.
 *
 * The target says from the first row to the last that it is unfinished, and no server starts on it. At the end both stores
 * are compared, table by table, by the number of their rows and a checksum over all values in the order of the key.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Hops } from "../delivery/hops.ts";
import { OperationRegistry } from "../delivery/operation-registry.ts";
import { RealClock } from "../kernel/clock.ts";
import { Kernel } from "../kernel/kernel.ts";
import { metaTable, unfinishedMove } from "../kernel/meta.ts";
import { systemRandom } from "../kernel/random.ts";
import { schemaOf } from "../kernel/schema.ts";
import { lockDataDirectory } from "../kernel/store/data-directory.ts";
import { MemoryStore } from "../kernel/store/memory-store.ts";
import { openPostgresStore } from "../kernel/store/postgres/postgres-store.ts";
import { openSqliteStore } from "../kernel/store/sqlite/sqlite-store.ts";
import { StoreFault } from "../kernel/store/store-errors.ts";
import type { Store, WriteOperation } from "../kernel/store/store.ts";
import type { TableDefinition } from "../kernel/table.ts";
import { createServices } from "./services.ts";

export interface MoveOptions {
  /** A data directory, or the URL of a PostgreSQL database. */
  readonly from: string;
  readonly to: string;
  readonly allowUnsafeStore: boolean;
  /** Takes one line a table. */
  readonly report: (line: string) => void;
}

/** Rows read and written at once. */
const rowsAtOnceMax = 2_000;

type Table = TableDefinition<object>;

/**
 * @throws StoreFault when the source is in use or not there, the target is not empty, or the two differ at the end;
 * DataDirectoryInUse when a server runs on a directory
 */
export async function moveInstallation({ from, to, allowUnsafeStore, report }: MoveOptions): Promise<void> {
  if (!isUrl(from) && !existsSync(join(from, "tutti.db")))
    throw new StoreFault("TUTTI-0106", `there is no installation in ${from}.`);
  await using source = await openPlace(from, allowUnsafeStore);
  await using target = await openPlace(to, allowUnsafeStore);
  const { tables, migrations } = schemaOf(modules());
  const resident = tables.filter(({ residency }) => residency === "resident");
  for (const { store } of [source, target]) await store.migrate(migrations, resident);
  const marker = { shard: 0, name: unfinishedMove, value: from };
  if ((await source.store.range({ table: metaTable, equals: [unfinishedMove], limit: 1 })).length > 0)
    throw new StoreFault(
      "TUTTI-0107",
      `${source.store.description} holds an installation that was moved there only in part.`,
    );
  await refuseRows(target.store, tables);
  await target.store.commit([insertOf(metaTable, marker)]);
  const sums = new Map<Table, Sum>();
  for (const table of tables) sums.set(table, await copy(table, source.store, target.store));
  for (const table of tables) {
    const expected = sums.get(table);
    const found = await sumOf(table, target.store);
    if (expected?.rows !== found.rows || expected.checksum !== found.checksum) {
      throw new StoreFault(
        "TUTTI-0108",
        `table ${table.name} is not the same in ${target.store.description} as in ${source.store.description}.`,
      );
    }
    report(`${table.name.padEnd(24)} ${String(found.rows).padStart(10)} rows  ${found.checksum.slice(0, 16)}`);
  }
  await target.store.commit([{ kind: "delete", table: metaTable, key: [unfinishedMove] }]);
}

interface Place extends AsyncDisposable {
  readonly store: Store;
}

function isUrl(place: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(place);
}

async function openPlace(place: string, allowUnsafe: boolean): Promise<Place> {
  if (!isUrl(place)) {
    const lock = lockDataDirectory(resolve(place));
    const store = openSqliteStore(lock.databasePath);
    return { store, [Symbol.asyncDispose]: () => store.close().finally(() => lock.release()) };
  }
  const store = await openPostgresStore(place, { allowUnsafe, applicationName: "tutti migrate" });
  const others = await store.query(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'tutti writer'",
    [],
  );
  if (Number(others[0]?.[0]) > 0) {
    await store.close();
    throw new StoreFault("TUTTI-0106", `a server runs on ${store.description}: stop it first.`);
  }
  return { store, [Symbol.asyncDispose]: () => store.close() };
}

/** Every service, and what is on its way between them, only for what they say of their tables. */
function modules() {
  const kernel = new Kernel({
    store: new MemoryStore(),
    clock: new RealClock(),
    random: systemRandom,
    onFatal: () => undefined,
  });
  const registry = new OperationRegistry();
  const hops = new Hops({ kernel, registry });
  return [hops, ...createServices(kernel, registry, hops).map(({ service }) => service)];
}

async function refuseRows(store: Store, tables: readonly Table[]): Promise<void> {
  for (const table of tables) {
    const count = await store.count(table, []);
    if (count > 0)
      throw new StoreFault("TUTTI-0106", `${store.description} is not empty: table ${table.name} has ${count} rows.`);
  }
}

interface Sum {
  readonly rows: number;
  readonly checksum: string;
}

function insertOf(table: Table, row: object): WriteOperation {
  return { kind: "insert", table, values: table.encode(row) };
}

async function copy(table: Table, source: Store, target: Store): Promise<Sum> {
  return summed(table, source, (rows) => target.commit(rows.map((row) => insertOf(table, row))));
}

function sumOf(table: Table, store: Store): Promise<Sum> {
  return summed(table, store, async () => undefined);
}

async function summed(table: Table, store: Store, take: (rows: readonly object[]) => Promise<void>): Promise<Sum> {
  const hash = createHash("sha256");
  let count = 0;
  let last: object | undefined;
  for (;;) {
    const after = last === undefined ? [] : table.keyValues(last);
    const read: object[] = await store.range({ table, equals: [], after, limit: rowsAtOnceMax });
    const rows = read.filter((row) => !isMarker(table, row));
    for (const row of rows) {
      const values = table
        .encode(row)
        .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value));
      hash.update(`${JSON.stringify(values)}\n`);
    }
    if (rows.length > 0) await take(rows);
    count += rows.length;
    last = read.at(-1);
    if (read.length < rowsAtOnceMax) return { rows: count, checksum: hash.digest("hex") };
  }
}

/** The one row that only the target has. */
function isMarker(table: Table, row: object): boolean {
  return table.name === metaTable.name && (row as { readonly name?: unknown }).name === unfinishedMove;
}
