/**
 * Receives from a FIFO queue that carried a ReceiveRequestAttemptId, for five minutes: who asks again under the same id
 * gets the same messages and handles. Kept in memory only: after a restart such a retry is a receive like any other.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 */
import { limits } from "./limits.ts";
import type { DeliveryRow } from "./tables.ts";

export interface ReceivedUnderAttempt {
  /** As this receive left it. */
  readonly delivery: DeliveryRow;
  readonly receiptHandle: string;
}

interface Attempt {
  readonly at: number;
  readonly received: readonly ReceivedUnderAttempt[];
}

const attemptsMax = 10_000;

export class ReceiveAttempts {
  readonly #attempts = new Map<string, Attempt>();

  find(id: string, now: number): readonly ReceivedUnderAttempt[] | undefined {
    const attempt = this.#attempts.get(id);
    return attempt !== undefined && now < attempt.at + limits.receiveAttemptSeconds * 1000
      ? attempt.received
      : undefined;
  }

  remember(id: string, received: readonly ReceivedUnderAttempt[], now: number): void {
    this.#attempts.delete(id);
    this.#attempts.set(id, { at: now, received });
    for (const [oldest, { at }] of this.#attempts) {
      if (this.#attempts.size <= attemptsMax && now < at + limits.receiveAttemptSeconds * 1000) return;
      this.#attempts.delete(oldest);
    }
  }
}
