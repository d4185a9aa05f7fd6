/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html */
import type { SendTaskSuccessInput } from "@aws-sdk/client-sfn";
import type { Operation } from "../../../kernel/operation.ts";
import { errors } from "../errors.ts";
import type { ExecutionDriver } from "../execution-driver.ts";
import { parsePayload } from "../payload.ts";
import { taskByToken } from "../task-token.ts";

export function sendTaskSuccess(driver: ExecutionDriver): Operation<SendTaskSuccessInput, object> {
  return {
    decide(tx, { taskToken = "", output: text = "" }) {
      const { executionArn, taskId } = taskByToken(driver.kernel, tx, taskToken);
      const output = parsePayload(text, errors.invalidOutput);
      driver.post(tx, executionArn, { kind: "taskSucceeded", taskId, output });
      return {};
    },
  };
}
