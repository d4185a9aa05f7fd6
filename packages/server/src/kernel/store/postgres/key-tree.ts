/**
 * Something for every row, by its key: a map of the first column's values, under each of them a map of the second's, and so
 * on. One map by keys that are put together as texts costs several times as much, and the rows of a group are many.
 */
import type { SqlValue } from "../../table.ts";

interface Branch<Item> {
  /** By the next column, where that is not the last. */
  readonly branches: Map<SqlValue, Branch<Item>>;
  /** By the last column. */
  readonly items: Map<SqlValue, Item>;
}

export class KeyTree<Item> {
  readonly #root: Branch<Item> = { branches: new Map(), items: new Map() };

  get(key: readonly SqlValue[]): Item | undefined {
    return this.#branchOf(key).items.get(lastOf(key));
  }

  set(key: readonly SqlValue[], item: Item): void {
    this.#branchOf(key).items.set(lastOf(key), item);
  }

  /** Every item; those under one value of a column together. */
  *values(): Iterable<Item> {
    const open = [this.#root];
    for (let branch = open.pop(); branch !== undefined; branch = open.pop()) {
      yield* branch.items.values();
      open.push(...branch.branches.values());
    }
  }

  #branchOf(key: readonly SqlValue[]): Branch<Item> {
    let branch = this.#root;
    for (let place = 0; place < key.length - 1; place += 1) {
      const part = partOf(key[place]);
      let next = branch.branches.get(part);
      if (next === undefined) {
        next = { branches: new Map(), items: new Map() };
        branch.branches.set(part, next);
      }
      branch = next;
    }
    return branch;
  }
}

function lastOf(key: readonly SqlValue[]): SqlValue {
  return partOf(key[key.length - 1]);
}

/** Bytes are told apart by what they are, not by which array holds them. */
function partOf(value: SqlValue | undefined): SqlValue {
  if (value === undefined) return null;
  return value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value;
}
