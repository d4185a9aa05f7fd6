/** Receipt handles: opaque to clients, bound to a queue, a message and a receive; new at every receive. */
import { limits } from "./limits.ts";

export interface ReceiptHandle {
  readonly queueId: number;
  readonly sequence: number;
  readonly messageId: string;
  /** Which receive of the message gave it, counted from 1. */
  readonly receiveCount: number;
}

export function formatReceiptHandle(handle: ReceiptHandle, nonce: string): string {
  const { queueId, sequence, messageId, receiveCount } = handle;
  return Buffer.from(`2 ${queueId} ${sequence} ${messageId} ${receiveCount} ${nonce}`).toString("base64");
}

/** Undefined for a text that no receive has given. */
export function parseReceiptHandle(text: string): ReceiptHandle | undefined {
  if (text.length > limits.receiptHandleCharactersMax) return undefined;
  const bytes = Buffer.from(text, "base64");
  const match = /^2 (\d{1,15}) (\d{1,15}) ([0-9a-f-]{36}) (\d{1,9}) [0-9a-f-]{36}$/.exec(bytes.toString("latin1"));
  // Decoding passes over characters that are not base64; a handle is exactly what was given, or garbage.
  if (match === null || bytes.toString("base64") !== text) return undefined;
  return {
    queueId: Number(match[1]),
    sequence: Number(match[2]),
    messageId: match[3] ?? "",
    receiveCount: Number(match[4]),
  };
}
