/**
 * Which shards a node gives and takes, from what it sees. No node decides for another: each keeps to the share that is
 * everybody's, shards over nodes, rounded up. So at most one node's share is short, and nothing moves back and forth.
 */
import type { ClusterView } from "./leases.ts";

export interface Situation {
  readonly view: ClusterView;
  /** This node's id. */
  readonly self: string;
  /** The shards this node decides for. */
  readonly held: ReadonlySet<number>;
  /** Shards that have been free for so long that whoever should have taken them will not. */
  readonly overdue: ReadonlySet<number>;
}

export interface Moves {
  readonly give: readonly number[];
  readonly take: readonly number[];
  /** This node's by the store, without its knowing: it was told so by an answer that was lost, or gave it in vain. To be taken as well. */
  readonly adopt: readonly number[];
}

export function chooseMoves({ view, self, held, overdue }: Situation): Moves {
  const { nodes, shards } = view;
  const own = shards.filter(({ owner }) => owner === self).map(({ shard }) => shard);
  const share = Math.ceil(shards.length / Math.max(1, nodes.length));
  const adopt = own.filter((shard) => !held.has(shard));
  const give = own.length > share && adopt.length === 0 ? own.slice(share - own.length) : [];
  const free = shards.filter(({ owner }) => owner === undefined).map(({ shard }) => shard);
  // Each begins elsewhere, so that nodes that look at once do not all ask for the same.
  const place = Math.max(
    0,
    nodes.findIndex(({ id }) => id === self),
  );
  const first = Math.floor((free.length * place) / Math.max(1, nodes.length));
  const rotated = [...free.slice(first), ...free.slice(0, first)];
  const wanted = rotated.slice(0, Math.max(0, share - own.length));
  const late = rotated.filter((shard) => overdue.has(shard) && !wanted.includes(shard));
  return { give, take: [...wanted, ...late], adopt };
}
