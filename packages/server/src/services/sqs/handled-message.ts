/** The message a receipt handle names. */
import type { Transaction } from "../../kernel/transaction.ts";
import { errors } from "./errors.ts";
import { isMoving } from "./queue-message.ts";
import type { QueueMessage } from "./queue-message.ts";
import type { Queues } from "./queues.ts";
import { parseReceiptHandle } from "./receipt-handle.ts";
import type { ReceiptHandle } from "./receipt-handle.ts";
import type { QueueRow } from "./tables.ts";

/**
 * @throws MissingParameter, ReceiptHandleIsInvalid for a handle that no receive of this queue has given
 */
export function readHandle(queue: QueueRow, text: string | undefined): ReceiptHandle {
  if (text === undefined || text === "") throw errors.missingParameter("ReceiptHandle");
  const handle = parseReceiptHandle(text);
  if (handle === undefined || handle.queueId !== queue.id) throw errors.receiptHandleIsInvalid(text);
  return handle;
}

/** Undefined when the message was deleted or is on its way to another queue, or when a crash has forgotten its receive and it is in the backlog. */
export function messageOfHandle(
  queues: Queues,
  tx: Transaction,
  queue: QueueRow,
  handle: ReceiptHandle,
): QueueMessage | undefined {
  const message = queues.messages(tx, queue).find(handle.sequence);
  return message?.messageId === handle.messageId && !isMoving(message) ? message : undefined;
}
