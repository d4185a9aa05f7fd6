/**
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html
 *
 * Hands out the oldest task of an activity, or waits for one for up to a minute. When none came the answer is empty.
 */
import type { GetActivityTaskInput, GetActivityTaskOutput } from "@aws-sdk/client-sfn";
import { park } from "../../../kernel/operation.ts";
import type { Operation } from "../../../kernel/operation.ts";
import type { Transaction } from "../../../kernel/transaction.ts";
import { findActivity } from "../activities.ts";
import { errors } from "../errors.ts";
import type { ExecutionDriver } from "../execution-driver.ts";
import { limits } from "../limits.ts";
import { tasksTable } from "../tables.ts";
import type { TaskRow } from "../tables.ts";
import { activityWaitKey } from "../task-commands.ts";

export function getActivityTask(driver: ExecutionDriver): Operation<GetActivityTaskInput, GetActivityTaskOutput> {
  return {
    decide(tx, { activityArn = "", workerName }, { arrivedAt, expired }) {
      findActivity(tx, activityArn);
      const task = firstPending(tx, activityArn);
      if (task === undefined) {
        const deadline = arrivedAt + limits.activityPollSeconds * 1000;
        if (expired || tx.now >= deadline) return {};
        const key = activityWaitKey(activityArn);
        if (driver.kernel.waiters.count(key) >= limits.activityPollersMax) {
          throw errors.activityWorkerLimitExceeded(activityArn);
        }
        return park(key, deadline);
      }
      const { executionArn, taskId, token, input } = task;
      tx.update(tasksTable, [executionArn, taskId], { state: "token", input: null });
      driver.post(tx, executionArn, {
        kind: "taskStarted",
        taskId,
        ...(workerName !== undefined && { workerName }),
      });
      return { taskToken: token ?? "", input: input ?? "" };
    },
  };
}

function firstPending(tx: Transaction, activityArn: string): TaskRow | undefined {
  for (const task of tx.scan(tasksTable, "by_activity", [activityArn, "pending"])) return task;
  return undefined;
}
