/**
 * Server-side encryption: the content of messages is encrypted in the store (AES-256-CTR), with a data key of the queue's KMS
 * key, or of SQS's own. Data keys are made here and kept in a table of the same store: they keep messages out of backups
 * of single tables and of plain sight, not from someone who holds the whole store. In memory they are plain.
 *
 * A process encrypts everything under one data key as one stream, which begins at a random place: half of the counter
 * block is drawn when the stream begins, the other half counts blocks. No two parcels share a block of it. Each is stored
 * behind the counter block it begins with, so that it can be read by itself.
 *
 * A call of the cipher costs more than it takes to encrypt a few small messages. So the stream is drawn in pieces that do for
 * many parcels (counter mode: text is encrypted by XOR with the stream); a parcel larger than that gets its own call.
 */
import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Cipheriv, Decipheriv } from "node:crypto";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import type { QueueSettings } from "./queue-settings.ts";
import { dataKeysTable } from "./tables.ts";
import { unpack } from "./parcel.ts";
import type { SealedText } from "./parcel.ts";
import type { Sealed } from "./stored-messages.ts";
import type { DataKeyRow, MessageRow, ParcelRow } from "./tables.ts";

const algorithm = "aes-256-ctr";
const blockBytes = 16;
const drawnBytes = 8;

/** Of the stream, drawn at a time. */
const pieceBlocks = 16_384;
/** Up to this size parcels share a piece. */
const sharedBytesMax = 16_384;

const zeroes = Buffer.alloc(pieceBlocks * blockBytes);
const blockWords = blockBytes / Int32Array.BYTES_PER_ELEMENT;

interface KeyStream {
  readonly cipher: Cipheriv;
  readonly drawn: Uint8Array;
  /** Blocks the cipher has given. */
  blocks: number;
  /** The last piece in words, the number of its first block, and how many of its blocks have been used. */
  piece: Int32Array;
  pieceBlock: number;
  usedBlocks: number;
}

interface KnownKey {
  readonly row: DataKeyRow;
  /** Its key in the table. */
  readonly key: string;
}

export class KeyRing {
  readonly #kernel: Kernel;
  readonly #streams = new Map<string, KeyStream>();
  readonly #secrets = new Map<string, Buffer>();
  /** The decipher of the body read last, and the counter block behind that body. */
  #reader: { readonly keyId: string; readonly decipher: Decipheriv; readonly next: Buffer } | undefined;
  readonly #scratch = Buffer.from(new ArrayBuffer(blockBytes + sharedBytesMax));
  readonly #scratchWords = new Int32Array(this.#scratch.buffer);
  /** The latest data key by shard and the name of its KMS key. */
  readonly #latest = new Map<number, Map<string, KnownKey>>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** A parcel's content as the store is to hold it. */
  seal(tx: Transaction, shard: number, content: string, { encryptionKey, dataKeyReuseMs }: QueueSettings): Sealed {
    if (encryptionKey === undefined) return { content, keyId: null };
    const key = this.#current(tx, shard, encryptionKey, dataKeyReuseMs);
    const stream = this.#stream(key);
    const bytes = Buffer.byteLength(content);
    const sealed =
      bytes <= sharedBytesMax ? this.#sealShared(stream, content, bytes) : sealAlone(stream, content, bytes);
    return { content: sealed.toString("base64", 0, blockBytes + bytes), keyId: key.id };
  }

  /** Takes what it needs of the piece. */
  #sealShared(stream: KeyStream, body: string, bytes: number): Buffer {
    const blocks = Math.ceil(bytes / blockBytes);
    if (stream.usedBlocks + blocks > pieceBlocks) drawPiece(stream);
    const sealed = this.#scratch;
    writeCounter(sealed, stream.drawn, stream.pieceBlock + stream.usedBlocks);
    sealed.write(body, blockBytes, "utf8");
    const words = this.#scratchWords;
    const { piece } = stream;
    const start = stream.usedBlocks * blockWords;
    // Whole blocks: what lies behind the body is of no use to anybody.
    for (let index = 0; index < blocks * blockWords; index += 1)
      words[blockWords + index] = (words[blockWords + index] ?? 0) ^ (piece[start + index] ?? 0);
    stream.usedBlocks += blocks;
    return sealed;
  }

  /** The messages of a parcel that are still there. */
  open(row: ParcelRow): MessageRow[] {
    return unpack(row, (sealed) => this.#unseal(sealed));
  }

  #unseal({ shard, content, keyId }: SealedText): string {
    if (keyId === null) return content;
    const keys = this.#kernel.resident(dataKeysTable);
    const key = keys.get(keys.keyString([shard, keyId]));
    if (key === undefined) throw new Error(`messages are encrypted with the data key ${keyId}, which is not there`);
    const sealed = Buffer.from(content, "base64");
    const counter = sealed.subarray(0, blockBytes);
    const bytes = sealed.length - blockBytes;
    const blocks = Math.ceil(bytes / blockBytes);
    // Whole blocks, so that the next content can go on from here.
    const text = Buffer.alloc(blocks * blockBytes);
    sealed.copy(text, 0, blockBytes);
    return this.#readerAt(key, counter, blocks).update(text).toString("utf8", 0, bytes);
  }

  /** Bodies that were sent one after another stand one after another in the stream: a page of them has one decipher. */
  #readerAt(key: DataKeyRow, counter: Buffer, blocks: number): Decipheriv {
    const known = this.#reader;
    const isNext = known?.keyId === key.id && known.next.equals(counter);
    const decipher = isNext ? known.decipher : createDecipheriv(algorithm, this.#secret(key), counter);
    const next = Buffer.from(counter);
    next.writeUIntBE(next.readUIntBE(drawnBytes + 2, 6) + blocks, drawnBytes + 2, 6);
    this.#reader = { keyId: key.id, decipher, next };
    return decipher;
  }

  #current(tx: Transaction, shard: number, keyName: string, reuseMs: number): DataKeyRow {
    const keys = this.#kernel.resident(dataKeysTable);
    const ofShard = this.#latest.get(shard) ?? new Map<string, KnownKey>();
    const known = ofShard.get(keyName);
    // One that was made in a decision that was undone is not in the table.
    if (known !== undefined && tx.now < known.row.createdAt + reuseMs && keys.get(known.key) === known.row)
      return known.row;
    let latest: DataKeyRow | undefined;
    for (const key of tx.scan(dataKeysTable, "by_name", [shard, keyName])) latest = key;
    if (latest === undefined || tx.now >= latest.createdAt + reuseMs) {
      latest = {
        shard,
        id: this.#kernel.random.uuid(),
        keyName,
        secret: Buffer.from(this.#kernel.random.bytes(32)).toString("base64"),
        createdAt: tx.now,
      };
      tx.insert(dataKeysTable, latest);
    }
    ofShard.set(keyName, { row: latest, key: keys.keyString([shard, latest.id]) });
    this.#latest.set(shard, ofShard);
    return latest;
  }

  #stream(key: DataKeyRow): KeyStream {
    let stream = this.#streams.get(key.id);
    if (stream === undefined) {
      const drawn = Uint8Array.from(this.#kernel.random.bytes(drawnBytes));
      const counter = Buffer.concat([drawn, Buffer.alloc(blockBytes - drawnBytes)]);
      const cipher = createCipheriv(algorithm, this.#secret(key), counter);
      stream = { cipher, drawn, blocks: 0, piece: new Int32Array(0), pieceBlock: 0, usedBlocks: pieceBlocks };
      this.#streams.set(key.id, stream);
    }
    return stream;
  }

  #secret({ id, secret }: DataKeyRow): Buffer {
    let bytes = this.#secrets.get(id);
    if (bytes === undefined) {
      bytes = Buffer.from(secret, "base64");
      this.#secrets.set(id, bytes);
    }
    return bytes;
  }
}

function drawPiece(stream: KeyStream): void {
  const { buffer, byteOffset, byteLength } = stream.cipher.update(zeroes);
  stream.piece = new Int32Array(buffer.slice(byteOffset, byteOffset + byteLength));
  stream.pieceBlock = stream.blocks;
  stream.usedBlocks = 0;
  stream.blocks += pieceBlocks;
}

/** Encrypts a large parcel by a call of its own, behind the piece. */
function sealAlone(stream: KeyStream, body: string, bytes: number): Buffer {
  // Whole blocks, so that the next body begins with one.
  const blocks = Math.ceil(bytes / blockBytes);
  const sealed = Buffer.allocUnsafe(blockBytes + blocks * blockBytes);
  writeCounter(sealed, stream.drawn, stream.blocks);
  sealed.write(body, blockBytes, "utf8");
  stream.cipher.update(sealed.subarray(blockBytes)).copy(sealed, blockBytes);
  stream.blocks += blocks;
  return sealed;
}

/** The counter block a body begins with. @param block the number of its first block in the stream */
function writeCounter(sealed: Buffer, drawn: Uint8Array, block: number): void {
  sealed.set(drawn);
  sealed.writeUInt16BE(0, drawnBytes);
  sealed.writeUIntBE(block, drawnBytes + 2, 6);
}
