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
import { activityWaitKey } from "../internal-operations.ts";
import { activityTasksTable } from "../tables.ts";
import type { ActivityTaskRow } from "../tables.ts";
import { identityOf } from "../task-commands.ts";
import * as targets from "../targets.ts";

export function getActivityTask(driver: ExecutionDriver): Operation<GetActivityTaskInput, GetActivityTaskOutput> {
  return {
    target: targets.activity,
    longestWaitMs: limits.activityPollSeconds * 1000,
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
      tx.delete(activityTasksTable, executionArn, taskId);
      driver.hops.send(tx, {
        source: activityArn,
        service: "states",
        operation: "TaskTaken",
        input: { executionArn, taskId, workerName },
        identity: identityOf(executionArn, taskId),
      });
      return { taskToken: token, input };
    },
  };
}

function firstPending(tx: Transaction, activityArn: string): ActivityTaskRow | undefined {
  for (const task of tx.scan(activityTasksTable, "by_activity", [activityArn])) return task;
  return undefined;
}
