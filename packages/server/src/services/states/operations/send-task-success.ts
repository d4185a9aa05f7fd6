/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html */
import type { SendTaskSuccessInput } from "@aws-sdk/client-sfn";
import type { Operation } from "../../../kernel/operation.ts";
import { errors } from "../errors.ts";
import type { ExecutionDriver } from "../execution-driver.ts";
import { parsePayload } from "../payload.ts";
import { endTask } from "../task-ends.ts";
import { taskByToken } from "../task-token.ts";
import * as targets from "../targets.ts";

export function sendTaskSuccess(driver: ExecutionDriver): Operation<SendTaskSuccessInput, object> {
  return {
    target: targets.task,
    decide(tx, { taskToken = "", output: text = "" }) {
      const task = taskByToken(driver.kernel, tx, taskToken);
      const output = parsePayload(text, errors.invalidOutput);
      endTask(driver, tx, task, { kind: "taskSucceeded", taskId: task.taskId, output });
      return {};
    },
  };
}
