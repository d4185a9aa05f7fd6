/**
 * One process of a node, and its lives: it joins, serves, and joins again when it has lost its lease, as
 * `server/nodes/node-server.ts` has it. All it does goes through its gate; what it asks of the store is on its way for a
 * while, and arrives, or not, whatever has become of the process meanwhile.
 */
import { Hops } from "../../packages/server/src/delivery/hops.ts";
import type { HopCarrier } from "../../packages/server/src/delivery/hop-carrier.ts";
import { OperationRegistry } from "../../packages/server/src/delivery/operation-registry.ts";
import { Kernel } from "../../packages/server/src/kernel/kernel.ts";
import type { Leases, NodeView } from "../../packages/server/src/kernel/nodes/leases.ts";
import { Node } from "../../packages/server/src/kernel/nodes/node.ts";
import type { SeededRandom } from "../../packages/server/src/kernel/random.ts";
import { StoreUnavailableError } from "../../packages/server/src/kernel/store/store-errors.ts";
import type { CommitFence, Store, WriteOperation } from "../../packages/server/src/kernel/store/store.ts";
import { turn } from "../../packages/server/src/kernel/testing/fixtures.ts";
import type { VirtualClock } from "../../packages/server/src/kernel/virtual-clock.ts";
import { createServices } from "../../packages/server/src/server/services.ts";
import { ProcessGate } from "./process-gate.ts";
import type { SharedStore } from "./shared-store.ts";

export const leaseMs = 5_000;
/** When the store has not answered by then, it is not reached. */
export const storeDeadlineMs = 2_000;
const joinPauseMs = 500;
const lateMsMax = 3 * leaseMs;
const commitTurnsMax = 4;

/** What becomes of one thing that is asked of the store. */
export interface StoreFate {
  readonly delayMs: number;
  /** It never arrives, or its answer does not. */
  readonly lost?: "request" | "answer";
}

export interface Life {
  readonly node: Node;
  readonly kernel: Kernel;
  readonly registry: OperationRegistry;
  readonly hops: Hops;
}

export interface ProcessOptions {
  readonly id: string;
  readonly address: string;
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly shared: SharedStore;
  readonly carrier: (life: () => Life | undefined) => HopCarrier;
  readonly poke: (nodes: readonly NodeView[]) => void;
  readonly fate: (asked: "commit" | "lease") => StoreFate;
  /** Memory is lost with this lease; what was not written is. */
  readonly onLost: () => void;
  readonly onFault: (error: unknown) => void;
}

export class LeaseProcess {
  readonly gate: ProcessGate;
  readonly address: string;
  /** Until then the store is not reached. */
  cutUntil = 0;
  lives = 0;
  life: Life | undefined;
  readonly #options: ProcessOptions;
  readonly #store: Store;
  readonly #leases: Leases;
  #reaches = false;
  #isLeaving = false;

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.address = options.address;
    this.gate = new ProcessGate(options.clock);
    this.#store = this.#storeView();
    this.#leases = this.#leasesView();
    this.#live().catch((error: unknown) => options.onFault(error));
  }

  get id(): string {
    return this.#options.id;
  }

  /** Runs, reaches the store, and means to stay. */
  get isHealthy(): boolean {
    return this.gate.isAwake && !this.#isLeaving && this.cutUntil <= this.gate.now();
  }

  /** @param reaches whether what is on its way to the store arrives nevertheless */
  kill(reaches: boolean): void {
    this.#reaches = reaches;
    this.gate.kill();
  }

  /** Hands over, and ends. */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    await this.life?.node.leave().catch((error: unknown) => {
      // It was cut off meanwhile: its lease ends by itself.
      if (!(error instanceof Error)) throw error;
    });
    this.kill(true);
  }

  async #live(): Promise<void> {
    while (!this.#isLeaving) {
      try {
        const lost = await this.#join();
        await lost;
        this.life?.node.abandon();
        this.life = undefined;
        this.#options.onLost();
      } catch (error) {
        if (!(error instanceof Error) || error.name === "AssertionError") throw error;
        await new Promise<void>((resolve) => void this.gate.after(joinPauseMs, resolve));
      }
    }
  }

  async #join(): Promise<Promise<unknown>> {
    const { id, address, random, carrier, poke, onFault } = this.#options;
    const description = { id, address, version: "1" };
    const node = await Node.join({
      description,
      leases: this.#leases,
      leaseMs,
      clock: this.gate,
      log: () => undefined,
      poke: async (nodes) => poke(nodes),
    });
    const lost = Promise.withResolvers<unknown>();
    const kernel = new Kernel({
      store: this.#store,
      clock: this.gate,
      random,
      lease: node.lease,
      onFatal: onFault,
      onLeaseLost: lost.resolve,
    });
    const registry = new OperationRegistry();
    const hops = new Hops({ kernel, registry });
    const life = { node, kernel, registry, hops };
    hops.connect(carrier(() => this.life));
    await kernel.start([hops, ...createServices(kernel, registry, hops).map(({ service }) => service)]);
    this.lives += 1;
    this.life = life;
    node.serve(kernel);
    return lost.promise;
  }

  #wait(milliseconds: number): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => void clock.at(clock.now() + milliseconds, resolve));
  }

  /** Asks the store. What is on its way goes on without the process; its answer waits until the process runs. */
  async #reach<Result>(asked: "commit" | "lease", request: () => Promise<Result>): Promise<Result> {
    const { fate, random } = this.#options;
    await this.gate.open();
    const isCut = this.cutUntil > this.gate.now();
    const { delayMs, lost } = isCut ? { delayMs: 0, lost: "request" as const } : fate(asked);
    if (asked === "commit") for (let turns = random.below(commitTurnsMax); turns >= 0; turns -= 1) await turn();
    if (delayMs > 0) await this.#wait(delayMs);
    // What a process has sent that does not run any more may come very late.
    if (asked === "commit" && !this.gate.isAwake) await this.#wait(random.below(lateMsMax));
    if (this.gate.isDead && !this.#reaches) return new Promise(() => undefined);
    if (lost === "request") return this.#unavailable();
    const outcome = await request().then(
      (result) => () => result,
      (error: unknown) => () => {
        throw error;
      },
    );
    if (lost === "answer") return this.#unavailable();
    await this.gate.open();
    return outcome();
  }

  async #unavailable(): Promise<never> {
    await this.#wait(storeDeadlineMs);
    await this.gate.open();
    throw new StoreUnavailableError("the store did not answer in time");
  }

  #storeView(): Store {
    const { shared } = this.#options;
    const read = async <Result>(request: () => Promise<Result>): Promise<Result> => {
      await this.gate.open();
      const result = await request();
      await this.gate.open();
      return result;
    };
    return {
      description: "a store that several nodes share",
      durable: true,
      migrate: (migrations) => shared.disk.migrate(migrations),
      commit: (operations: readonly WriteOperation[], fence?: CommitFence) =>
        this.#reach("commit", () => shared.commit(operations, fence)),
      load: (table, shards) => read(() => shared.disk.load(table, shards)),
      range: (query) => read(() => shared.disk.range(query)),
      count: (table, equals) => read(() => shared.disk.count(table, equals)),
      sum: (table, equals, column) => read(() => shared.disk.sum(table, equals, column)),
      close: async () => undefined,
    };
  }

  #leasesView(): Leases {
    const { watched } = this.#options.shared;
    return {
      install: (wanted) => this.#reach("lease", () => watched.install(wanted)),
      register: (node, ms) => this.#reach("lease", () => watched.register(node, ms)),
      renew: (member, ms) => this.#reach("lease", () => watched.renew(member, ms)),
      view: () => this.#reach("lease", () => watched.view()),
      take: (member, shards) => this.#reach("lease", () => watched.take(member, shards)),
      give: (member, shards) => this.#reach("lease", () => watched.give(member, shards)),
      removeExpired: () => this.#reach("lease", () => watched.removeExpired()),
      unregister: (member) => this.#reach("lease", () => watched.unregister(member)),
      close: async () => undefined,
    };
  }
}
