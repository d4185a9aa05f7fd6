/**
 * Which shards this process decides for. With the embedded store that is all of them, always. With a store that several
 * nodes share it is those whose leases this node holds (docs/decisions/0005): a decision about any other shard is made
 * elsewhere, and one that this node has just lost must not be made here even once.
 */
export interface Ownership {
  /** Whether a decision about this shard may be made here, now. Asked in the same turn as the decision. */
  owns(shard: number): boolean;
}

export const ownsEverything: Ownership = { owns: () => true };

/** The shard is not, or no longer, this node's: whoever asked has to ask its owner. Nothing was decided. */
export class ShardNotOwned extends Error {
  override readonly name = "ShardNotOwned";
  readonly shard: number;

  constructor(shard: number) {
    super(`shard ${shard} is not owned by this node`);
    this.shard = shard;
  }
}
