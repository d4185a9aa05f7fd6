/**
 * The ids that order and deduplicate messages: MessageGroupId, MessageDeduplicationId, ReceiveRequestAttemptId, and the
 * sequence number.
 */
import { hash } from "node:crypto";
import { errors } from "./errors.ts";
import type { QueueSettings } from "./queue-settings.ts";
import type { QueueRow } from "./tables.ts";

interface Ids {
  readonly MessageGroupId?: string | undefined;
  readonly MessageDeduplicationId?: string | undefined;
}

/** @throws InvalidParameterValue */
export function checkId(value: string | undefined, parameter: string): void {
  if (value !== undefined && !/^[A-Za-z0-9!-/:-@[-`{-~]{1,128}$/.test(value)) {
    const reason = `${parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.`;
    throw errors.invalidValue(value, parameter, reason);
  }
}

/**
 * Whether a message has the ids its queue needs, and no other. A group id on a standard queue names a tenant.
 * @param notForQueue words the refusal of an id that this kind of queue has not
 * @throws InvalidParameterValue, MissingParameter
 */
export function checkFifoIds(
  message: Ids,
  { isFifo, isContentDeduplicated }: QueueSettings,
  notForQueue: (value: string, parameter: string, reason: string) => Error,
): void {
  const { MessageGroupId: groupId, MessageDeduplicationId: deduplicationId } = message;
  if (!isFifo && deduplicationId !== undefined) {
    const reason = "The request includes a parameter that is not valid for this queue type";
    throw notForQueue(deduplicationId, "MessageDeduplicationId", reason);
  }
  if (isFifo && groupId === undefined) throw errors.missingParameter("MessageGroupId");
  checkId(groupId, "MessageGroupId");
  if (isFifo && deduplicationId === undefined && !isContentDeduplicated) throw errors.ambiguousDeduplication();
  checkId(deduplicationId, "MessageDeduplicationId");
}

/** In a batch, a missing id fails the whole call. @throws InvalidParameterValue */
export function checkBatchIds(messages: readonly Ids[], { isFifo, isContentDeduplicated }: QueueSettings): void {
  if (!isFifo) return;
  for (const { MessageGroupId, MessageDeduplicationId } of messages) {
    if (MessageGroupId === undefined)
      throw errors.invalidParameter("The request must contain the parameter MessageGroupId.");
    if (MessageDeduplicationId === undefined && !isContentDeduplicated) throw errors.ambiguousDeduplication();
  }
}

/** The id a message is deduplicated by, and the key it is remembered under: within its group where that is the scope. */
export function deduplicationOf(
  { deduplicationScope }: QueueRow,
  message: Ids,
  body: string,
): { readonly id: string; readonly key: string } {
  const id = message.MessageDeduplicationId ?? hash("sha256", body);
  // Neither id can hold a space. Joined, the key is in one piece, which what follows would have to make of it.
  return { id, key: deduplicationScope === "messageGroup" ? [message.MessageGroupId ?? "", id].join(" ") : id };
}

const firstNumber = 18_800_000_000_000_000_000n;

/** Twenty digits, growing with the sequence, with gaps as AWS's have. */
export function sequenceNumber(sequence: number): string {
  return String(firstNumber + BigInt(sequence) * 256n);
}
