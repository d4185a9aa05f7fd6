/**
 * Time that only moves when told to. `advanceTo` steps from deadline to deadline, ties in the order they were set, and
 * lets the server come to rest between two steps, so that whatever a deadline causes may set an earlier deadline than
 * the next one and is never jumped past.
 */
import type { Alarm, Clock } from "./clock.ts";
import { SortedList } from "./sorted-list.ts";

interface Deadline {
  readonly at: number;
  readonly sequence: number;
  readonly callback: () => void;
}

export class VirtualClock implements Clock {
  readonly kind = "virtual";
  readonly #deadlines = new SortedList<Deadline>((left, right) => left.at - right.at || left.sequence - right.sequence);
  #now: number;
  #sequence = 0;
  #advancing: Promise<void> = Promise.resolve();

  /** @param startMs milliseconds since the epoch */
  constructor(startMs: number) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): Alarm {
    return this.at(this.#now + milliseconds, callback);
  }

  at(at: number, callback: () => void): Alarm {
    this.#sequence += 1;
    const deadline: Deadline = { at: Math.max(at, this.#now), sequence: this.#sequence, callback };
    this.#deadlines.add(deadline);
    return { cancel: () => void this.#deadlines.remove(deadline) };
  }

  soon(callback: () => void): void {
    setImmediate(callback);
  }

  /** When the next deadline is due, if there is one. */
  nextDeadline(): number | undefined {
    return this.#deadlines.first()?.at;
  }

  /**
   * Moves time forward to `target`, firing every deadline on the way in order.
   * @param settle resolves when nothing the last step caused is still under way
   */
  advanceTo(target: number, settle: () => Promise<void>): Promise<void> {
    const run = this.#advancing.then(() => this.#run(target, settle));
    this.#advancing = run.catch(() => undefined);
    return run;
  }

  /** Sets the clock forward without firing anything; only for a start from stored state. */
  startAt(now: number): void {
    this.#now = Math.max(this.#now, now);
  }

  async #run(target: number, settle: () => Promise<void>): Promise<void> {
    for (;;) {
      await settle();
      const next = this.#deadlines.first();
      if (next === undefined || next.at > target) break;
      this.#deadlines.remove(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = Math.max(this.#now, target);
  }
}
