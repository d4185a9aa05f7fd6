/**
 * Server-side encryption: the content of messages is encrypted in the store (AES-256-CTR), with a data key of the queue's KMS
 * key, or of SQS's own. Data keys are made here and kept in a table of the same store: they keep messages out of backups
 * of single tables and of plain sight, not from someone who holds the whole store. In memory they are plain.
 * How content is encrypted is told in `key-stream.ts`.
 */
import { createDecipheriv } from "node:crypto";
import type { Decipheriv } from "node:crypto";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import type { QueueSettings } from "./queue-settings.ts";
import { algorithm, blockBytes, drawnBytes, KeyStream } from "./key-stream.ts";
import type { Memory } from "./key-stream.ts";
import { dataKeysTable } from "./tables.ts";
import { readableContent, readContent } from "./parcel-content.ts";
import { contentToSeal, readUnsealed } from "./sealed-content.ts";
import type { Sealed } from "./stored-messages.ts";
import type { DataKeyRow, MessageRow, ParcelRow } from "./tables.ts";

/** Sealed parcels stand in pieces of memory this large, which the store's thread reads where they are. */
const slabBytes = 65_536;
/** Larger ones have memory of their own. */
const slabShareMax = slabBytes / 4;

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
  #slab = newMemory(slabBytes);
  #slabUsed = 0;
  /** The latest data key by shard and the name of its KMS key. */
  readonly #latest = new Map<number, Map<string, KnownKey>>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** A parcel's content as the store is to hold it. */
  seal(
    tx: Transaction,
    shard: number,
    rows: readonly MessageRow[],
    { encryptionKey, dataKeyReuseMs }: QueueSettings,
  ): Sealed {
    if (encryptionKey === undefined) return { content: readableContent(rows), keyId: null, sealed: null };
    const key = this.#current(tx, shard, encryptionKey, dataKeyReuseMs);
    const stream = this.#stream(key);
    const { text, bytes } = contentToSeal(rows);
    // Whole blocks, so that the next parcel begins with one: what is behind the text is of no use to anybody.
    const blocks = Math.ceil(bytes / blockBytes);
    const size = (1 + blocks) * blockBytes;
    const memory = this.#memoryFor(size);
    const start = memory === this.#slab ? this.#slabUsed - size : 0;
    memory.bytes.write(text, start + blockBytes);
    stream.encrypt(memory, start, blocks);
    return { content: "", keyId: key.id, sealed: memory.bytes.subarray(start, start + blockBytes + bytes) };
  }

  /** The slab, behind what is used of it then, or memory of its own for a large parcel. */
  #memoryFor(bytes: number): Memory {
    if (bytes > slabShareMax) return newMemory(bytes);
    if (this.#slabUsed + bytes > slabBytes) {
      this.#slab = newMemory(slabBytes);
      this.#slabUsed = 0;
    }
    this.#slabUsed += bytes;
    return this.#slab;
  }

  /** The messages of a parcel that are still there. */
  open(row: ParcelRow): MessageRow[] {
    const { shard, keyId, content, sealed } = row;
    if (sealed !== null) return readUnsealed(row, this.#unseal(shard, keyId, bufferOf(sealed)));
    // Encrypted by a former version, whole or each body by itself, as base64.
    const unsealed = (text: string, id: string): string =>
      this.#unseal(shard, id, Buffer.from(text, "base64")).toString("utf8");
    return readContent(row, keyId === null ? content : unsealed(content, keyId), unsealed);
  }

  #unseal(shard: number, keyId: string | null, sealed: Buffer): Buffer {
    const keys = this.#kernel.resident(dataKeysTable);
    const key = keys.get(keys.keyString([shard, keyId]));
    if (key === undefined) throw new Error(`messages are encrypted with the data key ${keyId}, which is not there`);
    const counter = sealed.subarray(0, blockBytes);
    const bytes = sealed.length - blockBytes;
    const blocks = Math.ceil(bytes / blockBytes);
    // Whole blocks, so that the next content can go on from here.
    const text = Buffer.alloc(blocks * blockBytes);
    sealed.copy(text, 0, blockBytes);
    return this.#readerAt(key, counter, blocks).update(text).subarray(0, bytes);
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
    // Nothing is encrypted with the one before any more; its stream would stay for as long as the process.
    if (known !== undefined && known.row.id !== latest.id) this.#streams.delete(known.row.id);
    ofShard.set(keyName, { row: latest, key: keys.keyString([shard, latest.id]) });
    this.#latest.set(shard, ofShard);
    return latest;
  }

  #stream(key: DataKeyRow): KeyStream {
    let stream = this.#streams.get(key.id);
    if (stream === undefined) {
      stream = new KeyStream(this.#secret(key), this.#kernel.random.bytes(drawnBytes));
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

/** Shared with the store's thread rather than copied for it. */
function newMemory(size: number): Memory {
  const memory = new SharedArrayBuffer(size);
  return { bytes: Buffer.from(memory), words: new BigInt64Array(memory) };
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
