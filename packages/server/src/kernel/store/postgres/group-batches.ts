/**
 * A commit group as few changes as it can be: what happens to one row in one group is one change, and the changes of a
 * kind to a table are one batch, which becomes one statement.
 *
 * Operations on different rows do not see each other, so only the order of those on the same row counts, and that order
 * is gone once they are merged. Where they cannot be (an insert of a row that is there by now has to fail; a run of rows
 * deleted by the first columns of their key), the table begins a new phase: its batches so far come before all later ones.
 */
import type { SqlValue, TableDefinition } from "../../table.ts";
import type { WriteOperation } from "../store.ts";
import { KeyTree } from "./key-tree.ts";

type Values = readonly SqlValue[];

export type Batch =
  | { readonly kind: "insert" | "put"; readonly table: TableDefinition; readonly rows: readonly Values[] }
  | {
      readonly kind: "update";
      readonly table: TableDefinition;
      readonly columns: readonly string[];
      /** For every row the values of its key, then those of `columns`. */
      readonly rows: readonly Values[];
    }
  /** All keys have the same length; shorter than the table's they stand for every row that begins so. */
  | { readonly kind: "delete"; readonly table: TableDefinition; readonly rows: readonly Values[] };

/** The batches of a group in the order they have to be applied. */
export function batchesOf(operations: readonly WriteOperation[]): Batch[] {
  const tables = new Map<TableDefinition, TableChanges>();
  for (const operation of operations) {
    let changes = tables.get(operation.table);
    if (changes === undefined) {
      changes = new TableChanges(operation.table);
      tables.set(operation.table, changes);
    }
    changes.add(operation);
  }
  return [...tables.values()].flatMap((changes) => changes.batches());
}

class TableChanges {
  readonly #table: TableDefinition;
  readonly #keyPlaces: readonly number[];
  readonly #closed: Batch[] = [];
  #phase = new KeyTree<WriteOperation>();

  constructor(table: TableDefinition) {
    this.#table = table;
    this.#keyPlaces = table.key.map((column) => table.columnNames.indexOf(column));
  }

  add(operation: WriteOperation): void {
    if (operation.kind === "delete" && operation.key.length < this.#table.key.length) {
      this.#close();
      this.#closed.push({ kind: "delete", table: this.#table, rows: [operation.key] });
      return;
    }
    const key = this.#keyOf(operation);
    const earlier = this.#phase.get(key);
    const merged = earlier === undefined ? operation : this.#merge(earlier, operation);
    if (merged === undefined) this.#close();
    this.#phase.set(key, merged ?? operation);
  }

  batches(): Batch[] {
    this.#close();
    return this.#closed;
  }

  #keyOf(operation: WriteOperation): Values {
    if (operation.kind === "update" || operation.kind === "delete") return operation.key;
    return this.#keyPlaces.map((place) => operation.values[place] ?? null);
  }

  /** Two operations on one row as one; undefined when the second has to meet what the first has done. */
  #merge(earlier: WriteOperation, later: WriteOperation): WriteOperation | undefined {
    switch (later.kind) {
      case "delete":
        return later;
      case "insert":
        return earlier.kind === "delete" ? { ...later, kind: "put" } : undefined;
      case "put":
        return earlier.kind === "insert" ? { ...later, kind: "insert" } : later;
      case "update":
        return this.#mergeUpdate(earlier, later);
    }
  }

  #mergeUpdate(earlier: WriteOperation, later: WriteOperation & { kind: "update" }): WriteOperation {
    switch (earlier.kind) {
      case "delete":
        return earlier;
      case "insert":
      case "put": {
        const values = [...earlier.values];
        for (const [index, column] of later.columns.entries())
          values[this.#table.columnNames.indexOf(column)] = later.values[index] ?? null;
        return { ...earlier, values };
      }
      case "update": {
        const values = new Map(earlier.columns.map((column, index) => [column, earlier.values[index] ?? null]));
        for (const [index, column] of later.columns.entries()) values.set(column, later.values[index] ?? null);
        return { ...earlier, columns: [...values.keys()], values: [...values.values()] };
      }
    }
  }

  #close(): void {
    const rows: Record<"delete" | "insert" | "put", Values[]> = { delete: [], insert: [], put: [] };
    const updates = new Map<string, { readonly columns: readonly string[]; readonly rows: Values[] }>();
    for (const operation of this.#phase.values()) {
      switch (operation.kind) {
        case "insert":
        case "put":
          rows[operation.kind].push(operation.values);
          break;
        case "delete":
          rows.delete.push(operation.key);
          break;
        case "update": {
          const name = operation.columns.join();
          const update = updates.get(name) ?? { columns: operation.columns, rows: [] };
          update.rows.push([...operation.key, ...operation.values]);
          updates.set(name, update);
        }
      }
    }
    const table = this.#table;
    for (const kind of ["delete", "insert", "put"] as const)
      if (rows[kind].length > 0) this.#closed.push({ kind, table, rows: rows[kind] });
    for (const update of updates.values()) this.#closed.push({ kind: "update", table, ...update });
    this.#phase = new KeyTree();
  }
}
