/**
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
 *
 * An execution that has ended is left as it is; the answer says when it ended.
 */
import type { StopExecutionInput, StopExecutionOutput } from "@aws-sdk/client-sfn";
import type { Operation } from "../../../kernel/operation.ts";
import { parseArn } from "../arns.ts";
import { errors } from "../errors.ts";
import type { ExecutionDriver } from "../execution-driver.ts";
import { runningTable } from "../tables.ts";
import type { ExecutionRow } from "../tables.ts";
import * as targets from "../targets.ts";

export function stopExecution(
  driver: ExecutionDriver,
): Operation<StopExecutionInput, StopExecutionOutput, ExecutionRow | undefined> {
  return {
    target: targets.execution,
    load: async (reader, { executionArn = "" }) => {
      parseArn(executionArn, "execution");
      return driver.executions.find(reader, executionArn);
    },
    decide(tx, { executionArn = "", error, cause }, { loaded }) {
      if (tx.get(runningTable, executionArn) !== undefined) {
        driver.post(tx, executionArn, {
          kind: "stop",
          ...(error !== undefined && { error }),
          ...(cause !== undefined && { cause }),
        });
        return { stopDate: new Date(tx.now) };
      }
      if (loaded === undefined) throw errors.executionDoesNotExist(executionArn);
      return { stopDate: new Date(loaded.stoppedAt ?? tx.now) };
    },
  };
}
