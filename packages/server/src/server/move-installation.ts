/**
 * `tutti migrate`: moves an installation from one store to another, row by row, with no server on either.
 *
 * The target says from the first row to the last that it is unfinished, and no server starts on it. At the end both stores
 * are compared, table by table, by the number of their rows and a checksum over all values in the order of the key. On the way every
 * row comes into the shard of its owner; the checksum is over rows as they are written.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { hopsTable } from "../delivery/hop-tables.ts";
import { Hops } from "../delivery/hops.ts";
import { OperationRegistry } from "../delivery/operation-registry.ts";
import { RealClock } from "../kernel/clock.ts";
import { Kernel } from "../kernel/kernel.ts";
import type { Module } from "../kernel/kernel.ts";
import { metaTable, shardCountName, unfinishedMove } from "../kernel/meta.ts";
import { systemRandom } from "../kernel/random.ts";
import { schemaOf } from "../kernel/schema.ts";
import { shardCountDefault, ShardMap } from "../kernel/shards.ts";
import { lockDataDirectory } from "../kernel/store/data-directory.ts";
import { MemoryStore } from "../kernel/store/memory-store.ts";
import { openPostgresStore } from "../kernel/store/postgres/postgres-store.ts";
import { openSqliteStore } from "../kernel/store/sqlite/sqlite-store.ts";
import { StoreFault } from "../kernel/store/store-errors.ts";
import type { Store, WriteOperation } from "../kernel/store/store.ts";
import type { ShardedRow, TableDefinition } from "../kernel/table.ts";
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
  const parts = modules();
  const { tables, migrations } = schemaOf(parts);
  const resident = tables.filter(({ residency }) => residency === "resident");
  for (const { store } of [source, target]) await store.migrate(migrations, resident);
  const marker = { shard: 0, name: unfinishedMove, value: from };
  if ((await source.store.range({ table: metaTable, equals: [unfinishedMove], limit: 1 })).length > 0)
    throw new StoreFault(
      "TUTTI-0107",
      `${source.store.description} holds an installation that was moved there only in part.`,
    );
  await refuseRows(target.store, tables);
  const places = new Places(parts, await shardCountOf(source.store));
  await refuseStranded(source.store, tables, places);
  await target.store.commit([insertOf(metaTable, marker)]);
  const sums = new Map<Table, Sum>();
  for (const table of tables) sums.set(table, await copy(table, source.store, target.store, places));
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
function modules(): readonly Module[] {
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

/**
 * Where rows belong. One server that has every shard can work with a row in another than its owner's, and earlier versions left
 * such rows; nodes cannot, since a row is loaded with its shard.
 */
class Places {
  readonly #modules: readonly Module[];
  readonly #shards: ShardMap;
  /** Rows that were not where they belong. */
  moved = 0;

  constructor(parts: readonly Module[], shardCount: number) {
    this.#modules = parts;
    this.#shards = new ShardMap(shardCount);
  }

  /** The row in its owner's shard. */
  put(table: Table, row: object): object {
    for (const module of this.#modules) {
      const owner = module.ownerOf?.(table.name, row);
      if (owner === undefined) continue;
      const shard = this.#shards.of(owner);
      if ((row as ShardedRow).shard === shard) return row;
      this.moved += 1;
      return { ...row, shard };
    }
    return row;
  }
}

async function shardCountOf(store: Store): Promise<number> {
  const [row] = await store.range({ table: metaTable, equals: [shardCountName], limit: 1 });
  return row === undefined ? shardCountDefault : Number(row.value);
}

/** A hop is known by the shard of its source and cannot follow it to another. */
async function refuseStranded(source: Store, tables: readonly Table[], places: Places): Promise<void> {
  const hops = await source.count(hopsTable, []);
  if (hops === 0) return;
  const put = (table: Table) => (row: object) => places.put(table, row);
  for (const table of tables) await summed(table, source, put(table), async () => undefined);
  if (places.moved === 0) return;
  throw new StoreFault(
    "TUTTI-0106",
    `${source.description} holds executions of an earlier version, and ${hops} messages between resources are on their way: start a server there and let them arrive first.`,
  );
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

async function copy(table: Table, source: Store, target: Store, places: Places): Promise<Sum> {
  return summed(
    table,
    source,
    (row) => places.put(table, row),
    (rows) => target.commit(rows.map((row) => insertOf(table, row))),
  );
}

function sumOf(table: Table, store: Store): Promise<Sum> {
  return summed(
    table,
    store,
    (row) => row,
    async () => undefined,
  );
}

/** The sum over rows as `change` makes them. */
async function summed(
  table: Table,
  store: Store,
  change: (row: object) => object,
  take: (rows: readonly object[]) => Promise<void>,
): Promise<Sum> {
  const hash = createHash("sha256");
  let count = 0;
  let last: object | undefined;
  for (;;) {
    const after = last === undefined ? [] : table.keyValues(last);
    const read: object[] = await store.range({ table, equals: [], after, limit: rowsAtOnceMax });
    const rows = read.filter((row) => !isMarker(table, row)).map(change);
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
