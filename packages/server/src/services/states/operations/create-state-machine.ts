/**
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
 *
 * Idempotent by name, definition, type and configuration; another role or other tags make no difference and change nothing.
 */
import type { CreateStateMachineInput, CreateStateMachineOutput } from "@aws-sdk/client-sfn";
import type { Operation } from "../../../kernel/operation.ts";
import { partitionsBeside, rowNamed } from "../../../kernel/partitions.ts";
import { checkRoleArn, stateMachineArn } from "../arns.ts";
import { checkConfiguration } from "../configuration.ts";
import { errors } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Machines } from "../machines.ts";
import { checkName } from "../names.ts";
import { machinesTable } from "../tables.ts";
import { addTags } from "../tags.ts";
import * as targets from "../targets.ts";

export function createStateMachine(machines: Machines): Operation<CreateStateMachineInput, CreateStateMachineOutput> {
  const { kernel } = machines;
  return {
    target: targets.newMachine,
    decide(tx, input, { call }) {
      const { name = "", definition = "", roleArn = "", type = "STANDARD" } = input;
      checkName(name);
      const arn = stateMachineArn(call, name);
      const existing = rowNamed(tx, machinesTable, arn);
      const partitions = partitionsBeside(existing?.arn ?? arn);
      checkRoleArn(roleArn, partitions);
      if (type === "EXPRESS") throw errors.stateMachineTypeNotSupported();
      checkConfiguration(input);
      const includeExecutionData = input.loggingConfiguration?.includeExecutionData ?? false;
      if (existing !== undefined) {
        if (existing.status === "DELETING") throw errors.stateMachineDeleting(existing.arn);
        const current = machines.currentRevision(tx, existing);
        if (current.definition !== definition || existing.includeExecutionData !== includeExecutionData) {
          machines.check(definition, partitions);
          throw errors.stateMachineAlreadyExists(existing.arn);
        }
        return { stateMachineArn: existing.arn, creationDate: new Date(existing.createdAt) };
      }
      machines.check(definition, partitions);
      if (kernel.resident(machinesTable).size >= limits.stateMachinesMax) throw errors.stateMachineLimitExceeded();
      const shard = kernel.shards.of(arn);
      const revision = kernel.random.uuid();
      const { account, region } = call;
      tx.insert(machinesTable, {
        shard,
        arn,
        account,
        region,
        name,
        status: "ACTIVE",
        revision,
        includeExecutionData,
        tags: addTags(arn, {}, input.tags),
        createdAt: tx.now,
      });
      const row = { shard, machineArn: arn, revision, machineName: name, definition, roleArn };
      machines.addRevision(tx, { ...row, isUpdate: false, createdAt: tx.now });
      return { stateMachineArn: arn, creationDate: new Date(tx.now) };
    },
  };
}
