/**
 * A server of several simulated nodes over one disk and one clock: requests go to whoever decides them, what one node's
 * resource does to another's goes through a carrier that loses, delays and repeats. A node dies at any moment, with or
 * without the commit that is under way; its shards go to one or two new ones.
 */
import type { Fate } from "../../packages/server/src/delivery/testing/hop-network.ts";
import { HopNetwork } from "../../packages/server/src/delivery/testing/hop-network.ts";
import type { HopNode } from "../../packages/server/src/delivery/testing/hop-network.ts";
import type { SeededRandom } from "../../packages/server/src/kernel/random.ts";
import { ShardMap } from "../../packages/server/src/kernel/shards.ts";
import { turn } from "../../packages/server/src/kernel/testing/fixtures.ts";
import { createServices } from "../../packages/server/src/server/services.ts";
import { call, startMs } from "./simulated-server.ts";
import type { Answer, Simulated } from "./simulated-server.ts";

const shardCount = 9;
/** Turns of the event loop, within which a node dies that is to die during a command. */
const dyingTurnsMax = 12;

export class SimulatedNodes implements Simulated {
  crashCount = 0;
  crashShare: number;
  onCrash: (now: number) => void = () => undefined;
  readonly #random: SeededRandom;
  readonly #net: HopNetwork;
  readonly #shards = new ShardMap(shardCount);
  #nodes = 0;
  /** Shards that a new node is loading. */
  readonly #starting = new Set<number>();

  constructor(random: SeededRandom, crashShare: number) {
    this.#random = random;
    this.crashShare = crashShare;
    this.#net = new HopNetwork({
      random,
      shardCount,
      startMs,
      services: ({ kernel, registry, hops }) => createServices(kernel, registry, hops).map(({ service }) => service),
    });
    this.#net.fate = () => this.#fate();
  }

  get now(): number {
    return this.#net.clock.now();
  }

  /** Hops that were carried, repetitions included. */
  get carried(): number {
    return this.#net.carried;
  }

  async ask(service: string, operation: string, input: object): Promise<Answer> {
    await this.#startMissing();
    const node = this.#nodeFor(service, operation, input);
    // It has died in the meantime.
    if (node === undefined) return { known: false };
    const found = node.registry.find(service, operation);
    if (found === undefined) throw new Error(`no operation ${service}:${operation}`);
    this.#maybeKill(node.name);
    const answer = node.kernel.execute(found, input, call).then((output): Answer => ({ known: true, output }));
    answer.catch(() => undefined);
    return Promise.race([node.death.promise.then((): Answer => ({ known: false })), answer]);
  }

  async advance(seconds: number): Promise<Answer> {
    await this.#startMissing();
    this.#maybeKill(this.#anyNode()?.name);
    await this.#net.advance(seconds * 1_000);
    // What was no death of ours.
    for (const { errors } of this.#net.nodes.values()) if (errors.length > 0) throw errors[0];
    return { known: true, output: undefined };
  }

  async endProcess(): Promise<void> {
    for (const name of this.#net.nodes.keys()) this.#kill(name);
  }

  #fate(): Fate {
    if (this.crashShare === 0) return { delayMs: 0 };
    const random = this.#random;
    return {
      delayMs: random.below(3) > 0 ? 0 : random.below(1_500),
      isLost: random.below(8) === 0,
      ...(random.below(8) === 0 && { againAfterMs: random.below(20_000) }),
    };
  }

  #nodeFor(service: string, operation: string, input: object): HopNode | undefined {
    const any = this.#anyNode();
    const target = any?.registry.find(service, operation)?.target?.(input, call);
    return target === undefined ? any : this.#net.ownerOf(this.#shards.of(target));
  }

  #anyNode(): HopNode | undefined {
    const nodes = [...this.#net.nodes.values()];
    return nodes[this.#random.below(nodes.length)];
  }

  #maybeKill(name: string | undefined): void {
    if (name !== undefined && this.#random.random() < this.crashShare) void this.#killSoon(name);
  }

  async #killSoon(name: string): Promise<void> {
    for (let turns = this.#random.below(dyingTurnsMax); turns > 0; turns -= 1) await turn();
    this.#kill(name);
  }

  #kill(name: string): void {
    if (!this.#net.nodes.has(name)) return;
    this.crashCount += 1;
    this.onCrash(this.now);
    this.#net.kill(name, this.#random.below(2) === 0);
  }

  /** Gives the shards nobody has to one or two new nodes, until somebody has each. */
  async #startMissing(): Promise<void> {
    for (;;) {
      const missing = Array.from({ length: shardCount }, (_, shard) => shard).filter(
        (shard) => this.#net.ownerOf(shard) === undefined,
      );
      if (missing.length === 0) return;
      const free = missing.filter((shard) => !this.#starting.has(shard));
      for (const shard of free) this.#starting.add(shard);
      const isFirst = new Set(free.filter(() => this.#random.below(2) === 0));
      for (const shards of [free.filter((shard) => isFirst.has(shard)), free.filter((shard) => !isFirst.has(shard))]) {
        if (shards.length === 0) continue;
        this.#nodes += 1;
        await this.#net.start(`node-${this.#nodes}`, shards);
        for (const shard of shards) this.#starting.delete(shard);
      }
      // Somebody else may be starting the rest.
      if (free.length === 0) await turn();
    }
  }
}
