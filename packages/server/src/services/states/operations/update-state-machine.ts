/**
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html
 *
 * Executions that run keep the definition and role they began with.
 */
import type { UpdateStateMachineInput, UpdateStateMachineOutput } from "@aws-sdk/client-sfn";
import type { Operation } from "../../../kernel/operation.ts";
import { partitionsBeside } from "../../../kernel/partitions.ts";
import { checkRoleArn } from "../arns.ts";
import { checkConfiguration } from "../configuration.ts";
import { errors } from "../errors.ts";
import type { Machines } from "../machines.ts";
import { machinesTable } from "../tables.ts";
import * as targets from "../targets.ts";

export function updateStateMachine(machines: Machines): Operation<UpdateStateMachineInput, UpdateStateMachineOutput> {
  return {
    target: targets.machine,
    decide(tx, input) {
      const { stateMachineArn = "", definition, roleArn, loggingConfiguration, tracingConfiguration } = input;
      const { encryptionConfiguration } = input;
      const machine = machines.byArn(tx, stateMachineArn);
      if (machine.status === "DELETING") throw errors.stateMachineDeleting(machine.arn);
      const changes = [definition, roleArn, loggingConfiguration, tracingConfiguration, encryptionConfiguration];
      if (changes.every((change) => change === undefined)) throw errors.nothingToUpdate();
      const partitions = partitionsBeside(machine.arn);
      if (roleArn !== undefined) checkRoleArn(roleArn, partitions);
      checkConfiguration(input);
      if (definition !== undefined) machines.check(definition, partitions);
      const before = machines.currentRevision(tx, machine);
      const revision = machines.kernel.random.uuid();
      machines.addRevision(tx, {
        ...before,
        revision,
        isUpdate: true,
        definition: definition ?? before.definition,
        roleArn: roleArn ?? before.roleArn,
        createdAt: tx.now,
      });
      tx.update(machinesTable, [machine.arn], {
        revision,
        ...(loggingConfiguration !== undefined && {
          includeExecutionData: loggingConfiguration.includeExecutionData ?? false,
        }),
      });
      machines.releaseRevision(tx, machine.arn, before.revision);
      return { updateDate: new Date(tx.now), revisionId: revision };
    },
  };
}
