/**
 * The way between nodes. The carrier brings hops to whichever node owns a shard, and their answers back; it may lose
 * both, be slow, or bring them twice. That a hop takes effect once is the business of `hops.ts` on both sides.
 */
import type { HopIdentity } from "./operation-registry.ts";

/** A hop on its way; plain JSON. `sourceShard` and `number` are its id in the whole installation. */
export interface CarriedHop {
  readonly sourceShard: number;
  readonly number: number;
  /** Hops between the same two shards with a smaller number are settled for good: their outcomes may be forgotten. */
  readonly settledBelow: number;
  /** ARN of the resource that decides. */
  readonly target: string;
  readonly service: string;
  readonly operation: string;
  /** See `hop-values.ts`. */
  readonly input: string;
  readonly identity: HopIdentity;
}

export type HopAnswer =
  /** The hop has been decided, now or earlier, and that is durable. See `decodeOutcome`. */
  | { readonly kind: "outcome"; readonly outcome: string }
  /** Nothing was decided: the shard is not owned there at the moment, or that node does not know the operation. */
  | { readonly kind: "retry" }
  /** The hop was settled long ago: this is a belated repetition. */
  | { readonly kind: "settled" };

export interface HopCarrier {
  /**
   * Hands hops to `Hops.receive` of the node that owns the shard, in this order. One call a shard is under way at a time.
   * Must settle within a deadline of its own.
   * @returns an answer for each hop, in the same order
   * @throws when the owner is not known or not reached, or its answer did not come: then the hops may have been decided
   */
  carry(targetShard: number, hops: readonly CarriedHop[]): Promise<readonly HopAnswer[]>;
}
