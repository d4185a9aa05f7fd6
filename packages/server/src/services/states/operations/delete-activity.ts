/**
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteActivity.html
 *
 * Tasks that are out stay so: whoever has their token may still end them, and their timeouts run.
 */
import type { DeleteActivityInput } from "@aws-sdk/client-sfn";
import type { Operation } from "../../../kernel/operation.ts";
import { parseArn } from "../arns.ts";
import { activitiesTable } from "../tables.ts";
import * as targets from "../targets.ts";

export function deleteActivity(): Operation<DeleteActivityInput, object> {
  return {
    target: targets.activity,
    decide(tx, { activityArn = "" }) {
      parseArn(activityArn, "activity");
      if (tx.get(activitiesTable, activityArn) !== undefined) tx.delete(activitiesTable, activityArn);
      return {};
    },
  };
}
