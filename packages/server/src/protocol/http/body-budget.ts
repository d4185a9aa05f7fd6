/**
 * How much memory the bodies of all requests together may take while they are read, decoded and answered. Each is bounded
 * by itself, but ten thousand connections may each send one of the largest size, and as slowly as they like.
 *
 *     claim ──there is room──▶ held ──given back──▶ gone
 *       └─none──▶ waiting ──others gave back, and it is its turn──▶ held
 *
 * Who waits is not read on, so that its client is held up by TCP. Rooms are given in order of arrival, and nobody is passed
 * by who asks for less: a large body would wait for ever. Small ones never come here, see `smallBytesMax`.
 *
 * Nobody waits for ever, whatever clients do:
 * - A request claims once, for the most it can come to, before it holds more than a small body: its length, what its
 *   decoding adds, and the largest size there is where it does not say its length. So who waits has no room, and who has room
 *   waits for no other: two half-read bodies cannot wait for each other.
 * - A claim larger than the budget is a claim for all of it, and gets its turn when all else has been given back.
 * - Who has room either is answered, or sends nothing and loses its connection by the listener's limits on time. An operation
 *   that waits keeps its room as long, for its body is still there; each such wait has an end by itself.
 * - A request that is passed on to another node keeps its room here while it waits for one there. There it claims from a
 *   budget of its own, for what nodes send, and nothing in that is ever passed on.
 *
 * What is counted are bytes of bodies. Beside them there are, for each connection, a small body and what one or two reads of
 * its socket bring, and for the moment in which one body is put together or parsed, that one body again.
 */

export interface BodyBudgetLimits {
  /** Of all bodies that are not small, together. */
  readonly bytesMax: number;
  /** A body up to this length is read without asking, unless an earlier request of its connection is still being answered. */
  readonly smallBytesMax: number;
}

export class BodyBudget {
  readonly bytesMax: number;
  readonly smallBytesMax: number;
  #heldBytes = 0;
  /** In order of arrival. */
  readonly #waiting = new Set<BodyRoom>();

  constructor({ bytesMax, smallBytesMax }: BodyBudgetLimits) {
    this.bytesMax = bytesMax;
    this.smallBytesMax = smallBytesMax;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  /**
   * Room for a body: held at once where there is some, otherwise in its turn.
   * @param onHeld called when it was not held at once and is now; never after it has been given back
   */
  claim(bytes: number, onHeld: () => void): BodyRoom {
    const room = new BodyRoom(Math.min(bytes, this.bytesMax), onHeld, (given, wasHeld) => {
      if (wasHeld) this.#heldBytes -= given;
      else this.#waiting.delete(room);
      this.#giveToWaiting();
    });
    this.#waiting.add(room);
    if (this.#waiting.size === 1 && this.#hasRoomFor(room)) this.#give(room);
    return room;
  }

  #hasRoomFor(room: BodyRoom): boolean {
    return this.#heldBytes + room.bytes <= this.bytesMax;
  }

  #give(room: BodyRoom): void {
    this.#waiting.delete(room);
    this.#heldBytes += room.bytes;
    room.state = "held";
  }

  /** Who is told may give back on the spot, which comes here again: each turn looks at what is so by then. */
  #giveToWaiting(): void {
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || !this.#hasRoomFor(next)) return;
      this.#give(next);
      next.onHeld();
    }
  }
}

/** A request's part of the budget. */
export class BodyRoom {
  /** The budget makes it held, its owner over. */
  state: "waiting" | "held" | "over" = "waiting";
  readonly onHeld: () => void;
  #bytes: number;
  /** Takes bytes of one that is held, or all of one that waits. */
  readonly #takeBack: (given: number, wasHeld: boolean) => void;

  constructor(bytes: number, onHeld: () => void, takeBack: (given: number, wasHeld: boolean) => void) {
    this.#bytes = bytes;
    this.onHeld = onHeld;
    this.#takeBack = takeBack;
  }

  /** Held, or waited for. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Of one that is held, gives back what is beyond `bytes`, now that it is known how many there are. */
  keep(bytes: number): void {
    const given = this.#bytes - bytes;
    if (this.state !== "held" || given <= 0) return;
    this.#bytes = bytes;
    this.#takeBack(given, true);
  }

  /** Gives all of it back, or waits no longer; nothing happens the second time. */
  giveBack(): void {
    if (this.state === "over") return;
    const wasHeld = this.state === "held";
    // First: somebody who is told that there is room may come here again.
    this.state = "over";
    this.#takeBack(this.#bytes, wasHeld);
  }
}
