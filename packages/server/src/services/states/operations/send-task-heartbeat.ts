/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskHeartbeat.html */
import type { SendTaskHeartbeatInput } from "@aws-sdk/client-sfn";
import type { Operation } from "../../../kernel/operation.ts";
import type { ExecutionDriver } from "../execution-driver.ts";
import { beatHeart } from "../task-ends.ts";
import { taskByToken } from "../task-token.ts";
import * as targets from "../targets.ts";

export function sendTaskHeartbeat(driver: ExecutionDriver): Operation<SendTaskHeartbeatInput, object> {
  return {
    target: targets.task,
    decide(tx, { taskToken = "" }) {
      beatHeart(driver, tx, taskByToken(driver.kernel, tx, taskToken));
      return {};
    },
  };
}
