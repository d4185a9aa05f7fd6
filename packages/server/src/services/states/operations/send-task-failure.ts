/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html */
import type { SendTaskFailureInput } from "@aws-sdk/client-sfn";
import type { Operation } from "../../../kernel/operation.ts";
import type { ExecutionDriver } from "../execution-driver.ts";
import { taskByToken } from "../task-token.ts";

export function sendTaskFailure(driver: ExecutionDriver): Operation<SendTaskFailureInput, object> {
  return {
    decide(tx, { taskToken = "", error, cause }) {
      const { executionArn, taskId } = taskByToken(driver.kernel, tx, taskToken);
      driver.post(tx, executionArn, {
        kind: "taskFailed",
        taskId,
        phase: "run",
        ...(error !== undefined && { error }),
        ...(cause !== undefined && { cause }),
      });
      return {};
    },
  };
}
