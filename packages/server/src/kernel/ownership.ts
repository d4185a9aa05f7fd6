/**
 * Which shards this process decides for. With the embedded store that is all of them, always. With a store that several
 * nodes share it is those whose leases this node holds (docs/decisions/0005): a decision about any other shard is made
 * elsewhere, and one that this node has just lost must not be made here even once.
 *
 *     absent ──adopt──▶ loading ──▶ open ──release──▶ closing ──▶ absent
 *
 * Requests are decided for an open shard only. While one loads or closes, what derives state from its rows may still
 * write to it; while it is absent nobody may, and an attempt is a mistake that stops the server.
 */
export interface Ownership {
  /** Whether a decision about this shard may be made here, now. Asked in the same turn as the decision. */
  owns(shard: number): boolean;
}

export const ownsEverything: Ownership = { owns: () => true };

/** What a node holds its shards by; absent where nobody else could hold them. */
export interface Lease {
  readonly nodeId: string;
  /** Grows each time the node joins; a commit of an earlier one is refused. */
  readonly incarnation: number;
  /** False once the lease could have ended: from then on nothing is decided under it, whatever the store would say. */
  holds(): boolean;
}

/** The shard is not, or no longer, this node's: whoever asked has to ask its owner. Nothing was decided. */
export class ShardNotOwned extends Error {
  override readonly name = "ShardNotOwned";
  readonly shard: number;

  constructor(shard: number) {
    super(`shard ${shard} is not owned by this node`);
    this.shard = shard;
  }
}

/** The lease is gone, and with it everything this kernel has in memory. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
  /** Whether what was asked may have been decided and committed nevertheless. */
  readonly mayBeDone: boolean;

  constructor(message: string, mayBeDone = false) {
    super(message);
    this.mayBeDone = mayBeDone;
  }
}

type ShardState = "loading" | "open" | "closing";

/** The shards of one kernel and what may be done with each. */
export class HeldShards implements Ownership {
  readonly #states = new Map<number, ShardState>();
  readonly #allowed: Ownership;

  /** @param allowed has the last word on what may be decided */
  constructor(allowed: Ownership) {
    this.#allowed = allowed;
  }

  owns(shard: number): boolean {
    return this.#states.get(shard) === "open" && this.#allowed.owns(shard);
  }

  mayWrite(shard: number): boolean {
    return this.#states.has(shard);
  }

  /** The open ones, in no order. */
  open(): number[] {
    return [...this.#states].filter(([, state]) => state === "open").map(([shard]) => shard);
  }

  /** Undefined: the shards are absent. */
  set(shards: Iterable<number>, state: ShardState | undefined): void {
    for (const shard of shards) {
      if (state === undefined) this.#states.delete(shard);
      else this.#states.set(shard, state);
    }
  }
}
