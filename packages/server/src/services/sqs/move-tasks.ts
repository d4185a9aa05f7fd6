/**
 * Message move tasks: messages of a dead-letter queue go back to where they came from, or to another queue.
 *
 *     RUNNING ──nothing visible left──▶ COMPLETED
 *        │ └────a message cannot go────▶ FAILED
 *        └─cancel─▶ CANCELLING ─next step─▶ CANCELLED
 *
 * A task is a row and a durable timer. Each time the timer fires, a step moves some messages in one decision with what
 * it says of the task, and arms the next: a crash loses no step and repeats none, and a restart goes on. A message that
 * is moved is a new one: new id, new time of sending, no receives.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
 */
import type { Transaction } from "../../kernel/transaction.ts";
import type { TimerRow } from "../../kernel/timers.ts";
import { limits } from "./limits.ts";
import type { QueueMessage } from "./queue-message.ts";
import { settingsOf } from "./queue-settings.ts";
import type { Queues } from "./queues.ts";
import { moveTasksTable } from "./tables.ts";
import type { MessageRow, MoveTaskRow, QueueRow } from "./tables.ts";

const timerKind = "sqs-move-task";
/** Messages of one step when no velocity is given. */
const stepMessagesMax = 100;
/** With a velocity, how long a step at least stands for. */
const stepMsMin = 100;
/** How soon a step is tried again that waits for messages to be read from the store. */
const readWaitMs = 5;

export interface NewMoveTask {
  readonly source: QueueRow;
  readonly destinationArn: string | null;
  readonly messagesPerSecond: number | null;
}

/** Where a message goes, or why it cannot. */
type Destination = { readonly queue: QueueRow } | { readonly failure: string };

export class MoveTasks {
  readonly #queues: Queues;

  constructor(queues: Queues) {
    this.#queues = queues;
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
    const max = rate === null ? stepMessagesMax : Math.max(1, Math.floor((rate * stepMsMin) / 1000));
    const { pager } = this.#queues.state(source);
    const { messages: selected, missing } = this.#queues.messages(tx, source).select(max, tx.now);
    let moved = 0;
    for (const message of selected) {
      const { row } = message;
      if (row === undefined) continue;
      const destination = this.#destinationOf(tx, task, row);
      if ("failure" in destination) {
        this.#end(tx, { ...task, moved: task.moved + moved }, "FAILED", destination.failure);
        return;
      }
      this.#move(tx, source, destination.queue, message, row);
      moved += 1;
    }
    tx.update(moveTasksTable, [task.id], { moved: task.moved + moved });
    tx.afterCommit(() => pager.run(missing));
    if (moved > 0) this.#arm(tx, task, tx.now + (rate === null ? 0 : Math.ceil((moved * 1000) / rate)));
    else if (missing !== undefined || pager.canReadOn()) this.#arm(tx, task, tx.now + readWaitMs);
    else this.#end(tx, task, "COMPLETED", null);
  }

  #destinationOf(tx: Transaction, task: MoveTaskRow, row: MessageRow): Destination {
    const arn = task.destinationArn ?? row.deadLetterSourceArn;
    if (arn === null) return { failure: "CouldNotDetermineMessageSource" };
    const queue = this.#queues.byArn(tx, arn);
    return queue === undefined ? { failure: "AWS.SimpleQueueService.NonExistentQueue" } : { queue };
  }

  #move(tx: Transaction, source: QueueRow, target: QueueRow, message: QueueMessage, row: MessageRow): void {
    this.#queues.messages(tx, source).remove(tx, source.id, message);
    this.#queues.messages(tx, target).append(tx, {
      ...row,
      shard: target.shard,
      queueId: target.id,
      sequence: this.#queues.state(target).nextSequence(tx, target),
      messageId: this.#queues.kernel.random.uuid(),
      sentAt: tx.now,
      availableAt: tx.now + settingsOf(target).delayMs,
      deadLetterSourceArn: null,
      earlierReceives: null,
      earlierFirstReceivedAt: null,
    });
    this.#queues.changed(tx, source, 0);
    this.#queues.changed(tx, target, 1);
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
