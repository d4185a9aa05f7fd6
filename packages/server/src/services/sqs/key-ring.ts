/**
 * Server-side encryption: message bodies are encrypted in the store (AES-256-CTR), with a data key of the queue's KMS
 * key, or of SQS's own. Data keys are made here and kept in a table of the same store: they keep bodies out of backups
 * of single tables and of plain sight, not from someone who holds the whole store. In memory bodies are plain.
 *
 * A process encrypts everything under one data key as one stream, which begins at a random place: half of the counter
 * block is drawn when the stream begins, the other half counts blocks. No two bodies share a block of it, and a body
 * costs one call. Each is stored behind the counter block it begins with, so that it can be read by itself.
 */
import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Cipheriv } from "node:crypto";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import type { QueueSettings } from "./queue-settings.ts";
import { dataKeysTable } from "./tables.ts";
import type { DataKeyRow, MessageRow } from "./tables.ts";

const algorithm = "aes-256-ctr";
const blockBytes = 16;
const drawnBytes = 8;

interface KeyStream {
  readonly cipher: Cipheriv;
  readonly drawn: Uint8Array;
  /** Blocks used. */
  blocks: number;
}

export class KeyRing {
  readonly #kernel: Kernel;
  readonly #streams = new Map<string, KeyStream>();
  readonly #secrets = new Map<string, Buffer>();
  /** The latest data key by the name of its KMS key. */
  readonly #latest = new Map<string, DataKeyRow>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** The row as the store is to hold it. */
  seal(tx: Transaction, row: MessageRow, { encryptionKey, dataKeyReuseMs }: QueueSettings): MessageRow {
    if (encryptionKey === undefined) return { ...row, keyId: null };
    const key = this.#current(tx, encryptionKey, dataKeyReuseMs);
    const stream = this.#stream(key);
    const bytes = Buffer.byteLength(row.body);
    const blocks = Math.ceil(bytes / blockBytes);
    // Whole blocks, so that the next body begins with one.
    const plain = Buffer.allocUnsafe(blocks * blockBytes);
    plain.write(row.body, "utf8");
    const sealed = Buffer.allocUnsafe(blockBytes + bytes);
    sealed.set(stream.drawn);
    sealed.writeUIntBE(stream.blocks, drawnBytes + 2, 6);
    sealed.writeUInt16BE(0, drawnBytes);
    stream.cipher.update(plain).copy(sealed, blockBytes, 0, bytes);
    stream.blocks += blocks;
    return { ...row, body: sealed.toString("base64"), keyId: key.id };
  }

  /** A row of the store with its body readable. */
  unseal(row: MessageRow): MessageRow {
    if (row.keyId === null) return row;
    const key = this.#kernel.resident(dataKeysTable).get(row.keyId);
    if (key === undefined) throw new Error(`message ${row.messageId} is encrypted with a data key that is not there`);
    const sealed = Buffer.from(row.body, "base64");
    const decipher = createDecipheriv(algorithm, this.#secret(key), sealed.subarray(0, blockBytes));
    return { ...row, body: decipher.update(sealed.subarray(blockBytes)).toString("utf8"), keyId: null };
  }

  #current(tx: Transaction, keyName: string, reuseMs: number): DataKeyRow {
    const known = this.#latest.get(keyName);
    // One that was made in a decision that was undone is not in the table.
    if (known !== undefined && tx.now < known.createdAt + reuseMs && tx.get(dataKeysTable, known.id) === known)
      return known;
    let latest: DataKeyRow | undefined;
    for (const key of tx.scan(dataKeysTable, "by_name", [keyName])) latest = key;
    if (latest === undefined || tx.now >= latest.createdAt + reuseMs) {
      latest = {
        shard: 0,
        id: this.#kernel.random.uuid(),
        keyName,
        secret: Buffer.from(this.#kernel.random.bytes(32)).toString("base64"),
        createdAt: tx.now,
      };
      tx.insert(dataKeysTable, latest);
    }
    this.#latest.set(keyName, latest);
    return latest;
  }

  #stream(key: DataKeyRow): KeyStream {
    let stream = this.#streams.get(key.id);
    if (stream === undefined) {
      const drawn = Uint8Array.from(this.#kernel.random.bytes(drawnBytes));
      const counter = Buffer.concat([drawn, Buffer.alloc(blockBytes - drawnBytes)]);
      stream = { cipher: createCipheriv(algorithm, this.#secret(key), counter), drawn, blocks: 0 };
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
