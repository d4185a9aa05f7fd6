/**
 * The move to the dead-letter queue. A message that was received as often as its queue's RedrivePolicy allows goes there
 * when it would be received once more. In a FIFO dead-letter queue it is a new arrival: it is as old as the move, and its
 * own id stands in for the deduplication id, so that two messages that shared one can both lie there.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
 */
import type { Transaction } from "../../kernel/transaction.ts";
import type { QueueMessage } from "./queue-message.ts";
import { settingsOf } from "./queue-settings.ts";
import type { Queues } from "./queues.ts";
import type { MessageRow, QueueRow } from "./tables.ts";

/** Where messages go, and after how many receives; undefined without a policy, or when its target is gone. */
export function deadLetterTarget(
  queues: Queues,
  tx: Transaction,
  queue: QueueRow,
): { readonly target: QueueRow; readonly receivesMax: number } | undefined {
  const { redrive } = settingsOf(queue);
  const target = redrive === undefined ? undefined : queues.byArn(tx, redrive.deadLetterTargetArn);
  if (redrive === undefined || target === undefined || target.arn === queue.arn) return undefined;
  return { target, receivesMax: redrive.maxReceiveCount };
}

/** One message out of its queue and into the dead-letter queue, in the decision that found it. */
export function deadLetter(
  queues: Queues,
  tx: Transaction,
  queue: QueueRow,
  target: QueueRow,
  message: QueueMessage,
  row: MessageRow,
): void {
  const { isFifo } = settingsOf(target);
  const state = queues.state(target);
  queues.messages(tx, queue).remove(tx, queue.id, message);
  queues.messages(tx, target).append(tx, {
    ...row,
    shard: target.shard,
    queueId: target.id,
    sequence: state.nextSequence(tx, target),
    sentAt: isFifo ? tx.now : row.sentAt,
    availableAt: tx.now,
    deduplicationId: isFifo ? row.messageId : row.deduplicationId,
    deadLetterSourceArn: row.deadLetterSourceArn ?? queue.arn,
    earlierReceives: (row.earlierReceives ?? 0) + (message.delivery?.receiveCount ?? 0),
    earlierFirstReceivedAt: row.earlierFirstReceivedAt ?? message.delivery?.firstReceivedAt ?? null,
  });
  queues.statistics(queue).deadLettered += 1;
  queues.changed(tx, target, 1);
}
