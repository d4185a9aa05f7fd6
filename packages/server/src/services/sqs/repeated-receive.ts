/** A receive made again under its ReceiveRequestAttemptId. */
import type { Message, ReceiveMessageCommandInput } from "@aws-sdk/client-sqs";
import type { Transaction } from "../../kernel/transaction.ts";
import { errors } from "./errors.ts";
import type { Queues } from "./queues.ts";
import { showMessage } from "./received-message.ts";
import type { QueueRow } from "./tables.ts";

/**
 * The messages of the first receive with their handles, hidden anew; undefined when there was none in the last five
 * minutes, or when its visibility timeout is over: then this is a receive like any other.
 * @throws InvalidParameterValue when one of the messages was deleted or had its visibility changed
 */
export function repeatAttempt(
  queues: Queues,
  tx: Transaction,
  queue: QueueRow,
  input: ReceiveMessageCommandInput,
  visibilityMs: number,
): Message[] | undefined {
  const id = input.ReceiveRequestAttemptId;
  const { attempts } = queues.state(queue);
  const earlier = id === undefined ? undefined : attempts.find(id, tx.now);
  if (id === undefined || earlier === undefined || earlier.length === 0) return undefined;
  if (earlier.every(({ delivery }) => delivery.visibleAt <= tx.now)) return undefined;
  const messages = queues.messages(tx, queue);
  const repeated = earlier.map(({ delivery, receiptHandle }) => {
    const message = messages.find(delivery.sequence);
    if (message?.delivery !== delivery) {
      const reason = "A message of this attempt has been deleted or had its visibility changed.";
      throw errors.invalidValue(id, "ReceiveRequestAttemptId", reason);
    }
    return { message, row: message.row, receiptHandle };
  });
  // Content that memory had no room for makes the attempt a forgotten one.
  if (repeated.some(({ row }) => row === undefined)) return undefined;
  const again = repeated.flatMap(({ message, row, receiptHandle }) => {
    if (row === undefined) return [];
    messages.changeVisibility(tx, message, tx.now + visibilityMs);
    const delivery = message.delivery;
    if (delivery === undefined) throw new Error("a message that was received has no delivery");
    return { delivery, receiptHandle, shown: showMessage(row, delivery, receiptHandle, input) };
  });
  attempts.remember(id, again, tx.now);
  queues.changed(tx, queue, 0);
  return again.map(({ shown }) => shown);
}
