/**
 * The one source of time. Everything that waits asks a `Clock`; nothing else in the server reads the host's time.
 *
 * Two forms: `RealClock` follows the host and never goes backwards; when the host's time is set back, it goes on at
 * nine tenths of its pace until the host's has caught up. `VirtualClock` (beside this file) stands still until it is
 * advanced and then steps from deadline to deadline.
 */
export interface Clock {
  readonly kind: "real" | "virtual";
  /** Milliseconds since the epoch. Never less than an earlier answer. */
  now(): number;
  /** Milliseconds from some moment on, however the host's time is set meanwhile: what leases are counted by. */
  monotonic(): number;
  /** Calls `callback` once, when so much monotonic time has passed. */
  after(milliseconds: number, callback: () => void): Alarm;
  /** Calls `callback` once, at or after `at` (milliseconds since the epoch), never before. */
  at(at: number, callback: () => void): Alarm;
  /** Calls `callback` after the input that is waiting now has been handled: once per turn of the event loop, no time passes. */
  soon(callback: () => void): void;
}

export interface Alarm {
  cancel(): void;
}

/** Longest delay `setTimeout` takes. */
const timeoutMsMax = 2_147_483_647;

/** The host's timers know nothing of a clock that is set, and stand still while the machine sleeps. */
const lookMsMax = 60_000;

/** Of the host's pace, while the host's time is behind: standing still, whatever waits would wait for as long as that. */
const paceAhead = 0.9;

export class RealClock implements Clock {
  readonly kind = "real";
  #latest = 0;
  /** Of the last time at which the host's was behind: what this clock showed when that was noticed, when that was, what it showed last. */
  #ahead = { shown: 0, since: 0, latest: 0 };

  now(): number {
    const host = Date.now();
    return (this.#latest = host >= this.#latest ? host : this.#nowAhead());
  }

  #nowAhead(): number {
    const monotonic = this.monotonic();
    // It has caught up since, and was set back again.
    if (this.#ahead.latest !== this.#latest)
      this.#ahead = { shown: this.#latest, since: monotonic, latest: this.#latest };
    const { shown, since } = this.#ahead;
    return (this.#ahead.latest = Math.floor(shown + (monotonic - since) * paceAhead));
  }

  monotonic(): number {
    return performance.now();
  }

  after(milliseconds: number, callback: () => void): Alarm {
    return hostTimer(milliseconds, callback);
  }

  at(at: number, callback: () => void): Alarm {
    let handle: NodeJS.Timeout | undefined;
    const arm = (): void => {
      const delay = Math.min(Math.max(at - this.now(), 0), lookMsMax);
      // A timer of the host may fire up to a millisecond early, too.
      handle = setTimeout(() => (this.now() < at ? arm() : callback()), delay);
    };
    arm();
    return { cancel: () => clearTimeout(handle) };
  }

  soon(callback: () => void): void {
    setImmediate(callback);
  }
}

/** A monotonic stopwatch for durations that are only reported, in milliseconds. Decisions never depend on it. */
export function stopwatch(): () => number {
  const start = performance.now();
  return () => performance.now() - start;
}

/** The host's time, which may go backwards: what is compared with the time of other machines, milliseconds since the epoch. */
export function hostNow(): number {
  return Date.now();
}

let shownDate = { second: 0, text: "" };

/** The host's time as HTTP's `Date` header has it: clients compare it with their own, whatever the server's clock says. */
export function hostDate(): string {
  const second = Math.floor(Date.now() / 1000);
  if (shownDate.second !== second) shownDate = { second, text: new Date(second * 1000).toUTCString() };
  return shownDate.text;
}

/** Ends the wait of a client that sits in real time while the server's clock is virtual. */
export function hostTimer(delayMs: number, callback: () => void): Alarm {
  const handle = setTimeout(callback, Math.min(delayMs, timeoutMsMax));
  return { cancel: () => clearTimeout(handle) };
}
