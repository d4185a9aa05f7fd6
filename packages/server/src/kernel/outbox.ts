/**
 * Effects on the outside are rows first: written with the decision that causes them, tried after that decision is
 * durable, at least once, and tried again on their own schedule until they succeed or are given up. A row that was
 * being tried when the process died is tried again at the next start.
 */
import type { Alarm, Clock } from "./clock.ts";
import type { Migration } from "./store/migration.ts";
import { defineTable } from "./table.ts";
import type { Transaction } from "./transaction.ts";

export interface OutboxRow {
  readonly shard: number;
  readonly id: string;
  readonly kind: string;
  readonly payload: unknown;
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly nextAttemptAt: number;
  readonly createdAt: number;
}

export const outboxTable = defineTable<OutboxRow>({
  name: "kernel_outbox",
  residency: "resident",
  columns: {
    shard: "integer",
    id: "text",
    kind: "text",
    payload: "json",
    attempts: "integer",
    nextAttemptAt: "integer",
    createdAt: "integer",
  },
  key: ["id"],
  indexes: { next: ["nextAttemptAt"] },
});

export const outboxMigrations: readonly Migration[] = [
  {
    module: "kernel-outbox",
    number: 1,
    statements: [
      "CREATE TABLE kernel_outbox (shard integer NOT NULL, id text NOT NULL PRIMARY KEY, kind text NOT NULL, payload text, attempts integer NOT NULL, nextAttemptAt bigint NOT NULL, createdAt bigint NOT NULL)",
    ],
  },
];

export interface OutboxHandler {
  /** One try. What it throws counts as a failed try. */
  attempt(row: OutboxRow): Promise<unknown>;
  /** The try succeeded; runs in the transaction that removes the row. */
  succeeded(tx: Transaction, row: OutboxRow, result: unknown): void;
  /** When to try again (milliseconds since the epoch), or undefined to give up. `row.attempts` counts this try. */
  retryAt(row: OutboxRow, error: unknown, now: number): number | undefined;
  /** The effect was given up; runs in the transaction that removes the row. */
  gaveUp(tx: Transaction, row: OutboxRow, error: unknown): void;
}

/** Tries under way at once. */
const attemptsConcurrentMax = 64;

export class Outbox {
  readonly #clock: Clock;
  readonly #transact: (decide: (tx: Transaction) => void) => void;
  readonly #handlers = new Map<string, OutboxHandler>();
  readonly #running = new Set<string>();
  /** In memory, but not on disk yet. */
  readonly #uncommitted = new Set<string>();
  #due: () => Iterable<OutboxRow> = () => [];
  #alarm: Alarm | undefined;
  #stopped = false;

  constructor(clock: Clock, transact: (decide: (tx: Transaction) => void) => void) {
    this.#clock = clock;
    this.#transact = transact;
  }

  get runningCount(): number {
    return this.#running.size;
  }

  handle(kind: string, handler: OutboxHandler): void {
    if (this.#handlers.has(kind)) throw new Error(`outbox kind ${kind} has a handler`);
    this.#handlers.set(kind, handler);
  }

  enqueue(tx: Transaction, effect: Pick<OutboxRow, "shard" | "id" | "kind" | "payload">): void {
    tx.insert(outboxTable, { ...effect, attempts: 0, nextAttemptAt: tx.now, createdAt: tx.now });
    this.#uncommitted.add(effect.id);
    tx.onUndo(() => this.#uncommitted.delete(effect.id));
    tx.afterCommit(() => {
      this.#uncommitted.delete(effect.id);
      this.#run();
    });
  }

  /** @param inOrder the rows by the time of their next try */
  start(inOrder: () => Iterable<OutboxRow>): void {
    this.#due = inOrder;
    this.#run();
  }

  /** Takes up rows that have come into the resident table with their shards. */
  adopt(): void {
    this.#run();
  }

  /** Begins no try any more, and drops what comes of those under way: after the next start they are made again. */
  stop(): void {
    this.#stopped = true;
    this.#alarm?.cancel();
  }

  #run(): void {
    this.#alarm?.cancel();
    this.#alarm = undefined;
    if (this.#stopped) return;
    const ready: OutboxRow[] = [];
    for (const row of this.#due()) {
      if (this.#running.size + ready.length >= attemptsConcurrentMax) break;
      if (this.#running.has(row.id) || this.#uncommitted.has(row.id)) continue;
      if (row.nextAttemptAt > this.#clock.now()) {
        this.#alarm = this.#clock.at(row.nextAttemptAt, () => this.#run());
        break;
      }
      ready.push(row);
    }
    for (const row of ready) void this.#attempt(row);
  }

  async #attempt(row: OutboxRow): Promise<void> {
    this.#running.add(row.id);
    const handler = this.#handlers.get(row.kind);
    const outcome = await tryOnce(handler, row);
    this.#running.delete(row.id);
    if (this.#stopped) return;
    this.#transact((tx) => {
      if (handler === undefined) throw new Error(`no handler for effects of kind ${row.kind}`);
      if (tx.get(outboxTable, row.id) === undefined) return;
      const tried = { ...row, attempts: row.attempts + 1 };
      const retryAt = outcome.ok ? undefined : handler.retryAt(tried, outcome.error, tx.now);
      if (retryAt !== undefined) tx.update(outboxTable, [row.id], { attempts: tried.attempts, nextAttemptAt: retryAt });
      else {
        tx.delete(outboxTable, row.id);
        if (outcome.ok) handler.succeeded(tx, tried, outcome.result);
        else handler.gaveUp(tx, tried, outcome.error);
      }
    });
    this.#run();
  }
}

type Outcome = { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: unknown };

async function tryOnce(handler: OutboxHandler | undefined, row: OutboxRow): Promise<Outcome> {
  try {
    return { ok: true, result: await handler?.attempt(row) };
  } catch (error) {
    return { ok: false, error };
  }
}
