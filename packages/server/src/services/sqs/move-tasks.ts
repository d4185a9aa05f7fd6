/**
 * Message move tasks: messages of a dead-letter queue go back to where they came from, or to another queue.
 *
 *     RUNNING ──nothing visible left──▶ COMPLETED
 *        │ └────a message cannot go────▶ FAILED
 *        └─cancel─▶ CANCELLING ─next step─▶ CANCELLED
 *
 * A task is a row and a durable timer. Each time the timer fires, a step moves some messages in one decision with what
 * it says of the task, and arms the next: a crash loses no step and repeats none, and a restart goes on. A message that
 * is moved is a new one: new id, new time of sending, no receives. One whose destination is on another node counts as
 * moved when it has arrived (`message-moves.ts`), and a task ends when none is on its way.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
 */
import type { HopOutcome } from "../../delivery/hop-values.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import { timersTable } from "../../kernel/timers.ts";
import type { TimerRow } from "../../kernel/timers.ts";
import { limits } from "./limits.ts";
import type { MessageMoves, MoveReason } from "./message-moves.ts";
import type { QueueMessage } from "./queue-message.ts";
import type { Queues } from "./queues.ts";
import { moveTasksTable } from "./tables.ts";
import type { MoveTaskRow, QueueRow } from "./tables.ts";

const timerKind = "sqs-move-task";
/** Messages of one step when no velocity is given. */
const stepMessagesMax = 100;
/** With a velocity, how long a step at least stands for. */
const stepMsMin = 100;
/** How soon a step is tried again that waits for messages to be read from the store. */
const readWaitMs = 5;
/** Messages on their way to queues on other nodes at a time. */
const movingMessagesMax = 1_000;
/** AWS's words for a task whose destination does not exist any more. */
const queueIsGone = "AWS.SimpleQueueService.NonExistentQueue";

export interface NewMoveTask {
  readonly source: QueueRow;
  readonly destinationArn: string | null;
  readonly messagesPerSecond: number | null;
}

export class MoveTasks {
  readonly #queues: Queues;
  readonly #moves: MessageMoves;

  constructor(queues: Queues, moves: MessageMoves) {
    this.#queues = queues;
    this.#moves = moves;
    moves.onMoveEnded((tx, sourceArn, reason, outcome) => {
      if (reason.kind === "task") this.#count(tx, reason.taskId, outcome);
      this.#goOn(tx, sourceArn);
    });
    queues.kernel.timers.handle(timerKind, (tx, timer) => this.#fire(tx, timer));
  }

  /** Tasks of a queue, newest first. */
  of(tx: Transaction, sourceArn: string): MoveTaskRow[] {
    return [...tx.scan(moveTasksTable, "by_source", [sourceArn])].toReversed();
  }

  /** Tasks of an account that have not ended. */
  activeCount(account: string): number {
    let count = 0;
    for (const { status, sourceArn } of this.#queues.kernel.resident(moveTasksTable).values())
      if (isActive(status) && sourceArn.split(":")[4] === account) count += 1;
    return count;
  }

  start(tx: Transaction, { source, destinationArn, messagesPerSecond }: NewMoveTask): MoveTaskRow {
    for (const { id } of this.of(tx, source.arn).slice(limits.moveTaskResultsMax - 1)) tx.delete(moveTasksTable, id);
    const task: MoveTaskRow = {
      shard: source.shard,
      id: this.#queues.kernel.random.uuid(),
      sourceArn: source.arn,
      destinationArn,
      messagesPerSecond,
      status: "RUNNING",
      startedAt: tx.now,
      moved: 0,
      toMove: this.#queues.messages(tx, source).counts(tx.now).visible,
      failureReason: null,
    };
    tx.insert(moveTasksTable, task);
    this.#arm(tx, task, tx.now);
    return task;
  }

  /** The task's next step ends it. */
  cancel(tx: Transaction, task: MoveTaskRow): void {
    tx.update(moveTasksTable, [task.id], { status: "CANCELLING" });
    this.#arm(tx, task, tx.now);
  }

  /** The source is being deleted. */
  forget(tx: Transaction, sourceArn: string): void {
    for (const { id } of this.of(tx, sourceArn)) {
      tx.delete(moveTasksTable, id);
      this.#queues.kernel.timers.disarm(tx, timerId(id));
    }
  }

  #arm(tx: Transaction, { shard, id }: MoveTaskRow, dueAt: number): void {
    this.#queues.kernel.timers.arm(tx, { shard, id: timerId(id), kind: timerKind, dueAt });
  }

  #fire(tx: Transaction, timer: TimerRow): void {
    const task = tx.get(moveTasksTable, timer.id.slice(timerId("").length));
    const source = task === undefined ? undefined : this.#queues.byArn(tx, task.sourceArn);
    if (task === undefined || source === undefined || !isActive(task.status)) return;
    if (task.status === "CANCELLING") return this.#end(tx, task, "CANCELLED", null);
    if (tx.now >= task.startedAt + limits.moveTaskHoursMax * 3_600_000)
      return this.#end(tx, task, "FAILED", `The task has run for ${limits.moveTaskHoursMax} hours.`);
    this.#step(tx, task, source);
  }

  #step(tx: Transaction, task: MoveTaskRow, source: QueueRow): void {
    const rate = task.messagesPerSecond;
    const { pager } = this.#queues.state(source);
    const messages = this.#queues.messages(tx, source);
    const room = Math.max(0, movingMessagesMax - messages.movingCount);
    const max = Math.min(room, rate === null ? stepMessagesMax : Math.max(1, Math.floor((rate * stepMsMin) / 1000)));
    const { messages: selected, missing } = messages.select(max, tx.now);
    const counts = { sent: 0, moved: 0 };
    for (const message of selected) {
      const failure = this.#move(tx, task, source, message, counts);
      if (failure === undefined) continue;
      this.#end(tx, { ...task, moved: task.moved + counts.moved }, "FAILED", failure);
      return;
    }
    tx.update(moveTasksTable, [task.id], { moved: task.moved + counts.moved });
    tx.afterCommit(() => pager.run(missing));
    if (counts.sent > 0) this.#arm(tx, task, tx.now + (rate === null ? 0 : Math.ceil((counts.sent * 1000) / rate)));
    // What is on its way may come back; its outcome is the next step's time.
    else if (messages.movingCount > 0) return;
    else if (missing !== undefined || pager.canReadOn()) this.#arm(tx, task, tx.now + readWaitMs);
    else this.#end(tx, task, "COMPLETED", null);
  }

  /** Moves one message, or begins to. @returns why the task has to end */
  #move(
    tx: Transaction,
    task: MoveTaskRow,
    source: QueueRow,
    message: QueueMessage,
    counts: { sent: number; moved: number },
  ): string | undefined {
    const { row } = message;
    if (row === undefined) return undefined;
    const targetArn = task.destinationArn ?? row.deadLetterSourceArn;
    if (targetArn === null) return "CouldNotDetermineMessageSource";
    const reason: MoveReason = { kind: "task", taskId: task.id };
    const outcome = this.#moves.move(tx, source, message, row, targetArn, reason);
    if (outcome !== "pending" && outcome.kind === "refused") return queueIsGone;
    counts.sent += 1;
    if (outcome !== "pending") counts.moved += 1;
    this.#queues.changed(tx, source, 0);
    return undefined;
  }

  /** A message has arrived on another node, or has been refused there. */
  #count(tx: Transaction, taskId: string, outcome: HopOutcome): void {
    const task = tx.get(moveTasksTable, taskId);
    if (task === undefined) return;
    if (outcome.kind === "done") tx.update(moveTasksTable, [taskId], { moved: task.moved + 1 });
    else if (isActive(task.status)) this.#end(tx, task, "FAILED", queueIsGone);
  }

  /** What a task waited for may have been on its way for an earlier task, or as a dead letter. */
  #goOn(tx: Transaction, sourceArn: string): void {
    for (const task of this.of(tx, sourceArn)) {
      const isArmed = tx.get(timersTable, timerId(task.id)) !== undefined;
      if (isActive(task.status) && !isArmed) this.#arm(tx, task, tx.now);
    }
  }

  #end(tx: Transaction, task: MoveTaskRow, status: MoveTaskRow["status"], failureReason: string | null): void {
    tx.update(moveTasksTable, [task.id], { status, failureReason, moved: task.moved });
    this.#queues.kernel.timers.disarm(tx, timerId(task.id));
  }
}

export function isActive(status: MoveTaskRow["status"]): boolean {
  return status === "RUNNING" || status === "CANCELLING";
}

function timerId(taskId: string): string {
  return `${timerKind} ${taskId}`;
}
