/**
 * A server of several simulated nodes that lease their shards, over one store, one clock and one seed. Nodes come, leave,
 * die with or without what they have on its way to the store, are paused, also beyond their lease, and cut off from the
 * store; what they ask of it is late, or lost, or its answer is. A client asks any of them, which asks the owner, as
 * `server/nodes/shard-router.ts` has it.
 *
 * Besides what clients find: only owners decide and commit (`shared-store.ts`), and no shard is without somebody who
 * decides for it for longer than two leases after the last mishap.
 */
import { LeaseLost, ShardNotOwned } from "../../packages/server/src/kernel/ownership.ts";
import type { NodeView } from "../../packages/server/src/kernel/nodes/leases.ts";
import type { SeededRandom } from "../../packages/server/src/kernel/random.ts";
import { StoreUnavailableError } from "../../packages/server/src/kernel/store/store-errors.ts";
import { turn } from "../../packages/server/src/kernel/testing/fixtures.ts";
import { VirtualClock } from "../../packages/server/src/kernel/virtual-clock.ts";
import { isReadOperation } from "../../packages/server/src/server/nodes/shard-router.ts";
import { LeaseCarrier } from "./lease-carrier.ts";
import { leaseMs, LeaseProcess, storeDeadlineMs } from "./lease-process.ts";
import type { Life, StoreFate } from "./lease-process.ts";
import { SharedStore } from "./shared-store.ts";
import { call, startMs } from "./simulated-server.ts";
import type { Answer, Simulated } from "./simulated-server.ts";

const shardCount = 9;
const nodesMin = 2;
const nodesMax = 4;
const commitDelayMsMax = 1_500;
/** A client that has no answer by then never gets one: that is a fault. */
const patienceMs = 180_000;
const lookAgainMs = 50;
/** Turns of the event loop after which only time can bring an answer. */
const turnsWithoutTime = 40;
const settleTurnsMax = 16;
const mishapTurnsMax = 12;
/** Deadlines at one moment. */
const settlesMax = 10_000;

/** This attempt has led nowhere and nothing was decided. */
const nowhere = Symbol("nowhere");
/** It may have been decided, and nobody will say. */
const unknown: Answer = { known: false };
type Outcome = Answer | typeof nowhere;

export class SimulatedLeaseNodes implements Simulated {
  crashCount = 0;
  crashShare: number;
  onCrash: (now: number) => void = () => undefined;
  /** A commit that is late, or lost, holds up the receives behind it. */
  readonly commitMsMax = commitDelayMsMax + storeDeadlineMs;
  /** A request waits for an owner. */
  readonly waitMsMax = patienceMs;
  readonly counts = { pauses: 0, kills: 0, cuts: 0, leaves: 0, lives: 0, misdirected: 0, unknown: 0, unservedMsMax: 0 };
  readonly shared: SharedStore;
  readonly carrier: LeaseCarrier;
  readonly #random: SeededRandom;
  readonly #clock = new VirtualClock(startMs);
  readonly #processes = new Set<LeaseProcess>();
  readonly #unservedSince = new Map<number, number>();
  #installed: Promise<void> | undefined;
  #started = 0;
  /** The last mishap, or its end. */
  #mishapAt = startMs;
  #fault: Error | undefined;
  #settledAt = startMs;
  #settled = 0;

  constructor(random: SeededRandom, crashShare: number) {
    this.#random = random;
    this.crashShare = crashShare;
    this.shared = new SharedStore(() => this.#clock.now(), shardCount);
    this.shared.onRemoved = () => this.onCrash(this.now);
    this.carrier = new LeaseCarrier({
      clock: this.#clock,
      random,
      isRough: () => this.crashShare > 0,
      at: (address) => this.#at(address),
    });
  }

  get now(): number {
    return this.#clock.now();
  }

  async ask(service: string, operation: string, input: object): Promise<Answer> {
    await (this.#installed ??= this.#install());
    this.#maybeMishap(0);
    const answer = await this.#until(this.#route(service, operation, input));
    if (!answer.known) this.counts.unknown += 1;
    return answer;
  }

  async advance(seconds: number): Promise<Answer> {
    await (this.#installed ??= this.#install());
    this.#maybeMishap(seconds * 1_000);
    await this.#pass(seconds * 1_000);
    return { known: true, output: undefined };
  }

  async endProcess(): Promise<void> {
    for (const process of this.#processes) this.#kill(process);
    for (let nodes = 0; nodes < nodesMin; nodes += 1) this.#start(`node-${nodes}`);
  }

  async #install(): Promise<void> {
    await this.shared.install();
    for (let nodes = 0; nodes <= nodesMin; nodes += 1) this.#start(`node-${nodes}`);
  }

  #start(id: string): void {
    this.#started += 1;
    const process = new LeaseProcess({
      id,
      address: `http://${id}:${this.#started}`,
      clock: this.#clock,
      random: this.#random,
      shared: this.shared,
      carrier: (life) => this.carrier.of(life),
      poke: (nodes) => this.#poke(nodes),
      fate: (asked) => this.#fate(asked),
      onLost: () => this.#mishap(),
      onFault: (error) => (this.#fault ??= error instanceof Error ? error : new Error(String(error))),
    });
    this.#processes.add(process);
  }

  #at(address: string): LeaseProcess | undefined {
    return [...this.#processes].find((process) => process.address === address);
  }

  #poke(nodes: readonly NodeView[]): void {
    for (const { address } of nodes) {
      if (this.crashShare > 0 && this.#random.below(8) === 0) continue;
      const process = this.#at(address);
      void process?.gate.open().then(() => process.life?.node.look());
    }
  }

  #fate(asked: "commit" | "lease"): StoreFate {
    const random = this.#random;
    if (this.crashShare === 0 || random.below(40) > 0) return { delayMs: 0 };
    const delayMs = random.below(commitDelayMsMax);
    // A commit that is lost costs the lease; what is asked of the leases is asked again.
    if (random.below(asked === "commit" ? 10 : 3) > 0) return { delayMs };
    this.#mishap();
    return { delayMs, lost: random.below(3) === 0 ? "request" : "answer" };
  }

  #mishap(until = this.now): void {
    this.#mishapAt = Math.max(this.#mishapAt, until);
    this.onCrash(this.now);
  }

  /** @param withinMs when, at random */
  #maybeMishap(withinMs: number): void {
    if (this.#random.random() >= this.crashShare) return;
    if (withinMs > 0) this.#clock.at(this.now + this.#random.below(withinMs), () => this.#befall());
    else void this.#befallSoon();
  }

  /** In the midst of what is asked now. */
  async #befallSoon(): Promise<void> {
    for (let turns = this.#random.below(mishapTurnsMax); turns > 0; turns -= 1) await turn();
    this.#befall();
  }

  /** Something happens to one node, if another one is well. */
  #befall(): void {
    const random = this.#random;
    const healthy = [...this.#processes].filter(({ isHealthy, life }) => isHealthy && life !== undefined);
    if (this.crashShare === 0 || healthy.length < 2) return;
    const process = healthy[random.below(healthy.length)];
    if (process === undefined) return;
    this.crashCount += 1;
    this.#mishap();
    const dice = random.below(10);
    if (dice < 3) this.#pause(process);
    else if (dice < 6) this.#kill(process);
    else if (dice < 8) {
      this.counts.cuts += 1;
      process.cutUntil = this.now + random.below(2 * leaseMs);
      this.#mishap(process.cutUntil + storeDeadlineMs);
    } else void this.#leave(process);
    if (dice >= 3 && dice < 6) this.#later(leaseMs * 2, () => this.#start(process.id));
    if (dice >= 8 || (this.#processes.size < nodesMax && random.below(4) === 0))
      this.#later(leaseMs * 2, () => this.#processes.size < nodesMax && this.#start(`node-${this.#started}`));
  }

  #later(withinMs: number, action: () => void): void {
    this.#clock.at(this.now + this.#random.below(withinMs), () => {
      if (this.crashShare === 0) return;
      this.#mishapAt = Math.max(this.#mishapAt, this.now);
      action();
    });
  }

  #pause(process: LeaseProcess): void {
    this.counts.pauses += 1;
    process.gate.pause();
    this.#clock.at(this.now + 1 + this.#random.below(3 * leaseMs), () => {
      this.#mishap();
      void process.gate.resume(this.#random.below(mishapTurnsMax));
    });
  }

  #kill(process: LeaseProcess): void {
    this.counts.kills += 1;
    this.#mishap();
    process.kill(this.#random.below(2) === 0);
    this.counts.lives += process.lives;
    this.#processes.delete(process);
  }

  async #leave(process: LeaseProcess): Promise<void> {
    this.counts.leaves += 1;
    await Promise.race([process.leave(), process.gate.death.promise]);
    this.#mishap();
    this.counts.lives += process.lives;
    this.#processes.delete(process);
  }

  async #route(service: string, operation: string, input: object): Promise<Answer> {
    for (;;) {
      const entries = [...this.#processes];
      const entry = entries[this.#random.below(entries.length)];
      const outcome = entry === undefined ? nowhere : await this.#askAt(entry, service, operation, input);
      if (outcome !== nowhere) return outcome;
      await new Promise<void>((resolve) => void this.#clock.at(this.now + lookAgainMs, resolve));
    }
  }

  /** The node that is asked decides, or asks whom it takes for the owner. */
  async #askAt(entry: LeaseProcess, service: string, operation: string, input: object): Promise<Outcome> {
    const isRead = isReadOperation(operation);
    const target = await this.#inside(entry, isRead, async (life) => {
      const arn = life.registry.find(service, operation)?.target?.(input, call);
      const shard = arn === undefined ? undefined : life.kernel.shards.of(arn);
      if (shard === undefined || life.kernel.ownership.owns(shard)) return entry;
      const owner = life.node.ownerOf(shard);
      if (owner === undefined || owner.id === life.node.member.nodeId) void life.node.look();
      return owner === undefined ? undefined : this.#at(owner.address);
    });
    // Nothing was asked of anybody yet.
    if (target === undefined || target === nowhere || "known" in target) return nowhere;
    const outcome = await this.#inside(target, isRead, (life) => this.#decide(life, service, operation, input));
    if (outcome !== nowhere) return outcome ?? nowhere;
    this.counts.misdirected += 1;
    void entry.gate.open().then(() => entry.life?.node.look());
    return nowhere;
  }

  async #decide({ kernel, registry, node }: Life, service: string, name: string, input: object): Promise<Answer> {
    const operation = registry.find(service, name);
    if (operation === undefined) throw new Error(`no operation ${service}:${name}`);
    const target = operation.target?.(input, call);
    const watched = {
      ...operation,
      decide: (...[tx, given, context]: Parameters<typeof operation.decide>) => {
        if (target !== undefined) this.shared.checkDecides(node.member, kernel.shards.of(target));
        return operation.decide(tx, given, context);
      },
    };
    return { known: true, output: await kernel.execute(watched, input, call) };
  }

  /** Does something in a process when it runs, and brings the answer when it runs. */
  async #inside<Result>(
    process: LeaseProcess,
    isRead: boolean,
    action: (life: Life) => Promise<Result>,
  ): Promise<Result | Answer | typeof nowhere> {
    let isBegun = false;
    const done = async (): Promise<Result | Answer | typeof nowhere> => {
      await process.gate.open();
      if (process.life === undefined) return nowhere;
      isBegun = true;
      try {
        return await action(process.life);
      } catch (error) {
        if (error instanceof ShardNotOwned || error instanceof StoreUnavailableError) return nowhere;
        if (!(error instanceof LeaseLost)) throw error;
        return error.mayBeDone && !isRead ? unknown : nowhere;
      } finally {
        await process.gate.open();
      }
    };
    const death = process.gate.death.promise.then(() => (isBegun && !isRead ? unknown : nowhere));
    const answer = done();
    answer.catch(() => undefined);
    return Promise.race([death, answer]);
  }

  /** Lets time pass for as long as only that can bring the answer. */
  async #until<Result>(answer: Promise<Result>): Promise<Result> {
    const state = { isThere: false };
    const end = (): void => void (state.isThere = true);
    answer.then(end, end);
    const deadline = this.now + patienceMs;
    for (;;) {
      for (let turns = 0; turns < turnsWithoutTime && !state.isThere; turns += 1) await turn();
      this.#checkFaults();
      if (state.isThere) return answer;
      if (this.now > deadline) throw new Error(`a request has had no answer for ${patienceMs} ms`);
      await this.#pass(lookAgainMs);
    }
  }

  async #pass(milliseconds: number): Promise<void> {
    await this.#clock.advanceTo(this.now + milliseconds, () => this.#settle());
    this.#checkFaults();
  }

  /** Until those that run have come to rest, but for what waits for time. */
  async #settle(): Promise<void> {
    this.#settled = this.now === this.#settledAt ? this.#settled + 1 : 0;
    this.#settledAt = this.now;
    if (this.#settled > settlesMax)
      throw new Error(`time stands still at ${this.now}: something is due again and again`);
    for (let turns = 0, quiet = 0; turns < settleTurnsMax && quiet < 3; turns += 1) {
      await turn();
      const isQuiet = [...this.#processes].every(
        ({ gate, life }) => !gate.isAwake || life === undefined || life.kernel.pipeline.idle,
      );
      quiet = isQuiet ? quiet + 1 : 0;
    }
    this.#checkShards();
  }

  /** Who holds a shard open owns it; and somebody does, two leases after the last mishap. */
  #checkShards(): void {
    const served = new Set<number>();
    for (const { gate, life } of this.#processes) {
      if (!gate.isAwake || life === undefined || life.kernel.pipeline.failed || !life.node.lease.holds()) continue;
      for (const shard of life.kernel.ownership.open()) {
        this.shared.checkDecides(life.node.member, shard);
        served.add(shard);
      }
    }
    for (let shard = 0; shard < shardCount; shard += 1) {
      if (served.has(shard)) this.#unservedSince.delete(shard);
      else if (!this.#unservedSince.has(shard)) this.#unservedSince.set(shard, this.now);
      const since = Math.max(this.#unservedSince.get(shard) ?? this.now, this.#mishapAt);
      this.counts.unservedMsMax = Math.max(this.counts.unservedMsMax, this.now - since);
      if (this.now - since > 2 * leaseMs)
        this.#fault ??= new Error(`nobody has decided for shard ${shard} since ${since}, and it is ${this.now}`);
    }
  }

  #checkFaults(): void {
    const fault = this.shared.fault ?? this.#fault;
    if (fault !== undefined) throw fault;
  }
}
