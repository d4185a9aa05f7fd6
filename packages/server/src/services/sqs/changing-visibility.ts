/** When a message in flight becomes visible again: the rule both ChangeMessageVisibility operations share. */
import type { Transaction } from "../../kernel/transaction.ts";
import { errors } from "./errors.ts";
import { limits } from "./limits.ts";
import type { Queues } from "./queues.ts";
import type { QueueRow } from "./tables.ts";

/** On a message that has become visible again it has no effect. */
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
  const message = queues.byReceiptHandle(tx, queue, receiptHandle);
  if (message === undefined) {
    throw errors.invalidValue(
      receiptHandle ?? "",
      "ReceiptHandle",
      "Message does not exist or is not available for visibility timeout change.",
    );
  }
  const messages = queues.messages(tx, queue);
  if (!messages.isInFlight(message, tx.now)) return;
  const visibleAt = tx.now + seconds * 1000;
  if (visibleAt > (message.delivery?.lastReceivedAt ?? tx.now) + limits.visibilityTotalSecondsMax * 1000) {
    throw errors.invalidValue(
      seconds,
      "VisibilityTimeout",
      `Total VisibilityTimeout for the message is beyond the limit [${limits.visibilityTotalSecondsMax} seconds]`,
    );
  }
  messages.changeVisibility(tx, message, visibleAt);
  queues.changed(tx, queue, seconds === 0 ? 1 : 0);
}
