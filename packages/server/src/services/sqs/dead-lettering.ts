/**
 * Which messages go to the dead-letter queue: those received as often as their queue's RedrivePolicy allows, when they
 * would be received once more. In a FIFO dead-letter queue such a message is a new arrival: it is as old as the move, and
 * its own id stands in for the deduplication id, so that two messages that shared one can both lie there.
 * `message-moves.ts` has the move.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
 */
import type { Transaction } from "../../kernel/transaction.ts";
import { settingsOf } from "./queue-settings.ts";
import type { Queues } from "./queues.ts";
import type { QueueRow } from "./tables.ts";

/** How long a target on another node that turned out to be gone is not asked again. */
const goneMs = 60_000;

/** What a queue has learnt of a dead-letter queue on another node. */
export class DeadLetterTarget {
  #goneArn = "";
  #goneUntil = 0;

  /** It does not exist: messages go on being received here, as AWS leaves them. */
  refused(arn: string, now: number): void {
    this.#goneArn = arn;
    this.#goneUntil = now + goneMs;
  }

  isGone(arn: string, now: number): boolean {
    return arn === this.#goneArn && now < this.#goneUntil;
  }
}

/** Where messages go, and after how many receives; undefined without a policy, or when its target is gone. */
export function deadLetterTarget(
  queues: Queues,
  tx: Transaction,
  queue: QueueRow,
): { readonly targetArn: string; readonly receivesMax: number } | undefined {
  const { redrive } = settingsOf(queue);
  if (redrive === undefined || redrive.deadLetterTargetArn === queue.arn) return undefined;
  const targetArn = redrive.deadLetterTargetArn;
  const isGone = queues.isHere(targetArn)
    ? queues.byArn(tx, targetArn) === undefined
    : queues.state(queue).deadLetters.isGone(targetArn, tx.now);
  return isGone ? undefined : { targetArn, receivesMax: redrive.maxReceiveCount };
}
