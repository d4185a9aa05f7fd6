/** The rows of a resident table in memory, with its ordered indexes. Changes go through a `Transaction`. */
import { SortedList } from "./sorted-list.ts";
import { compareTuples, joinKey } from "./table.ts";
import type { ShardedRow, SqlValue, TableDefinition } from "./table.ts";

type ReadRow = Readonly<Record<string, SqlValue>>;

interface Index {
  readonly columns: readonly string[];
  readonly rows: SortedList<object>;
}

export class ResidentTable<Row extends object> {
  readonly definition: TableDefinition<Row>;
  readonly #rows = new Map<string, Row>();
  readonly #indexes = new Map<string, Index>();

  constructor(definition: TableDefinition<Row>) {
    this.definition = definition;
    for (const [name, columns] of Object.entries(definition.indexes)) {
      if (name === "key") continue;
      const tuple = (row: object): SqlValue[] => columns.map((column) => (row as ReadRow)[column] ?? null);
      this.#indexes.set(name, {
        columns,
        rows: new SortedList<object>((left, right) => compareTuples(tuple(left), tuple(right))),
      });
    }
  }

  get size(): number {
    return this.#rows.size;
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  values(): IterableIterator<Row> {
    return this.#rows.values();
  }

  /** Rows in the order of an index whose first columns have these values, beyond `after` when given. */
  *scan(
    indexName: string,
    equals: readonly SqlValue[],
    after: readonly SqlValue[] = [],
  ): Generator<Row, void, undefined> {
    const index = this.#indexes.get(indexName);
    if (index === undefined) throw new Error(`table ${this.definition.name} has no index ${indexName}`);
    const bound = [...equals, ...after];
    const tuple = (row: object, length: number): SqlValue[] =>
      index.columns.slice(0, length).map((column) => (row as ReadRow)[column] ?? null);
    const start = index.rows.from((row) => {
      const order = compareTuples(tuple(row, bound.length), bound);
      return after.length > 0 && order === 0 ? -1 : order;
    });
    for (const row of start) {
      if (compareTuples(tuple(row, equals.length), equals) !== 0) return;
      yield row as Row;
    }
  }

  /** Puts a row in, or takes it out, and returns what stood there. Only transactions and loading call this. */
  replace(key: string, row: Row | undefined): Row | undefined {
    const before = this.#rows.get(key);
    for (const { rows } of this.#indexes.values()) {
      if (before !== undefined) rows.remove(before);
      if (row !== undefined) rows.add(row);
    }
    if (row === undefined) this.#rows.delete(key);
    else this.#rows.set(key, row);
    return before;
  }

  load(rows: readonly Row[]): void {
    for (const row of rows) this.replace(this.definition.keyOf(row), row);
  }

  /** Takes the rows of these shards out of memory; the store keeps them. */
  dropShards(shards: ReadonlySet<number>): void {
    for (const [key, row] of this.#rows)
      if (shards.has((row as unknown as ShardedRow).shard)) this.replace(key, undefined);
  }

  keyString(key: readonly SqlValue[]): string {
    return joinKey(key);
  }
}
