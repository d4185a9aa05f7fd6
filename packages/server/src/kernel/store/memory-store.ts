/**
 * A store in this process's memory: for `--in-memory`, tests and the simulation. What it holds outlives the kernel that
 * writes to it, so a simulated crash drops the kernel and starts another over the same store.
 *
 * Several kernels may share one: `admits` then stands for the row that the owner of a group is proved by.
 */
import { SortedList } from "../sorted-list.ts";
import { compareTuples, joinKey } from "../table.ts";
import type { SqlValue, TableDefinition } from "../table.ts";
import { checkedMigrations } from "./migration.ts";
import { StaleOwnerError } from "./store-errors.ts";
import type { CommitFence, RangeQuery, Store, WriteOperation } from "./store.ts";

type Values = readonly SqlValue[];

class MemoryTable {
  readonly rows = new Map<string, Values>();
  readonly #definition: TableDefinition;
  readonly #keyPlaces: readonly number[];
  readonly #indexes = new Map<string, { readonly places: readonly number[]; readonly list: SortedList<Values> }>();

  constructor(definition: TableDefinition) {
    this.#definition = definition;
    this.#keyPlaces = this.#placesOf(definition.key);
    for (const [name, columns] of Object.entries(definition.indexes)) {
      const places = this.#placesOf(columns);
      const list = new SortedList<Values>((left, right) => compareTuples(pick(left, places), pick(right, places)));
      this.#indexes.set(name, { places, list });
    }
  }

  put(values: Values, isNew: boolean): void {
    const key = joinKey(pick(values, this.#keyPlaces));
    if (isNew && this.rows.has(key)) throw new Error(`table ${this.#definition.name}: key ${key} exists`);
    this.#removeKey(key);
    this.rows.set(key, values);
    for (const { list } of this.#indexes.values()) list.add(values);
  }

  update(columns: readonly string[], values: Values, key: Values): void {
    const row = this.rows.get(joinKey(key));
    if (row === undefined) return;
    const changed = [...row];
    for (const [index, place] of this.#placesOf(columns).entries()) changed[place] = values[index] ?? null;
    this.put(changed, false);
  }

  delete(prefix: Values): void {
    if (prefix.length === this.#keyPlaces.length) {
      this.#removeKey(joinKey(prefix));
      return;
    }
    for (const row of this.range("key", prefix, [], Number.POSITIVE_INFINITY, false))
      this.#removeKey(joinKey(pick(row, this.#keyPlaces)));
  }

  range(name: string, equals: Values, after: Values, limit: number, descending: boolean): Values[] {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new Error(`table ${this.#definition.name} has no index ${name}`);
    const bound = [...equals, ...after];
    const position = (row: Values): number => compareTuples(pick(row, index.places.slice(0, bound.length)), bound);
    // Ascending: everything up to and with the bound lies before the start; descending: everything with it or beyond does not count.
    const walk = descending
      ? index.list.before((row) => (after.length > 0 ? position(row) : position(row) <= 0 ? -1 : 1))
      : index.list.from((row) => (after.length > 0 ? (position(row) <= 0 ? -1 : 1) : position(row)));
    const found: Values[] = [];
    for (const row of walk) {
      if (found.length >= limit || compareTuples(pick(row, index.places.slice(0, equals.length)), equals) !== 0) break;
      found.push(row);
    }
    return found;
  }

  #removeKey(key: string): void {
    const row = this.rows.get(key);
    if (row === undefined) return;
    this.rows.delete(key);
    for (const { list } of this.#indexes.values()) list.remove(row);
  }

  #placesOf(columns: readonly string[]): number[] {
    return columns.map((column) => this.#definition.columnNames.indexOf(column));
  }
}

function pick(values: Values, places: readonly number[]): SqlValue[] {
  return places.map((place) => values[place] ?? null);
}

export class MemoryStore implements Store {
  readonly description = "memory";
  readonly durable = false;
  readonly #tables = new Map<string, MemoryTable>();
  readonly #admits: (fence: CommitFence) => boolean;

  /** @param admits whether a fenced group may be applied; notes its sequence */
  constructor(admits: (fence: CommitFence) => boolean = () => true) {
    this.#admits = admits;
  }

  async migrate(migrations: Parameters<Store["migrate"]>[0]): Promise<void> {
    checkedMigrations(migrations);
  }

  async commit(operations: readonly WriteOperation[], fence?: CommitFence): Promise<void> {
    if (fence !== undefined && !this.#admits(fence)) throw new StaleOwnerError(`node ${fence.nodeId} is not the owner`);
    for (const operation of operations) {
      const table = this.#table(operation.table);
      switch (operation.kind) {
        case "insert":
        case "put":
          table.put(operation.values, operation.kind === "insert");
          break;
        case "update":
          table.update(operation.columns, operation.values, operation.key);
          break;
        case "delete":
          table.delete(operation.key);
          break;
      }
    }
  }

  async load<Row>(table: TableDefinition<Row>, shards?: readonly number[]): Promise<Row[]> {
    const rows = this.#table(table).range("key", [], [], Number.POSITIVE_INFINITY, false);
    const place = table.columnNames.indexOf("shard");
    const wanted = shards === undefined ? rows : rows.filter((values) => shards.includes(Number(values[place])));
    return wanted.map((values) => table.decode(values));
  }

  async range<Row>(query: RangeQuery<Row>): Promise<Row[]> {
    const table = this.#table(query.table);
    const rows = table.range(
      query.index ?? "key",
      query.equals,
      query.after ?? [],
      query.limit,
      query.descending ?? false,
    );
    return rows.map((values) => query.table.decode(values));
  }

  async count<Row>(table: TableDefinition<Row>, equals: Values): Promise<number> {
    return this.#table(table).range("key", equals, [], Number.POSITIVE_INFINITY, false).length;
  }

  async sum<Row>(table: TableDefinition<Row>, equals: Values, column: string): Promise<number> {
    const place = table.columnNames.indexOf(column);
    const rows = this.#table(table).range("key", equals, [], Number.POSITIVE_INFINITY, false);
    return rows.reduce((sum, row) => sum + Number(row[place]), 0);
  }

  async close(): Promise<void> {}

  #table(definition: TableDefinition): MemoryTable {
    let table = this.#tables.get(definition.name);
    if (table === undefined) {
      table = new MemoryTable(definition);
      this.#tables.set(definition.name, table);
    }
    return table;
  }
}
