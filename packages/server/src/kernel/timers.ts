/**
 * Durable timers: rows that fire once, never early, in the order of their deadlines (ties in the order they were armed).
 *
 * A timer belongs to a `kind`; the kind's handler runs in the same transaction that removes the row, so a timer fires
 * once even when the process dies while it does. Arming an id again replaces the earlier timer.
 */
import type { Alarm, Clock } from "./clock.ts";
import type { Migration } from "./store/migration.ts";
import { defineTable } from "./table.ts";
import type { Transaction } from "./transaction.ts";

export interface TimerRow {
  readonly shard: number;
  /** Unique in the whole installation, such as `<execution ARN> <timer>`. */
  readonly id: string;
  readonly kind: string;
  /** Milliseconds since the epoch. */
  readonly dueAt: number;
  readonly sequence: number;
}

export const timersTable = defineTable<TimerRow>({
  name: "kernel_timers",
  residency: "resident",
  columns: { shard: "integer", id: "text", kind: "text", dueAt: "integer", sequence: "integer" },
  key: ["id"],
  indexes: { due: ["dueAt", "sequence"] },
});

export const timerMigrations: readonly Migration[] = [
  {
    module: "kernel-timers",
    number: 1,
    statements: [
      "CREATE TABLE kernel_timers (shard integer NOT NULL, id text NOT NULL PRIMARY KEY, kind text NOT NULL, dueAt bigint NOT NULL, sequence bigint NOT NULL)",
    ],
  },
];

export type TimerHandler = (tx: Transaction, timer: TimerRow) => void;

/** Timers fired before waiting requests get their turn. */
const firedPerTurnMax = 100;

export class Timers {
  readonly #clock: Clock;
  readonly #transact: (decide: (tx: Transaction) => void) => void;
  readonly #handlers = new Map<string, TimerHandler>();
  #alarm: { readonly at: number; readonly alarm: Alarm } | undefined;
  #sequence = 0;
  #first: () => TimerRow | undefined = () => undefined;

  constructor(clock: Clock, transact: (decide: (tx: Transaction) => void) => void) {
    this.#clock = clock;
    this.#transact = transact;
  }

  handle(kind: string, handler: TimerHandler): void {
    if (this.#handlers.has(kind)) throw new Error(`timer kind ${kind} has a handler`);
    this.#handlers.set(kind, handler);
  }

  arm(tx: Transaction, timer: Omit<TimerRow, "sequence">): void {
    this.#sequence += 1;
    tx.put(timersTable, { ...timer, sequence: this.#sequence });
    this.#watch(tx);
  }

  disarm(tx: Transaction, id: string): void {
    if (tx.get(timersTable, id) !== undefined) tx.delete(timersTable, id);
  }

  /** @param first the timer that is due next; reads the resident table */
  start(first: () => TimerRow | undefined): void {
    this.#first = first;
    this.#rearm();
  }

  /** Takes up timers that have come into the resident table with their shards. */
  adopt(rows: Iterable<TimerRow>): void {
    for (const row of rows) this.#sequence = Math.max(this.#sequence, row.sequence);
    this.#rearm();
  }

  stop(): void {
    this.#alarm?.alarm.cancel();
    this.#alarm = undefined;
    this.#first = () => undefined;
  }

  /** An alarm is only set once the timer is durable: a deadline nobody has promised must not fire. */
  #watch(tx: Transaction): void {
    tx.afterCommit(() => this.#rearm());
  }

  #rearm(): void {
    const next = this.#first();
    if (next === undefined || (this.#alarm !== undefined && this.#alarm.at <= next.dueAt)) return;
    this.#alarm?.alarm.cancel();
    this.#alarm = { at: next.dueAt, alarm: this.#clock.at(next.dueAt, () => this.#fire()) };
  }

  #fire(): void {
    this.#alarm = undefined;
    for (let fired = 0; fired < firedPerTurnMax; fired += 1) {
      const timer = this.#first();
      if (timer === undefined || timer.dueAt > this.#clock.now()) break;
      this.#transact((tx) => {
        tx.delete(timersTable, timer.id);
        const handler = this.#handlers.get(timer.kind);
        if (handler === undefined) throw new Error(`no handler for timers of kind ${timer.kind}`);
        handler(tx, timer);
      });
    }
    this.#rearm();
  }
}
