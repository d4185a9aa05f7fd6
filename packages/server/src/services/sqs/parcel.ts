/**
 * What one decision has put into a queue, at most ten messages with consecutive sequences, is one row of the store: a parcel.
 * A batch of ten costs the store little more than one message then. A message that is deleted is crossed off its parcel,
 * and the parcel goes with its last.
 */
import type { GoneNote } from "./slip.ts";
import type { ParcelRow } from "./tables.ts";

/** Messages of a batch; a bit for each has to fit into an integer. */
export const parcelMessagesMax = 10;
/** Characters of bodies after which a parcel takes no further message: a page of parcels is held in memory. */
export const parcelCharactersMax = 256 * 1024;

/** Of one parcel there is one object, for as long as a message of it is in memory. */
export class Parcel {
  readonly first: number;
  size: number;
  /** A bit for each message that is gone. */
  removed: number;
  /** Messages in memory. */
  held = 0;
  /** Where it stands of messages that they are gone, as long as the parcel's row does not tell. */
  notes: GoneNote[] = [];

  constructor(first: number, size: number, removed: number) {
    this.first = first;
    this.size = size;
    this.removed = removed;
  }

  get last(): number {
    return this.first + this.size - 1;
  }

  get remaining(): number {
    let count = this.size;
    for (let bits = this.removed; bits !== 0; bits &= bits - 1) count -= 1;
    return count;
  }

  has(sequence: number): boolean {
    return sequence >= this.first && sequence <= this.last && (this.removed & this.#bit(sequence)) === 0;
  }

  /** Crosses a message off; `putBack` is the reverse. */
  remove(sequence: number): void {
    this.removed |= this.#bit(sequence);
  }

  putBack(sequence: number): void {
    this.removed &= ~this.#bit(sequence);
  }

  #bit(sequence: number): number {
    return 1 << (sequence - this.first);
  }
}

export function firstOf({ last, size }: Pick<ParcelRow, "last" | "size">): number {
  return last - size + 1;
}
