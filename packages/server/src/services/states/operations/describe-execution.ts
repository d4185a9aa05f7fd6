/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html */
import type { DescribeExecutionInput, DescribeExecutionOutput } from "@aws-sdk/client-sfn";
import type { Operation } from "../../../kernel/operation.ts";
import { parseArn } from "../arns.ts";
import { errors } from "../errors.ts";
import type { Executions } from "../executions.ts";
import { redriveState } from "../redrive-state.ts";
import type { ExecutionRow } from "../tables.ts";
import * as targets from "../targets.ts";

export function describeExecution(
  executions: Executions,
): Operation<DescribeExecutionInput, DescribeExecutionOutput, ExecutionRow | undefined> {
  return {
    target: targets.execution,
    load: async (reader, { executionArn = "" }) => {
      parseArn(executionArn, "execution");
      return executions.find(reader, executionArn);
    },
    decide(_tx, { executionArn = "", includedData = "ALL_DATA" }, { loaded: row }) {
      if (row === undefined) throw errors.executionDoesNotExist(executionArn);
      const included = includedData === "ALL_DATA";
      return {
        executionArn: row.arn,
        stateMachineArn: row.machineArn,
        name: row.name,
        status: row.status,
        startDate: new Date(row.startedAt),
        ...(row.stoppedAt !== null && { stopDate: new Date(row.stoppedAt) }),
        ...(included && { input: row.input }),
        inputDetails: { included },
        ...(row.output !== null && { ...(included && { output: row.output }), outputDetails: { included } }),
        ...(row.traceHeader !== null && { traceHeader: row.traceHeader }),
        ...(included && row.error !== null && { error: row.error }),
        ...(included && row.cause !== null && { cause: row.cause }),
        redriveCount: 0,
        ...redriveState(row.status),
      };
    },
  };
}
