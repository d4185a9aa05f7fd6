/** Finding what carries tags: a state machine or an activity. */
import type { Transaction } from "../../kernel/transaction.ts";
import { errors } from "./errors.ts";
import { activitiesTable, machinesTable } from "./tables.ts";
import type { Tags } from "./tables.ts";

export interface Tagged {
  readonly tags: Tags;
  setTags(tags: Tags): void;
}

/** @throws InvalidArn, ResourceNotFound */
export function findTagged(tx: Transaction, arn: string): Tagged {
  if (!arn.startsWith("arn:")) throw errors.invalidArn(`Invalid ARN prefix: ${arn}`);
  const machine = tx.get(machinesTable, arn);
  if (machine !== undefined) {
    return { tags: machine.tags, setTags: (tags) => void tx.update(machinesTable, [arn], { tags }) };
  }
  const activity = tx.get(activitiesTable, arn);
  if (activity === undefined) throw errors.resourceNotFound(arn);
  return { tags: activity.tags, setTags: (tags) => void tx.update(activitiesTable, [arn], { tags }) };
}
