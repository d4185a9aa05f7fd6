/** Leases in this process's memory, by a clock that is given: for simulations and tests, beside a `MemoryStore`. */
import type { CommitFence } from "../store/store.ts";
import { StaleOwnerError } from "../store/store-errors.ts";
import { NodeIdInUse } from "./leases.ts";
import type { ClusterView, Installation, Leases, Member, NodeDescription } from "./leases.ts";

interface NodeRow extends NodeDescription {
  readonly incarnation: number;
  leaseEndsAt: number;
  committed: number;
}

interface ShardRow {
  owner: string | undefined;
  epoch: number;
}

export class MemoryLeases implements Leases {
  readonly #now: () => number;
  readonly #nodes = new Map<string, NodeRow>();
  #shards: ShardRow[] = [];
  #installation: Installation | undefined;
  #lastIncarnation = 0;

  /** @param now milliseconds, by the store's clock */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** For `MemoryStore`: whether a fenced commit may be applied, which notes its number. */
  admits({ nodeId, incarnation, sequence }: CommitFence): boolean {
    const node = this.#living({ nodeId, incarnation });
    if (node !== undefined) node.committed = sequence;
    return node !== undefined;
  }

  async install(wanted: Installation): Promise<Installation> {
    if (this.#installation === undefined) {
      this.#installation = wanted;
      this.#shards = Array.from({ length: wanted.shardCount }, () => ({ owner: undefined, epoch: 0 }));
    }
    return this.#installation;
  }

  async register(node: NodeDescription, leaseMs: number): Promise<Member> {
    const earlier = this.#nodes.get(node.id);
    if (earlier !== undefined && earlier.address !== node.address && earlier.leaseEndsAt > this.#now())
      throw new NodeIdInUse(node.id, earlier.address);
    this.#free(node.id);
    this.#lastIncarnation += 1;
    const incarnation = this.#lastIncarnation;
    this.#nodes.set(node.id, { ...node, incarnation, leaseEndsAt: this.#now() + leaseMs, committed: 0 });
    return { nodeId: node.id, incarnation };
  }

  async renew(member: Member, leaseMs: number): Promise<boolean> {
    const node = this.#living(member);
    if (node !== undefined) node.leaseEndsAt = this.#now() + leaseMs;
    return node !== undefined;
  }

  async view(): Promise<ClusterView> {
    const nodes = [...this.#nodes.values()].toSorted((left, right) => (left.id < right.id ? -1 : 1));
    return {
      nodes: nodes.map(({ id, address, version, incarnation, leaseEndsAt, committed }) => {
        return { id, address, version, incarnation, leaseLeftMs: leaseEndsAt - this.#now(), committed };
      }),
      shards: this.#shards.map(({ owner, epoch }, shard) => ({ shard, owner, epoch })),
    };
  }

  async take(member: Member, shards: readonly number[]): Promise<number[]> {
    if (this.#living(member) === undefined) throw new StaleOwnerError(`node ${member.nodeId} was removed`);
    const { nodeId } = member;
    return shards.filter((shard) => this.#change(shard, undefined, nodeId) || this.#shards[shard]?.owner === nodeId);
  }

  async give(member: Member, shards: readonly number[]): Promise<void> {
    if (this.#living(member) === undefined) throw new StaleOwnerError(`node ${member.nodeId} was removed`);
    for (const shard of shards) this.#change(shard, member.nodeId, undefined);
  }

  async removeExpired(): Promise<string[]> {
    const expired = [...this.#nodes.values()].filter(({ leaseEndsAt }) => leaseEndsAt <= this.#now());
    for (const { id } of expired) this.#remove(id);
    return expired.map(({ id }) => id);
  }

  async unregister(member: Member): Promise<void> {
    if (this.#living(member) !== undefined) this.#remove(member.nodeId);
  }

  async close(): Promise<void> {}

  #living({ nodeId, incarnation }: Member): NodeRow | undefined {
    const node = this.#nodes.get(nodeId);
    return node?.incarnation === incarnation ? node : undefined;
  }

  #remove(id: string): void {
    this.#nodes.delete(id);
    this.#free(id);
  }

  #free(id: string): void {
    for (const shard of this.#shards.keys()) this.#change(shard, id, undefined);
  }

  #change(shard: number, from: string | undefined, to: string | undefined): boolean {
    const row = this.#shards[shard];
    if (row === undefined || row.owner !== from) return false;
    row.owner = to;
    row.epoch += 1;
    return true;
  }
}
