/**
 * Who owns what. Every resource belongs to a shard by its ARN, and every row carries its shard, so that shards can be
 * loaded, leased and moved one by one. The number of shards is chosen when an installation is made and never changes.
 * The partition of an ARN makes no difference: `partitions.ts` says why.
 *
 * With the embedded store one process owns every shard; a lock on the data directory says so.
 */
import { inDefaultPartition } from "./partitions.ts";

export const shardCountDefault = 64;
export const shardCountMax = 65_536;

/** ARNs whose shard is remembered. */
const knownMax = 10_000;

export class ShardMap {
  readonly count: number;
  readonly #known = new Map<string, number>();

  constructor(count: number) {
    if (!Number.isSafeInteger(count) || count < 1 || count > shardCountMax)
      throw new RangeError(`shard count ${count}`);
    this.count = count;
  }

  /** The shard of a resource. Parts of a resource (messages, executions' scopes) live in the resource's own shard. */
  of(arn: string): number {
    let shard = this.#known.get(arn);
    if (shard === undefined) {
      shard = hash(inDefaultPartition(arn)) % this.count;
      // The same few resources are asked for again and again.
      if (this.#known.size >= knownMax) this.#known.clear();
      this.#known.set(arn, shard);
    }
    return shard;
  }
}

/** FNV-1a over UTF-16 code units, finished by a mixer so that ARNs that differ in their last letter spread well. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}
