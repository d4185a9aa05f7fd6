/** When a message in flight becomes visible again: the rule both ChangeMessageVisibility operations share. */
import type { Transaction } from "../../kernel/transaction.ts";
import { errors } from "./errors.ts";
import { messageOfHandle, readHandle } from "./handled-message.ts";
import { limits } from "./limits.ts";
import { settingsOf } from "./queue-settings.ts";
import type { Queues } from "./queues.ts";
import type { QueueRow } from "./tables.ts";

/**
 * On a message of a standard queue that has become visible again it has no effect.
 * @throws InvalidParameterValue, MissingParameter, ReceiptHandleIsInvalid
 */
export function changeByHandle(
  queues: Queues,
  tx: Transaction,
  queue: QueueRow,
  receiptHandle: string | undefined,
  seconds: number | undefined,
): void {
  if (seconds === undefined) throw errors.missingParameter("VisibilityTimeout");
  if (seconds < 0 || seconds > limits.visibilityTotalSecondsMax) {
    throw errors.invalidValue(seconds, "VisibilityTimeout", "Must be between 0 and 43200.");
  }
  const handle = readHandle(queue, receiptHandle);
  const message = messageOfHandle(queues, tx, queue, handle);
  const { messages, order } = queues.state(queue);
  const { isFifo } = settingsOf(queue);
  if (message === undefined) {
    // A receive that a crash forgot has left its message visible.
    if (!isFifo && handle.sequence > messages.backlog.after && messages.backlog.size > 0) return;
    throw notAvailable(receiptHandle);
  }
  const isInFlight = messages.isInFlight(message, tx.now);
  if (isFifo && (!isInFlight || message.delivery?.receiveCount !== handle.receiveCount))
    throw notAvailable(receiptHandle);
  if (!isInFlight) return;
  const visibleAt = tx.now + seconds * 1000;
  if (visibleAt > (message.delivery?.lastReceivedAt ?? tx.now) + limits.visibilityTotalSecondsMax * 1000) {
    throw errors.invalidValue(
      seconds,
      "VisibilityTimeout",
      `Total VisibilityTimeout for the message is beyond the limit [${limits.visibilityTotalSecondsMax} seconds]`,
    );
  }
  if (seconds === 0 && "tenants" in order) order.tenants.processed(message, tx.now);
  messages.changeVisibility(tx, message, visibleAt);
  queues.changed(tx, queue, seconds === 0 ? 1 : 0);
}

function notAvailable(receiptHandle: string | undefined): Error {
  const reason = "Message does not exist or is not available for visibility timeout change.";
  return errors.invalidValue(receiptHandle ?? "", "ReceiptHandle", reason);
}
