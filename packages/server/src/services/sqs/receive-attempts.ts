/**
 * Receives from a FIFO queue that carried a ReceiveRequestAttemptId, for five minutes: who asks again under the same id
 * gets the same messages and handles. What was received names its attempt in the store, so that this can be told after a
 * restart as well.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 */
import { limits } from "./limits.ts";
import type { Delivery } from "./queue-message.ts";
import { formatReceiptHandle } from "./receipt-handle.ts";

export interface ReceivedUnderAttempt {
  /** As this receive left it. */
  readonly delivery: Delivery;
  readonly receiptHandle: string;
}

export interface Attempt {
  readonly at: number;
  readonly received: readonly ReceivedUnderAttempt[];
  /** How many messages it gave; more than were received when some were gone or changed at a restart. */
  readonly size: number;
}

const attemptsMax = 10_000;

export class ReceiveAttempts {
  readonly #attempts = new Map<string, Attempt>();

  find(id: string, now: number): Attempt | undefined {
    const attempt = this.#attempts.get(id);
    return attempt !== undefined && now < attempt.at + limits.receiveAttemptSeconds * 1000 ? attempt : undefined;
  }

  remember(id: string, received: readonly ReceivedUnderAttempt[], now: number): void {
    this.#put(id, { at: now, received, size: received.length }, now);
  }

  /**
   * One message of an attempt, read when the queue is loaded; of an id that was used twice the last attempt counts. One whose
   * visibility timeout was zero is not repeated, and another may have come under its id in the same millisecond.
   */
  restore(delivery: Delivery, now: number): void {
    const { attemptId: id, attemptSize: size, lastReceivedAt: at, visibleAt } = delivery;
    if (id === null || size === null || now >= at + limits.receiveAttemptSeconds * 1000 || visibleAt <= at) return;
    const known = this.#attempts.get(id);
    if (known !== undefined && known.at > at) return;
    const received = { delivery, receiptHandle: formatReceiptHandle(delivery) };
    this.#put(id, { at, received: [...(known?.at === at ? known.received : []), received], size }, now);
  }

  #put(id: string, attempt: Attempt, now: number): void {
    this.#attempts.delete(id);
    this.#attempts.set(id, attempt);
    for (const [oldest, { at }] of this.#attempts) {
      if (this.#attempts.size <= attemptsMax && now < at + limits.receiveAttemptSeconds * 1000) return;
      this.#attempts.delete(oldest);
    }
  }
}
