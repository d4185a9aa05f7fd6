/**
 * Who is in the installation and who decides for which shard, as the store knows it (docs/decisions/0005).
 *
 * A node is a row that ends by the store's clock unless it is renewed; a shard is a row with its owner and an epoch that
 * grows whenever the owner changes. A shard changes hands in two ways only: its owner gives it, or anyone removes an
 * owner whose lease has ended. Each call is one transaction. Every implementation passes `leases-conformance.ts`.
 */
export interface NodeDescription {
  /** Chosen by whoever runs the node; unique in the installation. */
  readonly id: string;
  /** Where other nodes reach it, such as `http://10.0.0.5:4566`. */
  readonly address: string;
  readonly version: string;
}

/** One life of a node. */
export interface Member {
  readonly nodeId: string;
  /** Greater than that of any life before, of this node or another. */
  readonly incarnation: number;
}

export interface NodeView extends NodeDescription {
  readonly incarnation: number;
  /** Until the lease ends, by the store's clock; not positive when it has. */
  readonly leaseLeftMs: number;
  /** Number of its last commit. */
  readonly committed: number;
}

export interface ShardView {
  readonly shard: number;
  readonly owner: string | undefined;
  readonly epoch: number;
}

export interface ClusterView {
  /** By id. */
  readonly nodes: readonly NodeView[];
  /** By shard, from 0, without gaps. */
  readonly shards: readonly ShardView[];
}

export interface Installation {
  readonly shardCount: number;
  /** What nodes know each other by; nobody who cannot read the store has it. */
  readonly secret: string;
}

/** Every method throws `StoreUnavailableError` when the store does not answer in time: what was asked may have happened. */
export interface Leases {
  /** Makes the installation with these properties, or gives those it was made with. */
  install(wanted: Installation): Promise<Installation>;
  /**
   * Begins a life of a node. An earlier life of it ends; what that one owned is free.
   * @throws NodeIdInUse when a node of this id lives at another address
   */
  register(node: NodeDescription, leaseMs: number): Promise<Member>;
  /** Lets the lease end `leaseMs` from now; false when somebody has removed the node. */
  renew(member: Member, leaseMs: number): Promise<boolean>;
  view(): Promise<ClusterView>;
  /**
   * Those of these shards that were free, or the member's already, and are the member's from now on. Waits for earlier
   * calls of this member that are under way in the store, also when their caller has given them up.
   * @throws StaleOwnerError when the node was removed
   */
  take(member: Member, shards: readonly number[]): Promise<number[]>;
  /** Sets these shards free, where they are the member's. */
  give(member: Member, shards: readonly number[]): Promise<void>;
  /** Removes every node whose lease has ended and sets its shards free; the ids of those removed. */
  removeExpired(): Promise<string[]>;
  /** Ends a life: sets everything free and removes the node. */
  unregister(member: Member): Promise<void>;
  close(): Promise<void>;
}

/** Two nodes of one name would push each other out for ever. */
export class NodeIdInUse extends Error {
  override readonly name = "NodeIdInUse";

  constructor(id: string, address: string) {
    super(`A node named ${id} is running at ${address}. Stop it, or give this one another name with --node-id.`);
  }
}
