/**
 * Bytes that come in pieces, put together at the end. A client may send a megabyte in a million pieces, each of which takes
 * some hundred bytes of memory besides its own: 5 MB in pieces of one byte took two gigabytes. So many small ones are put
 * together before the end.
 */
const piecesMax = 1_000;

export class Pieces {
  #size = 0;
  readonly #joined: Buffer[] = [];
  #pieces: Buffer[] = [];

  /** Bytes that have come. */
  get size(): number {
    return this.#size;
  }

  add(piece: Buffer): void {
    this.#size += piece.length;
    this.#pieces.push(piece);
    if (this.#pieces.length < piecesMax) return;
    this.#joined.push(Buffer.concat(this.#pieces));
    this.#pieces = [];
  }

  /** All of them, without a copy where there is only one. */
  whole(): Buffer {
    const [only, ...others] = [...this.#joined, ...this.#pieces];
    return only !== undefined && others.length === 0 ? only : Buffer.concat([...this.#joined, ...this.#pieces]);
  }
}
