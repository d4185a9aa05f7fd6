/**
 * One life of a node: it registers, renews its lease, and sees to it that it owns its fair share of the shards.
 *
 *     join ──▶ serve ⟲ renew, look ──▶ leave          (stop)
 *                          └─────────▶ lost           (removed, or not renewed in time: the kernel lets go of everything)
 *
 * Its own idea of how long the lease lasts is counted from before it asked for it, so it always ends before anybody may
 * remove the node. To look is to read who owns what, remove nodes whose lease has ended, give what is over the fair
 * share and take what is free below it. Looks never overlap. Whoever sets shards free pokes the others, so that nobody
 * waits for a next look.
 */
import type { Alarm, Clock } from "../clock.ts";
import type { Kernel } from "../kernel.ts";
import type { Log } from "../log.ts";
import type { Lease } from "../ownership.ts";
import type { ClusterView, Leases, Member, NodeDescription, NodeView } from "./leases.ts";
import { chooseMoves } from "./fair-share.ts";

/** Renewals and looks in the time of one lease: some may be lost. */
const renewalsPerLease = 5;
/** Shards that are taken or given at once: the first are served before the last are loaded. */
const shardsAtOnceMax = 8;

export interface NodeOptions {
  readonly description: NodeDescription;
  readonly leases: Leases;
  readonly leaseMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Tells other nodes to look now; resolves when they have, or when that has taken too long. May be lost. */
  readonly poke: (nodes: readonly NodeView[]) => Promise<void>;
}

export class Node {
  readonly lease: Lease;
  readonly member: Member;
  readonly #options: NodeOptions;
  #kernel: Kernel | undefined;
  #view: ClusterView = { nodes: [], shards: [] };
  readonly #listeners = new Set<() => void>();
  readonly #freeSince = new Map<number, number>();
  #leaseEndsAt: number;
  #renewAlarm: Alarm | undefined;
  #lookAlarm: Alarm | undefined;
  #looking: Promise<void> = Promise.resolve();
  #lookWanted = false;
  #ended = false;

  /** Registers. @throws NodeIdInUse, StoreUnavailableError */
  static async join(options: NodeOptions): Promise<Node> {
    const askedAt = options.clock.monotonic();
    const member = await options.leases.register(options.description, options.leaseMs);
    return new Node(options, member, askedAt + options.leaseMs);
  }

  private constructor(options: NodeOptions, member: Member, leaseEndsAt: number) {
    this.#options = options;
    this.member = member;
    this.#leaseEndsAt = leaseEndsAt;
    this.lease = { ...member, holds: () => options.clock.monotonic() < this.#leaseEndsAt };
  }

  /** Milliseconds until this node stops deciding unless it renews; not positive when it has. */
  get leaseLeftMs(): number {
    return this.#leaseEndsAt - this.#options.clock.monotonic();
  }

  /** What the last look saw. */
  get view(): ClusterView {
    return this.#view;
  }

  /** Who decides for a shard, as far as is known here. */
  ownerOf(shard: number): NodeView | undefined {
    const owner = this.#view.shards[shard]?.owner;
    return owner === undefined ? undefined : this.#view.nodes.find(({ id }) => id === owner);
  }

  /** Whether a node is still in the life it was seen in. */
  isLiving({ id, incarnation }: NodeView): boolean {
    return this.#view.nodes.some((node) => node.id === id && node.incarnation === incarnation);
  }

  /** Calls back whenever the view is new or shards have been adopted; the result ends that. */
  onChange(callback: () => void): () => void {
    this.#listeners.add(callback);
    return () => void this.#listeners.delete(callback);
  }

  /** Renews and looks from now on. @param kernel started under `lease`, without shards */
  serve(kernel: Kernel): void {
    this.#kernel = kernel;
    this.#scheduleRenewal();
    void this.look().then(() => void this.#poke());
  }

  /**
   * Looks now; when a look is under way, once more after it. A node that has left only sees who has its shards. Never
   * throws: what fails is tried again or ends the life.
   */
  look(): Promise<void> {
    if (this.#lookWanted) return this.#looking;
    this.#lookWanted = true;
    this.#looking = this.#looking.then(() => this.#lookSafely());
    return this.#looking;
  }

  /**
   * Hands everything over and leaves. Requests for its shards find their new owners; when it resolves the others know, and
   * send nothing more here.
   */
  async leave(): Promise<void> {
    this.#ended = true;
    this.#lookAlarm?.cancel();
    await this.#looking;
    const kernel = this.#kernel;
    try {
      if (kernel !== undefined && !kernel.pipeline.failed) await kernel.release(kernel.ownership.open());
      await this.#options.leases.unregister(this.member);
      this.#options.log("info", "node left", { node: this.member.nodeId });
    } finally {
      this.#renewAlarm?.cancel();
    }
    await this.#poke();
  }

  /** The life is over without a goodbye: nothing is renewed, nothing looked at. */
  abandon(): void {
    this.#ended = true;
    this.#renewAlarm?.cancel();
    this.#lookAlarm?.cancel();
  }

  get #stepMs(): number {
    return this.#options.leaseMs / renewalsPerLease;
  }

  #scheduleRenewal(): void {
    // Also the moment at which a lease that could not be renewed is noticed by a node that has nothing to decide.
    const delay = Math.max(0, Math.min(this.#stepMs, this.leaseLeftMs));
    this.#renewAlarm = this.#options.clock.after(delay, () => void this.renew());
  }

  async renew(): Promise<void> {
    const { leases, leaseMs, clock } = this.#options;
    if (!this.lease.holds()) return this.#lose("the lease was not renewed in time");
    this.#scheduleRenewal();
    const askedAt = clock.monotonic();
    try {
      if (await leases.renew(this.member, leaseMs)) this.#leaseEndsAt = Math.max(this.#leaseEndsAt, askedAt + leaseMs);
      // One that is leaving has removed itself, or is told so by its commits.
      else if (!this.#ended) this.#lose("this node was removed by another");
    } catch (error) {
      this.#options.log("warn", "the lease could not be renewed", {
        leaseLeftMs: this.leaseLeftMs,
        error: String(error),
      });
    }
  }

  #lose(reason: string): void {
    this.abandon();
    this.#options.log("warn", "lease lost", { node: this.member.nodeId, reason });
    this.#kernel?.loseLease(reason);
  }

  async #lookSafely(): Promise<void> {
    this.#lookWanted = false;
    this.#lookAlarm?.cancel();
    try {
      if (this.#ended) await this.refresh();
      else await this.#look();
    } catch (error) {
      this.#options.log("warn", "could not look after the shards", { error: String(error) });
    }
    this.#lookAlarm?.cancel();
    if (!this.#ended) this.#lookAlarm = this.#options.clock.after(this.#stepMs, () => void this.look());
  }

  async #look(): Promise<void> {
    const { leases, log } = this.#options;
    await this.refresh();
    if (this.#view.nodes.some(({ leaseLeftMs }) => leaseLeftMs <= 0)) {
      const removed = await leases.removeExpired();
      for (const node of removed) log("warn", "removed a node whose lease had ended", { node });
      await this.refresh();
    }
    const kernel = this.#kernel;
    if (kernel === undefined || kernel.pipeline.failed) return;
    const longFreeBefore = this.#options.clock.monotonic() - this.#options.leaseMs;
    const moves = chooseMoves({
      view: this.#view,
      self: this.member.nodeId,
      held: new Set(kernel.ownership.open()),
      overdue: new Set([...this.#freeSince].filter(([, since]) => since < longFreeBefore).map(([shard]) => shard)),
    });
    for (const shards of inBatches(moves.give)) await this.#give(kernel, shards);
    // What is this node's by the view may have been given by a call that broke off and is not through yet: taking waits for it.
    for (const shards of [...inBatches(moves.adopt), ...inBatches(moves.take)])
      await this.#adopt(kernel, await leases.take(this.member, shards));
    if (moves.give.length + moves.take.length + moves.adopt.length > 0) await this.refresh();
  }

  /** Reads who owns what. */
  async refresh(): Promise<ClusterView> {
    const view = await this.#options.leases.view();
    const now = this.#options.clock.monotonic();
    for (const { shard, owner } of view.shards) {
      if (owner !== undefined) this.#freeSince.delete(shard);
      else if (!this.#freeSince.has(shard)) this.#freeSince.set(shard, now);
    }
    this.#view = view;
    this.#changed();
    return view;
  }

  async #give(kernel: Kernel, shards: readonly number[]): Promise<void> {
    if (this.#ended) return;
    await kernel.release(shards);
    await this.#options.leases.give(this.member, shards);
    this.#options.log("info", "shards given", { node: this.member.nodeId, shards: shards.join(" ") });
    void this.#poke();
  }

  async #adopt(kernel: Kernel, shards: readonly number[]): Promise<void> {
    if (shards.length === 0 || kernel.pipeline.failed) return;
    try {
      await kernel.adopt(shards);
    } catch (error) {
      // Half loaded is neither ours nor free: begin again as a new life.
      return this.#lose(`shards could not be loaded: ${String(error)}`);
    }
    this.#options.log("info", "shards taken", { node: this.member.nodeId, shards: shards.join(" ") });
    this.#changed();
  }

  #changed(): void {
    for (const callback of this.#listeners) callback();
  }

  #poke(): Promise<void> {
    return this.#options.poke(this.#view.nodes.filter(({ id }) => id !== this.member.nodeId));
  }
}

function* inBatches(shards: readonly number[]): Generator<readonly number[]> {
  for (let start = 0; start < shards.length; start += shardsAtOnceMax)
    yield shards.slice(start, start + shardsAtOnceMax);
}
