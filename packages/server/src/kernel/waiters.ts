/**
 * Requests that wait for something to happen: long polls. A request parks under a key (a queue's ARN) until it is woken,
 * its deadline passes or its client goes away; then it decides again. An idle long poll costs one alarm and no work.
 * Waiters are woken in the order they came.
 */
import { hostTimer } from "./clock.ts";
import type { Alarm, Clock } from "./clock.ts";

export type WakeReason = "woken" | "expired" | "gone";

interface Waiter {
  readonly shard: number | undefined;
  finish(reason: WakeReason): void;
}

export class Waiters {
  readonly #clock: Clock;
  readonly #clientsInRealTime: boolean;
  readonly #byKey = new Map<string, Set<Waiter>>();
  #ended = false;

  /**
   * @param clientsInRealTime with a virtual clock: whether a wait also ends after as much real time, because the client
   *   that waits sits in real time and would give up
   */
  constructor(clock: Clock, clientsInRealTime: boolean) {
    this.#clock = clock;
    this.#clientsInRealTime = clientsInRealTime && clock.kind === "virtual";
  }

  /** Requests parked under a key. */
  count(key: string): number {
    return this.#byKey.get(key)?.size ?? 0;
  }

  /**
   * @param deadline milliseconds since the epoch
   * @param shard where what is waited for is decided
   */
  park(key: string, deadline: number, signal?: AbortSignal, shard?: number): Promise<WakeReason> {
    if (signal?.aborted === true) return Promise.resolve("gone");
    if (this.#ended) return Promise.resolve("expired");
    return new Promise((resolve) => {
      const waiters = this.#byKey.get(key) ?? new Set();
      this.#byKey.set(key, waiters);
      const alarms: Alarm[] = [];
      const onAbort = (): void => waiter.finish("gone");
      const waiter: Waiter = {
        shard,
        finish: (reason) => {
          if (!waiters.delete(waiter)) return;
          if (waiters.size === 0) this.#byKey.delete(key);
          for (const alarm of alarms) alarm.cancel();
          signal?.removeEventListener("abort", onAbort);
          resolve(reason);
        },
      };
      waiters.add(waiter);
      alarms.push(this.#clock.at(deadline, () => waiter.finish("expired")));
      if (this.#clientsInRealTime) alarms.push(hostTimer(deadline - this.#clock.now(), () => waiter.finish("expired")));
      signal?.addEventListener("abort", onAbort);
    });
  }

  /** Wakes at most `count` waiters of a key. Call it after the commit that gives them something to find. */
  wake(key: string, count = Number.POSITIVE_INFINITY): void {
    let left = count;
    for (const waiter of this.#byKey.get(key) ?? []) {
      if (left <= 0) return;
      left -= 1;
      waiter.finish("woken");
    }
  }

  /** Wakes whoever waits for something in these shards: it is decided elsewhere from now on. */
  wakeShards(shards: ReadonlySet<number>): void {
    for (const waiters of this.#byKey.values())
      for (const waiter of waiters) if (waiter.shard !== undefined && shards.has(waiter.shard)) waiter.finish("woken");
  }

  /** Ends every wait, and every later one at once, as if its deadline had passed: the server is stopping. */
  expireAll(): void {
    this.#ended = true;
    for (const waiters of this.#byKey.values()) for (const waiter of waiters) waiter.finish("expired");
  }
}
