/**
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 *
 * The execution runs as far as it can in the decision that starts it: when the answer leaves, its first steps are on
 * disk. The same name with the same input gives the running execution again; any other use of a name is refused.
 */
import type { StartExecutionInput, StartExecutionOutput } from "@aws-sdk/client-sfn";
import type { Operation } from "../../../kernel/operation.ts";
import { executionArn, isMachineArn } from "../arns.ts";
import type { ExecutionDriver } from "../execution-driver.ts";
import type { NameLookup } from "../executions.ts";
import * as targets from "../targets.ts";

export function startExecution(
  driver: ExecutionDriver,
): Operation<StartExecutionInput, StartExecutionOutput, NameLookup | undefined> {
  const { executions } = driver;
  return {
    target: targets.machine,
    load: async (reader, input) => {
      const named = namedExecution(input);
      return named === undefined ? undefined : executions.lookUpName(reader, named);
    },
    decide(tx, { stateMachineArn = "", name, input = "{}", traceHeader }, { loaded }) {
      using _held = loaded;
      const request = { machineArn: stateMachineArn, name, input, traceHeader };
      const start = executions.prepareStart(tx, request, loaded?.isStored === true);
      if (!start.isRepeated) driver.start(tx, start);
      return { executionArn: start.arn, startDate: new Date(start.startedAt) };
    },
  };
}

/** The execution whose name has to be looked up; undefined for a name of our own, or one that will be refused anyway. */
function namedExecution({ stateMachineArn = "", name }: StartExecutionInput): string | undefined {
  return name !== undefined && isMachineArn(stateMachineArn) ? executionArn(stateMachineArn, name) : undefined;
}
