/** Finding an activity. */
import type { Transaction } from "../../kernel/transaction.ts";
import { parseArn } from "./arns.ts";
import { errors } from "./errors.ts";
import { activitiesTable } from "./tables.ts";
import type { ActivityRow } from "./tables.ts";

/** @throws InvalidArn, ActivityDoesNotExist */
export function findActivity(tx: Transaction, arn: string): ActivityRow {
  parseArn(arn, "activity");
  const activity = tx.get(activitiesTable, arn);
  if (activity === undefined) throw errors.activityDoesNotExist(arn);
  return activity;
}
