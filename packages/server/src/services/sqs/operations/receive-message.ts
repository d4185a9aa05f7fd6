/**
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 *
 * A receive takes what is visible at once, or parks until something is: until a message can be had, or, when what it
 * would take is in the store only, until that has been read. From a standard queue it needs no sync of its own: a receive
 * that a crash forgets makes its messages visible early, which at-least-once delivery allows. From a FIFO queue it is on
 * disk before it is answered, so that nobody else gets the group within the visibility timeout.
 */
import type { Message, ReceiveMessageCommandInput } from "@aws-sdk/client-sqs";
import { Park, park } from "../../../kernel/operation.ts";
import type { Operation } from "../../../kernel/operation.ts";
import type { Transaction } from "../../../kernel/transaction.ts";
import { deadLetterTarget } from "../dead-lettering.ts";
import { errors } from "../errors.ts";
import { limits } from "../limits.ts";
import type { MessageMoves } from "../message-moves.ts";
import type { QueueMessage } from "../queue-message.ts";
import { settingsOf } from "../queue-settings.ts";
import type { Queues } from "../queues.ts";
import { formatReceiptHandle } from "../receipt-handle.ts";
import { readReceiveInput } from "../receive-input.ts";
import type { ReceivedUnderAttempt } from "../receive-attempts.ts";
import type { Wanted } from "../receive-input.ts";
import { showMessage, shownAttributes } from "../received-message.ts";
import { repeatAttempt } from "../repeated-receive.ts";
import type { MessageRow, QueueRow } from "../tables.ts";
import { queueOfUrl } from "../targets.ts";

interface Output {
  Messages?: Message[];
}

interface Taken {
  readonly messages: readonly { readonly message: QueueMessage; readonly row: MessageRow }[];
  readonly hasDeadLettered: boolean;
  /** What to wait for when nothing was taken and there may be something in the store. */
  readonly readKey: string | undefined;
}

export function receiveMessage(queues: Queues, moves: MessageMoves): Operation<ReceiveMessageCommandInput, Output> {
  return {
    target: queueOfUrl,
    longestWaitMs: limits.waitSecondsMax * 1000,
    decide(tx, input, { call, arrivedAt, expired }) {
      const queue = queues.byUrl(tx, call, input.QueueUrl, "ReceiveMessage");
      const { isFifo } = settingsOf(queue);
      const wanted = readReceiveInput(input, settingsOf(queue));
      const repeated = repeatAttempt(queues, tx, queue, input, wanted.visibilityMs, !expired);
      if (repeated instanceof Park) return repeated;
      if (repeated !== undefined) return { Messages: repeated };
      queues.messages(tx, queue);
      if (queues.room(queue) <= 0 && wanted.waitMs === 0 && !isFifo) throw errors.overLimitInFlight();
      const taken = take(queues, moves, tx, queue, wanted);
      if (taken.messages.length === 0) {
        return nothing(queues, queue, !expired, taken.readKey, tx.now, arrivedAt + wanted.waitMs);
      }
      if (!isFifo && !taken.hasDeadLettered) tx.deferDurability();
      return { Messages: give(queues, tx, queue, taken.messages, input, wanted.visibilityMs) };
    },
  };
}

function nothing(
  queues: Queues,
  queue: QueueRow,
  mayWait: boolean,
  readKey: string | undefined,
  now: number,
  deadline: number,
): Output | Park {
  if (mayWait && readKey !== undefined) return park(readKey, Number.MAX_SAFE_INTEGER);
  if (mayWait && now < deadline) return park(queue.arn, deadline);
  queues.statistics(queue).emptyReceives += 1;
  return {};
}

/** Chooses what is next, and moves away what has been received too often. */
function take(queues: Queues, moves: MessageMoves, tx: Transaction, queue: QueueRow, { max }: Wanted): Taken {
  const { messages, pager, room: roomState } = queues.state(queue);
  const room = Math.min(max, queues.room(queue));
  roomState.isAwaited = room <= 0 || (roomState.isAwaited && queues.kernel.waiters.count(queue.arn) > 0);
  let hasDeadLettered = false;
  for (;;) {
    const deadLetters = deadLetterTarget(queues, tx, queue);
    const selection = room <= 0 ? { messages: [], missing: undefined } : messages.select(room, tx.now);
    const alive: { message: QueueMessage; row: MessageRow }[] = [];
    let moved = 0;
    for (const message of selection.messages) {
      const { row } = message;
      if (row === undefined) continue;
      if (deadLetters !== undefined && (message.delivery?.receiveCount ?? 0) >= deadLetters.receivesMax) {
        moves.move(tx, queue, message, row, deadLetters.targetArn, { kind: "deadLetter" });
        moved += 1;
      } else alive.push({ message, row });
    }
    if (moved > 0) {
      hasDeadLettered = true;
      continue;
    }
    pager.run(selection.missing);
    const mayReadOn = room > 0 && (selection.missing !== undefined || pager.canReadOn());
    return { messages: alive, hasDeadLettered, readKey: mayReadOn ? pager.key : undefined };
  }
}

function give(
  queues: Queues,
  tx: Transaction,
  queue: QueueRow,
  taken: Taken["messages"],
  input: ReceiveMessageCommandInput,
  visibilityMs: number,
): Message[] {
  const { messages, statistics, attempts } = queues.state(queue);
  const { isFifo } = settingsOf(queue);
  const attemptId = input.ReceiveRequestAttemptId;
  const attempt = attemptId === undefined ? undefined : { id: attemptId, size: taken.length };
  const attributes = shownAttributes(input);
  const shown: Message[] = [];
  const received: ReceivedUnderAttempt[] = [];
  for (const { message, row } of taken) {
    const delivery = messages.receive(tx, message, row, visibilityMs, !isFifo, attempt);
    const receiptHandle = formatReceiptHandle(delivery);
    shown.push(showMessage(row, delivery, receiptHandle, attributes));
    if (attemptId !== undefined) received.push({ delivery, receiptHandle });
  }
  if (!isFifo) queues.receivedUnsaved();
  statistics.received += shown.length;
  if (attemptId !== undefined) attempts.remember(attemptId, received, tx.now);
  // With a timeout of zero the messages are there for the next receiver at once.
  queues.changed(tx, queue, visibilityMs === 0 ? shown.length : 0);
  return shown;
}
