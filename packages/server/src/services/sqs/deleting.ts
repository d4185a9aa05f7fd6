/** One message out of a queue: the rule DeleteMessage and DeleteMessageBatch share. */
import type { Transaction } from "../../kernel/transaction.ts";
import type { BacklogLookup } from "./backlog-lookup.ts";
import { errors } from "./errors.ts";
import { messageOfHandle, readHandle } from "./handled-message.ts";
import type { Queues } from "./queues.ts";
import { settingsOf } from "./queue-settings.ts";
import type { QueueRow } from "./tables.ts";

/**
 * Deleting twice succeeds. On a standard queue an old handle deletes too; on a FIFO queue only that of the latest
 * receive does, while the message is in flight.
 * @param lookup what was read of messages that are not in memory
 * @throws InvalidParameterValue, ReceiptHandleIsInvalid
 */
export function deleteByHandle(
  queues: Queues,
  tx: Transaction,
  queue: QueueRow,
  receiptHandle: string | undefined,
  lookup: BacklogLookup | undefined,
): void {
  const handle = readHandle(queue, receiptHandle);
  const { messages, order, statistics, pager } = queues.state(queue);
  const message = messageOfHandle(queues, tx, queue, handle);
  const { isFifo } = settingsOf(queue);
  if (message === undefined) {
    // A receive that a crash forgot: its message is in the backlog again, if it is anywhere.
    if (isFifo && handle.sequence > messages.backlog.after && messages.backlog.size > 0)
      throw errors.receiptHandleExpired(receiptHandle ?? "");
    const parcel = isFifo ? undefined : lookup?.find(handle.sequence);
    if (parcel !== undefined && handle.sequence > messages.backlog.after)
      messages.removeFromBacklog(tx, handle.sequence, parcel);
    return;
  }
  const isInFlight = messages.isInFlight(message, tx.now);
  if (isFifo && (!isInFlight || message.delivery?.receiveCount !== handle.receiveCount))
    throw errors.receiptHandleExpired(receiptHandle ?? "");
  if ("tenants" in order && isInFlight) order.tenants.processed(message, tx.now);
  messages.remove(tx, message);
  statistics.deleted += 1;
  queues.freed(tx, queue, message);
  if (isFifo) pager.run(undefined);
}
