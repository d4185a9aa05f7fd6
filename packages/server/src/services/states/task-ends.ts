/**
 * The end of a task, as whoever has it tells it: a worker, the receiver of a message, a child.
 *
 * Where the task's other side is on another node, its end can be told before the execution knows that it began: the
 * worker's success overtakes the news that a worker took the task, a fast child's end the news that it has started. The
 * history must show both in their order: a worker is then known to have taken the task; an end that comes before the
 * answer to the call that it belongs to waits for that answer, in the task's row.
 */
import type { ExecutionEvent } from "@tutti/asl";
import type { Transaction } from "../../kernel/transaction.ts";
import { errors } from "./errors.ts";
import type { ExecutionDriver } from "./execution-driver.ts";
import { tasksTable } from "./tables.ts";
import type { TaskRow } from "./tables.ts";

export type TaskEnd = Extract<ExecutionEvent, { readonly kind: "taskSucceeded" | "taskFailed" }>;

/** @throws TaskTimedOut for a second end of a task whose first one waits */
export function endTask(driver: ExecutionDriver, tx: Transaction, task: TaskRow, event: TaskEnd): void {
  const { executionArn, taskId, state, held } = task;
  if (state === "submitting") {
    if (held !== null) throw errors.taskTimedOut();
    tx.update(tasksTable, [executionArn, taskId], { held: event });
    return;
  }
  noteWorker(driver, tx, task);
  driver.post(tx, executionArn, event);
}

export function beatHeart(driver: ExecutionDriver, tx: Transaction, task: TaskRow): void {
  // Nothing beats before the call has been answered.
  if (task.state === "submitting") return;
  noteWorker(driver, tx, task);
  driver.post(tx, task.executionArn, { kind: "taskHeartbeat", taskId: task.taskId });
}

/** Whoever has an activity's token has taken its task. */
function noteWorker(driver: ExecutionDriver, tx: Transaction, { executionArn, taskId, state }: TaskRow): void {
  if (state !== "pending") return;
  tx.update(tasksTable, [executionArn, taskId], { state: "token" });
  driver.post(tx, executionArn, { kind: "taskStarted", taskId });
}
