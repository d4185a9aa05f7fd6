/** One message out of a queue: the rule DeleteMessage and DeleteMessageBatch share. */
import type { Transaction } from "../../kernel/transaction.ts";
import type { Queues } from "./queues.ts";
import type { QueueRow } from "./tables.ts";

/** An old handle deletes too, and deleting twice succeeds. */
export function deleteByHandle(
  queues: Queues,
  tx: Transaction,
  queue: QueueRow,
  receiptHandle: string | undefined,
): void {
  const message = queues.byReceiptHandle(tx, queue, receiptHandle);
  if (message === undefined) return;
  queues.messages(tx, queue).remove(tx, message);
  queues.statistics(queue).deleted += 1;
}
