/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskHeartbeat.html */
import type { SendTaskHeartbeatInput } from "@aws-sdk/client-sfn";
import type { Operation } from "../../../kernel/operation.ts";
import type { ExecutionDriver } from "../execution-driver.ts";
import { taskByToken } from "../task-token.ts";

export function sendTaskHeartbeat(driver: ExecutionDriver): Operation<SendTaskHeartbeatInput, object> {
  return {
    decide(tx, { taskToken = "" }) {
      const { executionArn, taskId } = taskByToken(driver.kernel, tx, taskToken);
      driver.post(tx, executionArn, { kind: "taskHeartbeat", taskId });
      return {};
    },
  };
}
