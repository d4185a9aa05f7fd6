/**
 * What one process encrypts under one data key: one stream of AES-256 in counter mode, which begins at a random place. Half of
 * the counter block is drawn when the stream begins, the other half counts blocks, so that no two parcels share a block of it.
 * Each stands behind the counter block it begins with and can be read by itself.
 *
 * A call of the cipher costs as much as it takes to encrypt a few kilobytes. So the stream is drawn in pieces for parcels
 * that are not long (in counter mode text is encrypted by XOR with the stream); a longer one gets a call of its own.
 */
import { createCipheriv } from "node:crypto";
import type { Cipheriv } from "node:crypto";

export const algorithm = "aes-256-ctr";
export const blockBytes = 16;
export const drawnBytes = 8;

const blockWords = blockBytes / BigInt64Array.BYTES_PER_ELEMENT;
/** Up to this size a parcel takes its part of a piece. */
const smallBlocksMax = 512;
/** Of the stream, drawn at a time: little enough to stay in the processor's caches. */
const pieceBlocks = 2_048;
const zeroes = Buffer.alloc(pieceBlocks * blockBytes);

/** Memory that begins at a whole block, by bytes and by words. */
export interface Memory {
  readonly bytes: Buffer;
  readonly words: BigInt64Array;
}

export class KeyStream {
  readonly #cipher: Cipheriv;
  readonly #drawn: Uint8Array;
  /** Blocks the cipher has given. */
  #blocks = 0;
  /** The last piece, the number of its first block, and how many of its blocks have been used. */
  #piece = { words: new BigInt64Array(0), block: 0, used: pieceBlocks };

  /** @param drawn half of the first counter block, at random */
  constructor(secret: Uint8Array, drawn: Uint8Array) {
    const counter = Buffer.concat([drawn, Buffer.alloc(blockBytes - drawnBytes)]);
    this.#cipher = createCipheriv(algorithm, secret, counter);
    this.#drawn = Uint8Array.from(drawn);
  }

  /**
   * Encrypts text where it stands. @param start of the block before it, which becomes the counter block
   * @param blocks of text
   */
  encrypt({ bytes, words }: Memory, start: number, blocks: number): void {
    const block = blocks > smallBlocksMax ? this.#blocks : this.#take(blocks);
    writeCounter(bytes, start, this.#drawn, block);
    const begin = start + blockBytes;
    if (blocks > smallBlocksMax) {
      bytes.set(this.#cipher.update(bytes.subarray(begin, begin + blocks * blockBytes)), begin);
      this.#blocks += blocks;
      return;
    }
    const { words: stream, block: first } = this.#piece;
    const from = (block - first) * blockWords;
    const to = begin / BigInt64Array.BYTES_PER_ELEMENT;
    for (let index = 0; index < blocks * blockWords; index += 1)
      words[to + index] = BigInt.asIntN(64, (words[to + index] ?? 0n) ^ (stream[from + index] ?? 0n));
  }

  /** Blocks of the piece that nobody else gets; gives the number of the first. */
  #take(blocks: number): number {
    if (this.#piece.used + blocks > pieceBlocks) {
      const { buffer, byteOffset, byteLength } = this.#cipher.update(zeroes);
      const words = new BigInt64Array(buffer, byteOffset, byteLength / BigInt64Array.BYTES_PER_ELEMENT);
      this.#piece = { words, block: this.#blocks, used: 0 };
      this.#blocks += pieceBlocks;
    }
    this.#piece.used += blocks;
    return this.#piece.block + this.#piece.used - blocks;
  }
}

function writeCounter(bytes: Buffer, start: number, drawn: Uint8Array, block: number): void {
  bytes.set(drawn, start);
  bytes.writeUInt16BE(0, start + drawnBytes);
  bytes.writeUIntBE(block, start + drawnBytes + 2, 6);
}
