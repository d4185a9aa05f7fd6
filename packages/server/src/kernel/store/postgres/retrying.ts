/** Trying again until a deadline, at growing distances. */
import { hostTimer, stopwatch } from "../../clock.ts";

const pauseMsFirst = 20;
const pauseMsMax = 1_000;

/** Counts down by the host's clock: the server's may be virtual, the database's connections are not. */
export class Attempts {
  readonly #elapsed = stopwatch();
  readonly #msMax: number;
  #pauseMs = pauseMsFirst;

  constructor(msMax: number) {
    this.#msMax = msMax;
  }

  get isOver(): boolean {
    return this.#elapsed() >= this.#msMax;
  }

  /** Waits before the next attempt, longer each time, and not beyond the deadline or `ended`. */
  async pause(ended: AbortSignal): Promise<void> {
    const delay = Math.max(0, Math.min(this.#pauseMs, this.#msMax - this.#elapsed()));
    this.#pauseMs = Math.min(this.#pauseMs * 2, pauseMsMax);
    await new Promise<void>((resolve) => {
      const alarm = hostTimer(delay, () => {
        ended.removeEventListener("abort", stop);
        resolve();
      });
      const stop = (): void => {
        alarm.cancel();
        resolve();
      };
      if (ended.aborted) stop();
      else ended.addEventListener("abort", stop, { once: true });
    });
  }
}
