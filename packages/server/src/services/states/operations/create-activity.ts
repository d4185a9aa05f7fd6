/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateActivity.html */
import type { CreateActivityInput, CreateActivityOutput } from "@aws-sdk/client-sfn";
import type { Kernel } from "../../../kernel/kernel.ts";
import type { Operation } from "../../../kernel/operation.ts";
import { rowNamed } from "../../../kernel/partitions.ts";
import { activityArn } from "../arns.ts";
import { checkEncryption } from "../configuration.ts";
import { errors } from "../errors.ts";
import { limits } from "../limits.ts";
import { checkName } from "../names.ts";
import { activitiesTable } from "../tables.ts";
import { addTags } from "../tags.ts";
import * as targets from "../targets.ts";

export function createActivity(kernel: Kernel): Operation<CreateActivityInput, CreateActivityOutput> {
  return {
    target: targets.newActivity,
    decide(tx, { name = "", encryptionConfiguration, tags }, { call }) {
      checkName(name);
      checkEncryption(encryptionConfiguration);
      const arn = activityArn(call, name);
      const existing = rowNamed(tx, activitiesTable, arn);
      if (existing !== undefined) return { activityArn: existing.arn, creationDate: new Date(existing.createdAt) };
      if (kernel.resident(activitiesTable).size >= limits.activitiesMax) throw errors.activityLimitExceeded();
      tx.insert(activitiesTable, {
        shard: kernel.shards.of(arn),
        arn,
        account: call.account,
        region: call.region,
        name,
        tags: addTags(arn, {}, tags),
        createdAt: tx.now,
      });
      return { activityArn: arn, creationDate: new Date(tx.now) };
    },
  };
}
