/**
 * What the kernel asks of a disk: apply a commit group, load what is resident, read a range of what is not.
 *
 * A group is applied whole or not at all, and `commit` resolves only when it would survive a power cut. Groups are
 * applied and resolve in the order they are given; the kernel gives one at a time, or `commitsAtOnce`. Behind one that fails
 * none is applied any more. Every implementation passes the suite in
 * `store-conformance.ts`.
 *
 * Where several nodes write to one store, a group carries a fence: it is applied only while its writer is what it
 * believes itself to be. A store that one process owns (SQLite, by the lock on its directory) has no use for one.
 */
import type { SqlValue, TableDefinition } from "../table.ts";
import type { Migration } from "./migration.ts";

export type WriteOperation =
  /** The key must be new: a clash is a broken invariant and fails the group. */
  | { readonly kind: "insert"; readonly table: TableDefinition; readonly values: readonly SqlValue[] }
  /** Whole row, new or not. */
  | { readonly kind: "put"; readonly table: TableDefinition; readonly values: readonly SqlValue[] }
  /** Some columns of the row with this key; nothing happens when there is none. */
  | {
      readonly kind: "update";
      readonly table: TableDefinition;
      readonly columns: readonly string[];
      readonly values: readonly SqlValue[];
      readonly key: readonly SqlValue[];
    }
  /** Every row whose first key columns have these values. The whole key names one row. */
  | { readonly kind: "delete"; readonly table: TableDefinition; readonly key: readonly SqlValue[] };

export interface RangeQuery<Row> {
  readonly table: TableDefinition<Row>;
  /** Name of an index; the key when absent. */
  readonly index?: string;
  /** Values of the index's first columns that every row must have. */
  readonly equals: readonly SqlValue[];
  /** Values of the columns that follow: only rows beyond them in the direction of reading. */
  readonly after?: readonly SqlValue[];
  readonly limit: number;
  readonly descending?: boolean;
}

/**
 * Who writes a group, and the number of the group among those it writes. The store notes the number with the group, so
 * that a writer that lost its connection can learn which of its groups were applied.
 */
export interface CommitFence {
  readonly nodeId: string;
  /** Which of the lives of that node: a later one shuts out the earlier. */
  readonly incarnation: number;
  readonly sequence: number;
}

export interface StoreStatistics {
  /** Statements sent to the database for commits, without those that begin and end a transaction. */
  readonly statements: number;
}

export interface Store {
  /** Where the data lives, for people. */
  readonly description: string;
  /** Whether what is committed survives the end of the process. */
  readonly durable: boolean;
  /** How many groups it may be given before the first of them has resolved; 1 when absent. */
  readonly commitsAtOnce?: number;
  /** Resolves what is durable by now, though the event loop has not brought the news yet; absent where there is no such way. */
  readonly hearNow?: () => void;
  /** What commits have cost; absent where a statement is a function call. */
  readonly statistics?: StoreStatistics;
  /**
   * Brings the schema up to date; the migrations applied already are skipped.
   * @param resident the tables that will be loaded shard by shard
   */
  migrate(migrations: readonly Migration[], resident?: readonly TableDefinition[]): Promise<void>;
  /**
   * @throws StaleOwnerError when the fence's node has a later life by now, or none: nothing was applied
   * @throws StoreUnavailableError when the store cannot be reached within its deadline: whether the group was applied is not known
   */
  commit(operations: readonly WriteOperation[], fence?: CommitFence): Promise<void>;
  /** Every row of a table, or those of some shards, in the order of its key. */
  load<Row>(table: TableDefinition<Row>, shards?: readonly number[]): Promise<Row[]>;
  range<Row>(query: RangeQuery<Row>): Promise<Row[]>;
  /** How many rows have these values in the first columns of their key. */
  count<Row>(table: TableDefinition<Row>, equals: readonly SqlValue[]): Promise<number>;
  /** What this column's numbers add up to in the rows that have these values in the first columns of their key. */
  sum<Row>(table: TableDefinition<Row>, equals: readonly SqlValue[], column: string): Promise<number>;
  close(): Promise<void>;
}
