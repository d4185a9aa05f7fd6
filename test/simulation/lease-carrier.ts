/** The way of hops between simulated nodes: to whom the sender takes for the owner, lost, late and repeated. */
import type { CarriedHop, HopAnswer, HopCarrier } from "../../packages/server/src/delivery/hop-carrier.ts";
import type { SeededRandom } from "../../packages/server/src/kernel/random.ts";
import type { VirtualClock } from "../../packages/server/src/kernel/virtual-clock.ts";
import type { LeaseProcess, Life } from "./lease-process.ts";

export interface LeaseCarrierOptions {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  /** Whether anything may be lost, late or repeated. */
  readonly isRough: () => boolean;
  readonly at: (address: string) => LeaseProcess | undefined;
}

/** A sender has its answer by then, or none. */
const deadlineMs = 2_000;
const delayMsMax = 1_500;
const againMsMax = 20_000;

export class LeaseCarrier {
  /** Hops carried, repetitions included. */
  carried = 0;
  readonly #options: LeaseCarrierOptions;

  constructor(options: LeaseCarrierOptions) {
    this.#options = options;
  }

  /** What one process carries its hops with. @param life the one that goes on there */
  of(life: () => Life | undefined): HopCarrier {
    return {
      carry: async (shard, hops) => {
        const node = life()?.node;
        const owner = node?.ownerOf(shard);
        try {
          if (owner === undefined || owner.id === node?.member.nodeId) throw new Error(`nobody owns shard ${shard}`);
          return await this.#carry(owner.address, JSON.stringify(hops));
        } catch (error) {
          void node?.look();
          throw error;
        }
      },
    };
  }

  #carry(address: string, text: string): Promise<readonly HopAnswer[]> {
    const { random, isRough } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<readonly HopAnswer[]>();
    this.#after(deadlineMs, () => reject(new Error("no answer in time")));
    const arrive = (): void => void this.#arrive(address, text).then(resolve, reject);
    if (!this.#isLost()) this.#after(this.#delayMs(), arrive);
    if (isRough() && random.below(8) === 0) this.#after(random.below(againMsMax), arrive);
    return promise;
  }

  async #arrive(address: string, text: string): Promise<readonly HopAnswer[]> {
    const process = this.#options.at(address);
    if (process === undefined) throw new Error(`nobody is at ${address}`);
    await process.gate.open();
    if (process.life === undefined) throw new Error(`${address} has not joined`);
    const hops = JSON.parse(text) as readonly CarriedHop[];
    this.carried += hops.length;
    const answers = JSON.stringify(await process.life.hops.receive(hops));
    await process.gate.open();
    const isLost = this.#isLost();
    return new Promise((resolve) => {
      if (!isLost) this.#after(this.#delayMs(), () => resolve(JSON.parse(answers) as readonly HopAnswer[]));
    });
  }

  #isLost(): boolean {
    const { random, isRough } = this.#options;
    return isRough() && random.below(8) === 0;
  }

  #delayMs(): number {
    const { random, isRough } = this.#options;
    return isRough() && random.below(3) === 0 ? random.below(delayMsMax) : 0;
  }

  /** What takes no time happens in the midst of everything else. */
  #after(milliseconds: number, action: () => void): void {
    const { clock } = this.#options;
    if (milliseconds === 0) clock.soon(action);
    else clock.at(clock.now() + milliseconds, action);
  }
}
