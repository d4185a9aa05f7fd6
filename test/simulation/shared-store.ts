/**
 * The store and the leases that simulated nodes share, watched: a record of its own of who owned which shard says of every
 * commit that is applied whether its writer was the owner then, and of every decision whether it was made by the owner.
 * It asks neither the nodes nor the fence.
 */
import type { Leases, Member, NodeDescription } from "../../packages/server/src/kernel/nodes/leases.ts";
import { MemoryLeases } from "../../packages/server/src/kernel/nodes/memory-leases.ts";
import { metaTable } from "../../packages/server/src/kernel/meta.ts";
import { MemoryStore } from "../../packages/server/src/kernel/store/memory-store.ts";
import { StaleOwnerError } from "../../packages/server/src/kernel/store/store-errors.ts";
import type { CommitFence, WriteOperation } from "../../packages/server/src/kernel/store/store.ts";
import type { SqlValue, TableDefinition } from "../../packages/server/src/kernel/table.ts";

export class SharedStore {
  readonly leases: MemoryLeases;
  readonly disk: MemoryStore;
  readonly shardCount: number;
  /** Commits of lives that had ended, all of them refused. */
  refused = 0;
  /** The first thing that must not be. */
  fault: Error | undefined;
  /** A life has ended by somebody else's hand. */
  onRemoved: () => void = () => undefined;
  readonly #owners = new Map<number, Member>();
  readonly #lives = new Map<string, number>();

  constructor(now: () => number, shardCount: number) {
    this.shardCount = shardCount;
    this.leases = new MemoryLeases(now);
    this.disk = new MemoryStore((fence) => this.leases.admits(fence));
  }

  async install(): Promise<void> {
    const { shardCount } = this;
    await this.leases.install({ shardCount, secret: "simulated" });
    const row = { shard: 0, name: "shard-count", value: String(shardCount) };
    await this.disk.commit([{ kind: "put", table: metaTable, values: metaTable.encode(row) }]);
  }

  /** The leases, with every change of owner noted. */
  readonly watched: Leases = {
    install: (wanted) => this.leases.install(wanted),
    register: async (description: NodeDescription, leaseMs) => {
      const member = await this.leases.register(description, leaseMs);
      this.#free(member.nodeId);
      this.#lives.set(member.nodeId, member.incarnation);
      return member;
    },
    renew: (member, leaseMs) => this.leases.renew(member, leaseMs),
    view: () => this.leases.view(),
    take: async (member, shards) => {
      const taken = await this.leases.take(member, shards);
      for (const shard of taken) {
        if (this.#owners.has(shard) && !this.isOwner(member, shard))
          this.#report(`shard ${shard} was taken from its owner`);
        this.#owners.set(shard, member);
      }
      return taken;
    },
    give: async (member, shards) => {
      await this.leases.give(member, shards);
      for (const shard of shards) if (this.isOwner(member, shard)) this.#owners.delete(shard);
    },
    removeExpired: async () => {
      const removed = await this.leases.removeExpired();
      for (const id of removed) this.#end(id);
      if (removed.length > 0) this.onRemoved();
      return removed;
    },
    unregister: async (member) => {
      await this.leases.unregister(member);
      if (this.#lives.get(member.nodeId) === member.incarnation) this.#end(member.nodeId);
    },
    close: () => this.leases.close(),
  };

  isOwner({ nodeId, incarnation }: Member, shard: number): boolean {
    const owner = this.#owners.get(shard);
    return owner?.nodeId === nodeId && owner.incarnation === incarnation;
  }

  /** Somebody decides for a shard, or holds it open. */
  checkDecides(member: Member, shard: number): void {
    if (!this.isOwner(member, shard))
      this.#report(`${nameOf(member)} decides for shard ${shard}, which is ${this.#ownerName(shard)}`);
  }

  /** @throws StaleOwnerError, also of a fence that refuses somebody who may write: that is a fault besides */
  async commit(operations: readonly WriteOperation[], fence: CommitFence | undefined): Promise<void> {
    if (fence === undefined) return this.#report("a node commits without a fence");
    const shards = await this.#shardsOf(operations);
    const isLiving = this.#lives.get(fence.nodeId) === fence.incarnation;
    const foreign = [...shards].find((shard) => !this.isOwner(fence, shard));
    try {
      await this.disk.commit(operations, fence);
    } catch (error) {
      if (!(error instanceof StaleOwnerError)) this.#report(String(error));
      if (isLiving) this.#report(`a commit of ${nameOf(fence)} was refused, and its life goes on`);
      this.refused += 1;
      throw error;
    }
    if (foreign !== undefined)
      this.#report(
        `a commit of ${nameOf(fence)} to shard ${foreign} was applied, which is ${this.#ownerName(foreign)}`,
      );
  }

  #report(message: string): void {
    this.fault ??= new Error(message);
  }

  #ownerName(shard: number): string {
    const owner = this.#owners.get(shard);
    return owner === undefined ? "nobody's" : `that of ${nameOf(owner)}`;
  }

  #end(nodeId: string): void {
    this.#free(nodeId);
    this.#lives.delete(nodeId);
  }

  #free(nodeId: string): void {
    for (const [shard, owner] of this.#owners) if (owner.nodeId === nodeId) this.#owners.delete(shard);
  }

  /** What an installation knows of itself is nobody's. */
  async #shardsOf(operations: readonly WriteOperation[]): Promise<Set<number>> {
    const shards = new Set<number>();
    for (const operation of operations) {
      const { table } = operation;
      if (table.name === metaTable.name) continue;
      if (operation.kind === "insert" || operation.kind === "put")
        shards.add(Number(operation.values[table.columnNames.indexOf("shard")]));
      else for (const shard of await this.#shardsAt(table, operation.key)) shards.add(shard);
    }
    return shards;
  }

  async #shardsAt(table: TableDefinition, equals: readonly SqlValue[]): Promise<number[]> {
    const place = table.key.indexOf("shard");
    if (place >= 0 && place < equals.length) return [Number(equals[place])];
    const rows = await this.disk.range({ table, equals, limit: Number.POSITIVE_INFINITY });
    return rows.map((row) => (row as { readonly shard: number }).shard);
  }
}

function nameOf({ nodeId, incarnation }: Member): string {
  return `${nodeId} in its life ${incarnation}`;
}
