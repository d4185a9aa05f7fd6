/**
 * Something by its sequence in a queue. Sequences that are in use lie close together and go on growing, so they stand in
 * blocks of neighbours.
 *
 * A `Map` makes a new table each time as many entries have come and gone as it has places, and the old table, which holds
 * what was there then, refers to the new one. Once the collector has moved one of them to the old generation all that come
 * after it follow with all they hold: of each 25 MB that messages take on their way through a queue, 2.4 were kept like
 * that until the old generation was collected, though they live some milliseconds.
 */
const blockSize = 64;

class Block<Value> {
  readonly values: (Value | undefined)[] = Array.from({ length: blockSize }, () => undefined);
  count = 0;
}

export class SequenceMap<Value extends object> {
  /** By sequence divided by the size of a block; none is empty. */
  readonly #blocks = new Map<number, Block<Value>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(sequence: number): Value | undefined {
    return this.#blocks.get(Math.floor(sequence / blockSize))?.values[sequence % blockSize];
  }

  set(sequence: number, value: Value): void {
    const key = Math.floor(sequence / blockSize);
    let block = this.#blocks.get(key);
    if (block === undefined) this.#blocks.set(key, (block = new Block<Value>()));
    const place = sequence % blockSize;
    if (block.values[place] === undefined) {
      block.count += 1;
      this.#size += 1;
    }
    block.values[place] = value;
  }

  /** Whether it was there. */
  delete(sequence: number): boolean {
    const key = Math.floor(sequence / blockSize);
    const block = this.#blocks.get(key);
    const place = sequence % blockSize;
    if (block?.values[place] === undefined) return false;
    block.values[place] = undefined;
    block.count -= 1;
    this.#size -= 1;
    if (block.count === 0) this.#blocks.delete(key);
    return true;
  }

  /** In no order. It must not be changed meanwhile. */
  *values(): Generator<Value, void, undefined> {
    for (const { values } of this.#blocks.values()) for (const value of values) if (value !== undefined) yield value;
  }
}
