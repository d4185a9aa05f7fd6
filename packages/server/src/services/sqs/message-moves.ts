/**
 * A message goes from one queue to another: to the dead-letter queue, or wherever a move task takes it. Where both queues
 * are decided on this node it is one commit. Where they are not, the message is out of sight at its source, in flight,
 * until the other queue has answered: then it is gone from here, or back at its place with its counts as they were.
 *
 *     visible ──other queue elsewhere──▶ moving ──taken──▶ gone
 *                                          └─────refused─▶ visible
 *
 * Whoever holds an old handle of a message that is moving finds it gone already: deleting it succeeds and does nothing.
 */
import type { HopOutcome } from "../../delivery/hop-values.ts";
import type { Hops } from "../../delivery/hops.ts";
import type { OperationTable } from "../../delivery/operation-registry.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import { errors } from "./errors.ts";
import { isMoving } from "./queue-message.ts";
import type { QueueMessage } from "./queue-message.ts";
import { settingsOf } from "./queue-settings.ts";
import type { Queues } from "./queues.ts";
import type { MessageRow, QueueRow } from "./tables.ts";

const replyKind = "sqs-message-move";

/** What a move belongs to, for when its outcome comes. */
export type MoveReason = { readonly kind: "deadLetter" } | { readonly kind: "task"; readonly taskId: string };

/** What the other queue is given: the message as it is to be there, but for its place. */
interface TakenMessage {
  readonly targetArn: string;
  readonly reason: MoveReason["kind"];
  readonly row: MessageRow;
}

interface Moving {
  readonly sourceArn: string;
  readonly queueId: number;
  readonly sequence: number;
  readonly targetArn: string;
  readonly reason: MoveReason;
}

/** Told how a move ended that had no outcome at once. */
export type MoveEnded = (tx: Transaction, sourceArn: string, reason: MoveReason, outcome: HopOutcome) => void;

export class MessageMoves {
  /** For hops only. */
  readonly operations: OperationTable;
  readonly #queues: Queues;
  readonly #hops: Hops;
  #moveEnded: MoveEnded = () => undefined;

  constructor(queues: Queues, hops: Hops) {
    this.#queues = queues;
    this.#hops = hops;
    this.operations = { TakeMessage: { decide: (tx, input) => this.#take(tx, input as TakenMessage) } };
    hops.onReply(replyKind, (tx, context, outcome) => this.#ended(tx, context as Moving, outcome));
  }

  onMoveEnded(handler: MoveEnded): void {
    this.#moveEnded = handler;
  }

  /** Moves a visible message. @returns the outcome, or `pending` while the message is out of sight here */
  move(
    tx: Transaction,
    source: QueueRow,
    message: QueueMessage,
    row: MessageRow,
    targetArn: string,
    reason: MoveReason,
  ): HopOutcome | "pending" {
    const { arn: sourceArn, account, region, id: queueId } = source;
    const { sequence, messageId } = message;
    const input: TakenMessage = { targetArn, reason: reason.kind, row: departing(source, message, row, reason) };
    const context: Moving = { sourceArn, queueId, sequence, targetArn, reason };
    const outcome = this.#hops.send(tx, {
      source: sourceArn,
      target: targetArn,
      service: "sqs",
      operation: "TakeMessage",
      input,
      identity: { account, region, requestId: messageId },
      reply: { kind: replyKind, context },
    });
    if (outcome === "pending") this.#queues.state(source).messages.hide(tx, message);
    else this.#finish(tx, source, message, context, outcome);
    return outcome;
  }

  /** The other queue's part. */
  #take(tx: Transaction, { targetArn, reason, row }: TakenMessage): object {
    const queues = this.#queues;
    const target = queues.byArn(tx, targetArn);
    if (target === undefined) throw errors.queueDoesNotExist();
    const { isFifo, delayMs } = settingsOf(target);
    const isDeadLetter = reason === "deadLetter";
    const moved = {
      ...row,
      shard: target.shard,
      queueId: target.id,
      sequence: queues.state(target).nextSequence(tx, target),
      messageId: isDeadLetter ? row.messageId : queues.kernel.random.uuid(),
      sentAt: isFifo || !isDeadLetter ? tx.now : row.sentAt,
      availableAt: tx.now + (isDeadLetter ? 0 : delayMs),
      deduplicationId: isFifo && isDeadLetter ? row.messageId : row.deduplicationId,
    };
    queues.messages(tx, target).append(tx, [moved]);
    queues.changed(tx, target, 1);
    return {};
  }

  #ended(tx: Transaction, moving: Moving, outcome: HopOutcome): void {
    const source = this.#queues.byArn(tx, moving.sourceArn);
    // The queue may be gone by now, and so may the message: purged, or too old. Elsewhere it has been taken nevertheless.
    const isSame = source?.id === moving.queueId;
    const message = isSame ? this.#queues.messages(tx, source).find(moving.sequence) : undefined;
    if (isSame && message !== undefined && isMoving(message)) {
      this.#finish(tx, source, message, moving, outcome);
      this.#queues.changed(tx, source, 1);
    }
    this.#moveEnded(tx, moving.sourceArn, moving.reason, outcome);
  }

  #finish(tx: Transaction, source: QueueRow, message: QueueMessage, moving: Moving, outcome: HopOutcome): void {
    const { messages, statistics, deadLetters } = this.#queues.state(source);
    const isDeadLetter = moving.reason.kind === "deadLetter";
    if (outcome.kind === "done") {
      messages.remove(tx, message);
      if (isDeadLetter) tx.afterCommit(() => (statistics.deadLettered += 1));
      return;
    }
    if (isMoving(message)) messages.reveal(tx, message);
    if (isDeadLetter) deadLetters.refused(moving.targetArn, tx.now);
  }
}

/** The message as it leaves: what it was here is told where it goes, unless it begins anew there. */
function departing(source: QueueRow, message: QueueMessage, row: MessageRow, reason: MoveReason): MessageRow {
  if (reason.kind === "task")
    return { ...row, deadLetterSourceArn: null, earlierReceives: null, earlierFirstReceivedAt: null };
  return {
    ...row,
    deadLetterSourceArn: row.deadLetterSourceArn ?? source.arn,
    earlierReceives: (row.earlierReceives ?? 0) + (message.delivery?.receiveCount ?? 0),
    earlierFirstReceivedAt: row.earlierFirstReceivedAt ?? message.delivery?.firstReceivedAt ?? null,
  };
}
