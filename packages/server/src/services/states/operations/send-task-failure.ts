/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html */
import type { SendTaskFailureInput } from "@aws-sdk/client-sfn";
import type { Operation } from "../../../kernel/operation.ts";
import type { ExecutionDriver } from "../execution-driver.ts";
import { endTask } from "../task-ends.ts";
import { taskByToken } from "../task-token.ts";
import * as targets from "../targets.ts";

export function sendTaskFailure(driver: ExecutionDriver): Operation<SendTaskFailureInput, object> {
  return {
    target: targets.task,
    decide(tx, { taskToken = "", error, cause }) {
      const task = taskByToken(driver.kernel, tx, taskToken);
      endTask(driver, tx, task, {
        kind: "taskFailed",
        taskId: task.taskId,
        phase: "run",
        ...(error !== undefined && { error }),
        ...(cause !== undefined && { cause }),
      });
      return {};
    },
  };
}
