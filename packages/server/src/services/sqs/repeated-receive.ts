/** A receive made again under its ReceiveRequestAttemptId. */
import type { Message, ReceiveMessageCommandInput } from "@aws-sdk/client-sqs";
import { park } from "../../kernel/operation.ts";
import type { Park } from "../../kernel/operation.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import { errors } from "./errors.ts";
import { isMoving } from "./queue-message.ts";
import type { Queues } from "./queues.ts";
import { showMessage, shownAttributes } from "./received-message.ts";
import type { QueueRow } from "./tables.ts";

/**
 * The messages of the first receive with their handles, hidden anew; undefined when there was none in the last five
 * minutes, or when its visibility timeout is over: then this is a receive like any other. Waits for content that is in the
 * store only.
 * @throws InvalidParameterValue when one of the messages was deleted or had its visibility changed
 */
export function repeatAttempt(
  queues: Queues,
  tx: Transaction,
  queue: QueueRow,
  input: ReceiveMessageCommandInput,
  visibilityMs: number,
  mayWait: boolean,
): Message[] | Park | undefined {
  const id = input.ReceiveRequestAttemptId;
  const { attempts, pager } = queues.state(queue);
  const earlier = id === undefined ? undefined : attempts.find(id, tx.now);
  if (id === undefined || earlier === undefined || earlier.received.length === 0) return undefined;
  if (earlier.received.every(({ delivery }) => delivery.visibleAt <= tx.now)) return undefined;
  const messages = queues.messages(tx, queue);
  if (earlier.received.length < earlier.size) throw notAsItWas(id);
  const repeated = earlier.received.map(({ delivery, receiptHandle }) => {
    const message = messages.find(delivery.sequence);
    // One that was read at a start may be on its way to the dead-letter queue, and would be in both.
    if (message?.delivery !== delivery || isMoving(message)) throw notAsItWas(id);
    return { message, row: message.row, receiptHandle };
  });
  const missing = repeated.filter(({ row }) => row === undefined);
  if (missing.length > 0) {
    if (!mayWait) return [];
    void pager.readContents(missing.map(({ message }) => message.sequence));
    return park(pager.key, Number.MAX_SAFE_INTEGER);
  }
  const attributes = shownAttributes(input);
  const again = repeated.flatMap(({ message, row, receiptHandle }) => {
    if (row === undefined) return [];
    messages.changeVisibility(tx, message, tx.now + visibilityMs, true);
    const delivery = message.delivery;
    if (delivery === undefined) throw new Error("a message that was received has no delivery");
    return { delivery, receiptHandle, shown: showMessage(row, delivery, receiptHandle, attributes) };
  });
  attempts.remember(id, again, tx.now);
  queues.changed(tx, queue, 0);
  return again.map(({ shown }) => shown);
}

function notAsItWas(attemptId: string): Error {
  const reason = "A message of this attempt has been deleted or had its visibility changed.";
  return errors.invalidValue(attemptId, "ReceiveRequestAttemptId", reason);
}
