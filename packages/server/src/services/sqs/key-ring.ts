/**
 * Server-side encryption: message bodies are encrypted in the store (AES-256-GCM), with a data key of the queue's KMS
 * key, or of SQS's own. Data keys are made here and kept in a table of the same store: they keep bodies out of backups
 * of single tables and of plain sight, not from someone who holds the whole store. In memory bodies are plain.
 */
import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import type { QueueSettings } from "./queue-settings.ts";
import { dataKeysTable } from "./tables.ts";
import type { DataKeyRow, MessageRow } from "./tables.ts";

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;
/** Nonces drawn from the random source at a time. */
const noncesDrawn = 512;

export class KeyRing {
  readonly #kernel: Kernel;
  readonly #secrets = new Map<string, Buffer>();
  #nonces: Uint8Array = new Uint8Array();
  #nextNonce = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** The row as the store is to hold it. */
  seal(tx: Transaction, row: MessageRow, { encryptionKey, dataKeyReuseMs }: QueueSettings): MessageRow {
    if (encryptionKey === undefined) return { ...row, keyId: null };
    const key = this.#current(tx, encryptionKey, dataKeyReuseMs);
    const nonce = this.#nonce();
    const cipher = createCipheriv(algorithm, this.#secret(key), nonce);
    const body = Buffer.concat([nonce, cipher.update(row.body, "utf8"), cipher.final(), cipher.getAuthTag()]);
    return { ...row, body: body.toString("base64"), keyId: key.id };
  }

  /** A row of the store with its body readable. */
  unseal(row: MessageRow): MessageRow {
    if (row.keyId === null) return row;
    const key = this.#kernel.resident(dataKeysTable).get(row.keyId);
    if (key === undefined) throw new Error(`message ${row.messageId} is encrypted with a data key that is not there`);
    const sealed = Buffer.from(row.body, "base64");
    const decipher = createDecipheriv(algorithm, this.#secret(key), sealed.subarray(0, nonceBytes));
    decipher.setAuthTag(sealed.subarray(-tagBytes));
    const body = decipher.update(sealed.subarray(nonceBytes, -tagBytes), undefined, "utf8") + decipher.final("utf8");
    return { ...row, body, keyId: null };
  }

  #current(tx: Transaction, keyName: string, reuseMs: number): DataKeyRow {
    let latest: DataKeyRow | undefined;
    for (const key of tx.scan(dataKeysTable, "by_name", [keyName])) latest = key;
    if (latest !== undefined && tx.now < latest.createdAt + reuseMs) return latest;
    const key: DataKeyRow = {
      shard: 0,
      id: this.#kernel.random.uuid(),
      keyName,
      secret: Buffer.from(this.#kernel.random.bytes(32)).toString("base64"),
      createdAt: tx.now,
    };
    tx.insert(dataKeysTable, key);
    return key;
  }

  #secret({ id, secret }: DataKeyRow): Buffer {
    let bytes = this.#secrets.get(id);
    if (bytes === undefined) {
      bytes = Buffer.from(secret, "base64");
      this.#secrets.set(id, bytes);
    }
    return bytes;
  }

  #nonce(): Uint8Array {
    if (this.#nextNonce >= this.#nonces.length) {
      this.#nonces = this.#kernel.random.bytes(nonceBytes * noncesDrawn);
      this.#nextNonce = 0;
    }
    this.#nextNonce += nonceBytes;
    return this.#nonces.subarray(this.#nextNonce - nonceBytes, this.#nextNonce);
  }
}
