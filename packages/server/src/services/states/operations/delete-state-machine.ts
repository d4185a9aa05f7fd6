/**
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html
 *
 * A machine whose executions still run is DELETING: nothing new starts, each execution is terminated at its next
 * transition, and the machine goes with the last of them. A machine that does not exist is deleted already.
 */
import type { DeleteStateMachineInput } from "@aws-sdk/client-sfn";
import type { Operation } from "../../../kernel/operation.ts";
import { parseArn } from "../arns.ts";
import type { Machines } from "../machines.ts";
import { machinesTable } from "../tables.ts";
import * as targets from "../targets.ts";

export function deleteStateMachine(machines: Machines): Operation<DeleteStateMachineInput, object> {
  return {
    target: targets.machine,
    decide(tx, { stateMachineArn = "" }) {
      parseArn(stateMachineArn, "stateMachine");
      const machine = tx.get(machinesTable, stateMachineArn);
      if (machine?.status === "ACTIVE") tx.update(machinesTable, [stateMachineArn], { status: "DELETING" });
      machines.removeIfDone(tx, stateMachineArn);
      return {};
    },
  };
}
