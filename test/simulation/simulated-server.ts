/** A server in a simulated process: when the process dies another starts over the same disk, and the clock goes on. */
import { Kernel } from "../../packages/server/src/kernel/kernel.ts";
import type { Call } from "../../packages/server/src/kernel/call.ts";
import type { SeededRandom } from "../../packages/server/src/kernel/random.ts";
import { MemoryStore } from "../../packages/server/src/kernel/store/memory-store.ts";
import { VirtualClock } from "../../packages/server/src/kernel/virtual-clock.ts";
import { Hops } from "../../packages/server/src/delivery/hops.ts";
import { OperationRegistry } from "../../packages/server/src/delivery/operation-registry.ts";
import { createServices } from "../../packages/server/src/server/services.ts";
import { CrashingStore, ProcessDied } from "./crashing-store.ts";

export const startMs = Date.UTC(2030, 0, 1);

export const call: Call = {
  requestId: "simulation",
  account: "000000000000",
  region: "us-east-1",
  accessKeyId: undefined,
  baseUrl: "http://simulated",
  protocol: "json",
  path: "/",
  sourceAddress: undefined,
  signal: undefined,
  header: () => undefined,
};

interface Process {
  readonly kernel: Kernel;
  readonly registry: OperationRegistry;
  readonly store: CrashingStore;
}

/** An answer, or the news that none will come: what was asked may or may not have happened. */
export type Answer = { readonly known: true; readonly output: unknown } | { readonly known: false };

export type ServerMaker = (random: SeededRandom, crashShare: number) => Simulated;

/** What a simulation asks: one process, or several nodes. */
export interface Simulated {
  readonly crashCount: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Told of every death of a process, with its time. */
  onCrash: (now: number) => void;
  /** How likely it is that a process dies at a moment when it can. */
  crashShare: number;
  /** How long a commit may take, in virtual milliseconds; no time when absent. */
  readonly commitMsMax?: number;
  /** How long a request may wait before it is decided; no time when absent. */
  readonly waitMsMax?: number;
  /** @throws ServiceError when the server refuses */
  ask(service: string, operation: string, input: object): Promise<Answer>;
  advance(seconds: number): Promise<Answer>;
  /** Every process ends now. */
  endProcess(): Promise<void>;
}

export class SimulatedServer implements Simulated {
  crashCount = 0;
  crashShare: number;
  readonly random: SeededRandom;
  /** Told of every crash, with the time of the dead process. */
  onCrash: (now: number) => void = () => undefined;
  readonly #disk = new MemoryStore();
  #process: Process | undefined;
  #now = startMs;

  constructor(random: SeededRandom, crashShare: number) {
    this.random = random;
    this.crashShare = crashShare;
  }

  /** Milliseconds since the epoch. */
  get now(): number {
    return this.#process?.kernel.clock.now() ?? this.#now;
  }

  /**
   * Asks the server; starts it first if it is dead.
   * @throws ServiceError when it refuses
   */
  async ask(service: string, operation: string, input: object): Promise<Answer> {
    const { kernel, registry, store } = await this.#running();
    const found = registry.find(service, operation);
    if (found === undefined) throw new Error(`no operation ${service}:${operation}`);
    const answer = kernel.execute(found, input, call).then((output): Answer => ({ known: true, output }));
    return this.#orDeath(answer, store);
  }

  /** Moves time; when the process dies on the way, time stands where it was. */
  async advance(seconds: number): Promise<Answer> {
    const { kernel, store } = await this.#running();
    const moved = kernel.advanceClock(seconds * 1000).then((): Answer => ({ known: true, output: undefined }));
    return this.#orDeath(moved, store);
  }

  /** The process ends now, with everything in its memory. */
  async endProcess(): Promise<void> {
    this.#bury(await this.#running());
  }

  async #orDeath(answer: Promise<Answer>, store: CrashingStore): Promise<Answer> {
    answer.catch(() => undefined);
    try {
      return await Promise.race([answer, store.death]);
    } catch (error) {
      if (!(error instanceof ProcessDied)) throw error;
      if (this.#process?.store === store) this.#bury(this.#process);
      return { known: false };
    }
  }

  #bury(process: Process): void {
    this.crashCount += 1;
    this.#now = process.kernel.clock.now();
    this.#process = undefined;
    this.onCrash(this.#now);
  }

  async #running(): Promise<Process> {
    while (this.#process === undefined) {
      const store = new CrashingStore({ disk: this.#disk, random: this.random, crashShare: this.crashShare });
      const clock = new VirtualClock(this.#now);
      const onFatal = (error: unknown): void => store.fail(error);
      const kernel = new Kernel({ store, clock, random: this.random, onFatal });
      const registry = new OperationRegistry();
      const hops = new Hops({ kernel, registry });
      const services = createServices(kernel, registry, hops).map(({ service }) => service);
      const process = { kernel, registry, store };
      try {
        await Promise.race([kernel.start([hops, ...services]), store.death]);
        this.#process ??= process;
      } catch (error) {
        if (!(error instanceof ProcessDied)) throw error;
        this.crashCount += 1;
      }
    }
    return this.#process;
  }
}
