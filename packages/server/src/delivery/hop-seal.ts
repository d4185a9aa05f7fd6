/**
 * What waits to be carried is encrypted in the store, as message bodies are (AES-256-GCM): it may be one. The key is the
 * source shard's and lies in the same store: it keeps inputs out of backups of single tables and of plain sight.
 */
import { createCipheriv, createDecipheriv } from "node:crypto";

const algorithm = "aes-256-gcm";
export const secretBytes = 32;
export const nonceBytes = 12;
const tagBytes = 16;

/** @param secret base64 @param nonce never used before with this secret */
export function seal(secret: string, nonce: Uint8Array, text: string): string {
  const cipher = createCipheriv(algorithm, Buffer.from(secret, "base64"), nonce);
  const parts = [nonce, cipher.update(text, "utf8"), cipher.final()];
  return Buffer.concat([...parts, cipher.getAuthTag()]).toString("base64");
}

/** @throws when the text was not sealed with this secret */
export function open(secret: string, sealed: string): string {
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv(algorithm, Buffer.from(secret, "base64"), bytes.subarray(0, nonceBytes));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
  const text = decipher.update(bytes.subarray(nonceBytes, bytes.length - tagBytes), undefined, "utf8");
  return text + decipher.final("utf8");
}
