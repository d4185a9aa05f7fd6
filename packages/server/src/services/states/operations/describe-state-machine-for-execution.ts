/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachineForExecution.html */
import type {
  DescribeStateMachineForExecutionInput,
  DescribeStateMachineForExecutionOutput,
} from "@aws-sdk/client-sfn";
import { compileDefinition } from "@tutti/asl";
import type { Operation } from "../../../kernel/operation.ts";
import { parseArn } from "../arns.ts";
import { shownConfiguration } from "../configuration.ts";
import { errors } from "../errors.ts";
import type { Executions } from "../executions.ts";
import { shownReferences } from "../machines.ts";
import { machinesTable, revisionsTable } from "../tables.ts";
import type { RevisionRow } from "../tables.ts";
import * as targets from "../targets.ts";

/** The definition the execution was started with, whatever the machine has become since. */
export function describeStateMachineForExecution(
  executions: Executions,
): Operation<DescribeStateMachineForExecutionInput, DescribeStateMachineForExecutionOutput, RevisionRow | undefined> {
  return {
    target: targets.execution,
    load: async (reader, { executionArn = "" }) => {
      parseArn(executionArn, "execution");
      const execution = await executions.find(reader, executionArn);
      if (execution === undefined) return undefined;
      const { machineArn, revision } = execution;
      const [row] = await reader.range({ table: revisionsTable, equals: [machineArn, revision], limit: 1 });
      return row;
    },
    decide(tx, { executionArn = "", includedData = "ALL_DATA" }, { loaded: row }) {
      if (row === undefined) throw errors.executionDoesNotExist(executionArn);
      return {
        stateMachineArn: row.machineArn,
        name: row.machineName,
        definition: includedData === "ALL_DATA" ? row.definition : undefined,
        roleArn: row.roleArn,
        updateDate: new Date(row.createdAt),
        ...shownConfiguration(tx.get(machinesTable, row.machineArn)),
        ...(row.isUpdate && { revisionId: row.revision }),
        ...(includedData === "ALL_DATA" && referencesOf(row.definition)),
      };
    },
  };
}

/** The definition may be one that no machine has any more, so it is compiled anew. */
function referencesOf(definition: string): ReturnType<typeof shownReferences> {
  const compiled = compileDefinition(definition);
  return compiled.ok ? shownReferences(compiled.machine) : {};
}
