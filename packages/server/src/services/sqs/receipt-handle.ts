/**
 * Receipt handles: opaque to clients, bound to a queue, a message and a receive; new at every receive. They name the time
 * of the receive besides its count, since a receive that a crash has forgotten is counted once more.
 */
import { limits } from "./limits.ts";

export interface ReceiptHandle {
  readonly queueId: number;
  readonly sequence: number;
  readonly messageId: string;
  /** Which receive of the message gave it, counted from 1. */
  readonly receiveCount: number;
}

const form = /^3-(\d{1,15})-(\d{1,15})-([0-9a-f-]{36})-(\d{1,9})-\d{1,15}$/;

/** @param lastReceivedAt the time of the receive, in milliseconds since the epoch */
export function formatReceiptHandle(receive: ReceiptHandle & { readonly lastReceivedAt: number }): string {
  const { queueId, sequence, messageId, receiveCount, lastReceivedAt } = receive;
  // Joined, the text is in one piece: JSON.stringify takes twice as long for one that a template has put together.
  return ["3", queueId, sequence, messageId, receiveCount, lastReceivedAt].join("-");
}

/** Undefined for a text that no receive has given. */
export function parseReceiptHandle(text: string): ReceiptHandle | undefined {
  if (text.length > limits.receiptHandleCharactersMax) return undefined;
  const match = form.exec(text);
  if (match === null) return undefined;
  return {
    queueId: Number(match[1]),
    sequence: Number(match[2]),
    messageId: match[3] ?? "",
    receiveCount: Number(match[4]),
  };
}
