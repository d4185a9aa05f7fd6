/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html */
import type { DescribeStateMachineInput, DescribeStateMachineOutput } from "@aws-sdk/client-sfn";
import type { Operation } from "../../../kernel/operation.ts";
import { shownConfiguration } from "../configuration.ts";
import { shownReferences } from "../machines.ts";
import type { Machines } from "../machines.ts";
import * as targets from "../targets.ts";

export function describeStateMachine(
  machines: Machines,
): Operation<DescribeStateMachineInput, DescribeStateMachineOutput> {
  return {
    target: targets.machine,
    decide(tx, { stateMachineArn = "", includedData = "ALL_DATA" }) {
      const machine = machines.byArn(tx, stateMachineArn);
      const { definition, roleArn, isUpdate, revision } = machines.currentRevision(tx, machine);
      return {
        stateMachineArn: machine.arn,
        name: machine.name,
        status: machine.status,
        definition: includedData === "ALL_DATA" ? definition : undefined,
        roleArn,
        type: "STANDARD",
        creationDate: new Date(machine.createdAt),
        ...shownConfiguration(machine),
        // AWS shows no revision id before the first update.
        ...(isUpdate && { revisionId: revision }),
        ...(includedData === "ALL_DATA" && shownReferences(machines.compiled(tx, revision))),
      };
    },
  };
}
