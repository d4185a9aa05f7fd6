/**
 * What stands between a simulated process and the world: its time, and whether it runs at all. While it is paused nothing
 * of it goes on, whatever has become due for it meanwhile; when it wakes, all of that comes at once. A dead one never
 * goes on.
 */
import type { Alarm, Clock } from "../../packages/server/src/kernel/clock.ts";
import { turn } from "../../packages/server/src/kernel/testing/fixtures.ts";
import type { VirtualClock } from "../../packages/server/src/kernel/virtual-clock.ts";

export class ProcessGate implements Clock {
  readonly kind = "virtual";
  readonly death = Promise.withResolvers<void>();
  readonly #clock: VirtualClock;
  /** Alarms that have gone off meanwhile, and what has come from outside. */
  readonly #alarms: (() => void)[] = [];
  readonly #input: (() => void)[] = [];
  #state: "awake" | "paused" | "dead" = "awake";

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  get isAwake(): boolean {
    return this.#state === "awake";
  }

  get isDead(): boolean {
    return this.#state === "dead";
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  after(milliseconds: number, callback: () => void): Alarm {
    return this.at(this.#clock.now() + milliseconds, callback);
  }

  at(at: number, callback: () => void): Alarm {
    let isCancelled = false;
    const fire = (): void => void (isCancelled || callback());
    const alarm = this.#clock.at(at, () => this.#run(fire, this.#alarms));
    return {
      cancel: () => {
        isCancelled = true;
        alarm.cancel();
      },
    };
  }

  soon(callback: () => void): void {
    this.#clock.soon(() => this.#run(callback, this.#input));
  }

  /** Resolves when the process runs: at once, when it wakes, or never. */
  open(): Promise<void> {
    return new Promise((resolve) => this.#run(resolve, this.#input));
  }

  pause(): void {
    if (this.#state === "awake") this.#state = "paused";
  }

  /** @param turns of the event loop in which it answers what has come before it looks at the time */
  async resume(turns: number): Promise<void> {
    if (this.#state !== "paused") return;
    this.#state = "awake";
    for (const action of this.#input.splice(0)) this.#run(action, this.#input);
    for (let left = turns; left > 0; left -= 1) await turn();
    for (const action of this.#alarms.splice(0)) this.#run(action, this.#alarms);
  }

  kill(): void {
    this.#state = "dead";
    this.#input.length = 0;
    this.#alarms.length = 0;
    this.death.resolve();
  }

  #run(action: () => void, waiting: (() => void)[]): void {
    if (this.#state === "awake") action();
    else if (this.#state === "paused") waiting.push(action);
  }
}
