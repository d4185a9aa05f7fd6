/**
 * Several nodes in one process: kernels over one memory store and one virtual clock, each with the shards it is given,
 * joined by a carrier that can lose, delay and repeat. A node that is killed takes its memory with it and can commit no
 * more; another is started in its place, or its shards are given to others.
 */
import { Kernel } from "../../kernel/kernel.ts";
import type { Module } from "../../kernel/kernel.ts";
import { metaTable } from "../../kernel/meta.ts";
import type { SeededRandom } from "../../kernel/random.ts";
import { MemoryStore } from "../../kernel/store/memory-store.ts";
import { StaleOwnerError } from "../../kernel/store/store-errors.ts";
import type { Store, WriteOperation } from "../../kernel/store/store.ts";
import type { TableDefinition } from "../../kernel/table.ts";
import { turn } from "../../kernel/testing/fixtures.ts";
import { VirtualClock } from "../../kernel/virtual-clock.ts";
import type { CarriedHop, HopAnswer, HopCarrier } from "../hop-carrier.ts";
import { Hops } from "../hops.ts";
import { OperationRegistry } from "../operation-registry.ts";

/** Makes the services of one node; they are registered before its kernel starts. */
export type ServiceMaker = (node: Pick<HopNode, "kernel" | "hops" | "registry">) => readonly Module[];

/** What becomes of one message of the carrier. */
export interface Fate {
  /** Virtual milliseconds until it arrives, or until its sender gives up when it is lost. */
  readonly delayMs: number;
  readonly isLost?: boolean;
  /** It arrives once more, so many milliseconds later. */
  readonly againAfterMs?: number;
}

export interface NetworkOptions {
  readonly random: SeededRandom;
  readonly shardCount: number;
  readonly services: ServiceMaker;
  readonly startMs?: number;
}

/** A request or an answer is given up after this long. */
const deadlineMs = 2_000;
const commitTurnsMax = 4;

export class HopNode {
  readonly name: string;
  readonly shards: ReadonlySet<number>;
  readonly kernel: Kernel;
  readonly registry = new OperationRegistry();
  readonly hops: Hops;
  readonly modules: readonly Module[];
  readonly errors: unknown[] = [];
  isAlive = true;
  readonly death = Promise.withResolvers<void>();
  /** Commits wait for this. */
  held: Promise<void> | undefined;
  /** What is on its way to the disk. */
  underWay: readonly WriteOperation[] | undefined;

  constructor(name: string, shards: ReadonlySet<number>, network: HopNetwork) {
    this.name = name;
    this.shards = shards;
    this.kernel = new Kernel({
      store: new NodeStore(network, this),
      clock: network.clock,
      random: network.random,
      shardCount: network.shardCount,
      ownership: { owns: (shard) => shards.has(shard) },
      // A node that was killed is told so at its next commit; anything else is a fault.
      onFatal: (error) => void (this.isAlive && this.errors.push(error)),
    });
    this.hops = new Hops({
      kernel: this.kernel,
      registry: this.registry,
      onError: (error) => this.errors.push(error),
    });
    this.hops.connect(network.carrier);
    this.modules = network.services(this);
  }
}

export class HopNetwork {
  readonly disk = new MemoryStore();
  readonly random: SeededRandom;
  readonly clock: VirtualClock;
  readonly shardCount: number;
  readonly services: ServiceMaker;
  readonly nodes = new Map<string, HopNode>();
  /** Hops carried, repetitions included. */
  carried = 0;
  /** Asked for every message, requests and answers. Everything arrives at once when this is not set. */
  fate: (message: "request" | "answer") => Fate = () => ({ delayMs: 0 });
  readonly carrier: HopCarrier;

  constructor({ random, shardCount, services, startMs = 1_700_000_000_000 }: NetworkOptions) {
    this.random = random;
    this.shardCount = shardCount;
    this.services = services;
    this.clock = new VirtualClock(startMs);
    this.carrier = { carry: (shard, hops) => this.#carry(shard, hops) };
  }

  async start(name: string, shards: readonly number[]): Promise<HopNode> {
    const node = new HopNode(name, new Set(shards), this);
    await node.kernel.start([node.hops, ...node.modules]);
    // Nobody finds it before it has loaded what it is to decide for.
    this.nodes.set(name, node);
    for (const other of this.nodes.values()) if (other.isAlive) other.hops.ownersChanged();
    return node;
  }

  /** The process ends now. @param reaches whether a commit under way is on disk nevertheless */
  kill(name: string, reaches = false): void {
    const node = this.nodes.get(name);
    if (node === undefined) throw new Error(`no node ${name}`);
    node.isAlive = false;
    node.death.resolve();
    // Now or never: whoever takes over must not find the disk changing behind its back.
    if (reaches && node.underWay !== undefined) void this.disk.commit(node.underWay);
    node.kernel.timers.stop();
    node.kernel.outbox.stop();
    for (const module of [node.hops, ...node.modules]) module.stop?.();
    node.kernel.waiters.expireAll();
    this.nodes.delete(name);
  }

  ownerOf(shard: number): HopNode | undefined {
    for (const node of this.nodes.values()) if (node.isAlive && node.shards.has(shard)) return node;
    return undefined;
  }

  /** The node that decides for a resource. */
  nodeOf(arn: string): HopNode {
    for (const node of this.nodes.values()) if (node.shards.has(node.kernel.shards.of(arn))) return node;
    throw new Error(`nobody owns ${arn}`);
  }

  /** Moves time for everybody; what is due on the way happens. */
  async advance(milliseconds: number): Promise<void> {
    await this.clock.advanceTo(this.clock.now() + milliseconds, () => this.#settle());
  }

  async stop(): Promise<void> {
    for (const { kernel } of this.nodes.values()) await kernel.stop();
  }

  async #settle(): Promise<void> {
    // What one node does may set off another; a few rounds of all of them bring the network to rest.
    for (let round = 0; round < 3; round += 1)
      for (const { kernel, death } of this.nodes.values())
        await Promise.race([death.promise, kernel.settle().catch(() => undefined)]);
  }

  async #carry(shard: number, hops: readonly CarriedHop[]): Promise<readonly HopAnswer[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly HopAnswer[]>();
    const deadline = this.clock.at(this.clock.now() + deadlineMs, () => reject(new Error("no answer in time")));
    // Between processes there is only text.
    const text = JSON.stringify(hops);
    const request = this.fate("request");
    const arrive = (): void => void this.#arrive(shard, text).then(resolve, reject);
    if (request.isLost !== true) this.#after(request.delayMs, arrive);
    if (request.againAfterMs !== undefined) this.#after(request.againAfterMs, arrive);
    return promise.finally(() => deadline.cancel());
  }

  async #arrive(shard: number, text: string): Promise<readonly HopAnswer[]> {
    const node = this.ownerOf(shard);
    if (node === undefined) throw new Error(`shard ${shard} has no owner`);
    const hops = JSON.parse(text) as readonly CarriedHop[];
    this.carried += hops.length;
    const answers = JSON.stringify(await node.hops.receive(hops));
    const answer = this.fate("answer");
    // An answer that is lost never comes: the deadline ends the wait.
    return new Promise((resolve) => {
      if (answer.isLost === true) return;
      this.#after(answer.delayMs, () => resolve(JSON.parse(answers) as readonly HopAnswer[]));
    });
  }

  /** What takes no time happens in the midst of everything else; what takes time, when all has come to rest. */
  #after(milliseconds: number, action: () => void): void {
    if (milliseconds === 0) this.clock.soon(action);
    else this.clock.at(this.clock.now() + milliseconds, action);
  }
}

/** What one node sees of the disk: the rows of its shards, and commits for as long as it lives. */
class NodeStore implements Store {
  readonly description = "memory of a node";
  readonly durable = false;
  readonly #disk: MemoryStore;
  readonly #node: HopNode;
  readonly #random: SeededRandom;
  readonly range: Store["range"];
  readonly count: Store["count"];
  readonly sum: Store["sum"];

  constructor({ disk, random }: HopNetwork, node: HopNode) {
    this.#disk = disk;
    this.#random = random;
    this.#node = node;
    this.range = (query) => disk.range(query);
    this.count = (table, equals) => disk.count(table, equals);
    this.sum = (table, equals, column) => disk.sum(table, equals, column);
  }

  async migrate(migrations: Parameters<Store["migrate"]>[0]): Promise<void> {
    await this.#disk.migrate(migrations);
  }

  async commit(operations: readonly WriteOperation[]): Promise<void> {
    const node = this.#node;
    if (node.isAlive) {
      node.underWay = operations;
      // Turns in which the process can die.
      for (let turns = this.#random.below(commitTurnsMax); turns >= 0; turns -= 1) await turn();
      await node.held;
      node.underWay = undefined;
    }
    if (!node.isAlive) throw new StaleOwnerError(`node ${node.name} is dead`);
    await this.#disk.commit(operations);
  }

  async load<Row>(table: TableDefinition<Row>): Promise<Row[]> {
    return this.#disk.load(table, table.name === metaTable.name ? undefined : [...this.#node.shards]);
  }

  async close(): Promise<void> {}
}
