/**
 * An ordered list for in-memory indexes: items in chunks of bounded size, so that inserting and removing move few
 * entries and walking in order is a plain loop. Items must be distinct under `compare`.
 *
 * Finding is a binary search over chunks, then within one. With a chunk of 512, a million items cost about 31
 * comparisons to find and a quarter of a chunk moved to insert.
 */
const chunkItemsMax = 512;

export type Compare<Item> = (left: Item, right: Item) => number;

export class SortedList<Item> {
  readonly #compare: Compare<Item>;
  /** Never holds an empty chunk. */
  #chunks: Item[][] = [];
  #size = 0;

  constructor(compare: Compare<Item>) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds an item; an equal one already there is replaced and returned. Adding at the end is one comparison. */
  add(item: Item): Item | undefined {
    const last = this.#chunks.at(-1);
    const greatest = last?.at(-1);
    if (last === undefined || greatest === undefined || this.#compare(greatest, item) < 0) {
      if (last === undefined || last.length >= chunkItemsMax) this.#chunks.push([item]);
      else last.push(item);
      this.#size += 1;
      return undefined;
    }
    const chunkIndex = this.#chunkOf(this.#compare, item);
    const chunk = this.#chunks[chunkIndex] ?? last;
    const itemIndex = placeIn(chunk, this.#compare, item);
    const found = chunk[itemIndex];
    if (found !== undefined && this.#compare(found, item) === 0) {
      chunk[itemIndex] = item;
      return found;
    }
    chunk.splice(itemIndex, 0, item);
    if (chunk.length > chunkItemsMax) this.#chunks.splice(chunkIndex + 1, 0, chunk.splice(chunkItemsMax >> 1));
    this.#size += 1;
    return undefined;
  }

  /** Removes the item equal to this one and returns it. Removing the first is one comparison. */
  remove(item: Item): Item | undefined {
    const first = this.first();
    const isFirst = first !== undefined && this.#compare(first, item) === 0;
    const chunkIndex = isFirst ? 0 : this.#chunkOf(this.#compare, item);
    const chunk = this.#chunks[chunkIndex];
    if (chunk === undefined) return undefined;
    const itemIndex = isFirst ? 0 : placeIn(chunk, this.#compare, item);
    const found = chunk[itemIndex];
    if (found === undefined || this.#compare(found, item) !== 0) return undefined;
    if (itemIndex === 0) chunk.shift();
    else chunk.splice(itemIndex, 1);
    if (chunk.length === 0) this.#chunks.splice(chunkIndex, 1);
    this.#size -= 1;
    return found;
  }

  first(): Item | undefined {
    return this.#chunks[0]?.[0];
  }

  /**
   * Items in order from the first for which `position(item)` is not negative: `position` says whether an item lies
   * before (negative) the wanted start. The list must not change during the walk.
   */
  *from(position: (item: Item) => number): Generator<Item, void, undefined> {
    let chunkIndex = this.#chunkOf(position, undefined);
    let itemIndex = placeIn(this.#chunks[chunkIndex] ?? [], position, undefined);
    for (; chunkIndex < this.#chunks.length; chunkIndex += 1, itemIndex = 0) {
      const chunk = this.#chunks[chunkIndex] ?? [];
      for (; itemIndex < chunk.length; itemIndex += 1) {
        const item = chunk[itemIndex];
        if (item !== undefined) yield item;
      }
    }
  }

  /** Items in descending order, starting with the last for which `position(item)` is negative. */
  *before(position: (item: Item) => number): Generator<Item, void, undefined> {
    const startChunk = this.#chunkOf(position, undefined);
    let itemIndex = placeIn(this.#chunks[startChunk] ?? [], position, undefined) - 1;
    for (let chunkIndex = startChunk; chunkIndex >= 0; chunkIndex -= 1) {
      const chunk = this.#chunks[chunkIndex];
      if (chunk !== undefined) {
        for (; itemIndex >= 0; itemIndex -= 1) {
          const item = chunk[itemIndex];
          if (item !== undefined) yield item;
        }
      }
      itemIndex = (this.#chunks[chunkIndex - 1]?.length ?? 0) - 1;
    }
  }

  [Symbol.iterator](): Generator<Item, void, undefined> {
    return this.from(() => 0);
  }

  /**
   * The chunk that holds the first item that does not lie before the wanted place; one past the last when there is none.
   * @param position says whether an item lies before (negative) the place, by `wanted`: an item to compare with
   */
  #chunkOf<Wanted>(position: (item: Item, wanted: Wanted) => number, wanted: Wanted): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const last = this.#chunks[middle]?.at(-1);
      if (last !== undefined && position(last, wanted) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Place within a chunk of the first item that does not lie before the wanted place; its length when there is none. */
function placeIn<Item, Wanted>(
  chunk: readonly Item[],
  position: (item: Item, wanted: Wanted) => number,
  wanted: Wanted,
): number {
  let start = 0;
  let end = chunk.length;
  while (start < end) {
    const middle = (start + end) >> 1;
    const item = chunk[middle];
    if (item !== undefined && position(item, wanted) < 0) start = middle + 1;
    else end = middle;
  }
  return start;
}
