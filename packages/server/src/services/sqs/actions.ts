/**
 * What policies and permissions call the things that can be done with a queue. An operation on a batch has the action of the
 * single one, so there is none of its own for it.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
 */

/** What a policy can grant to others; everything else is the owner's. */
export const sharedActions = [
  "ChangeMessageVisibility",
  "DeleteMessage",
  "GetQueueAttributes",
  "GetQueueUrl",
  "ListDeadLetterSourceQueues",
  "PurgeQueue",
  "ReceiveMessage",
  "SendMessage",
] as const;

/** What only the owner may do and no policy can grant. */
export const ownersActions = [
  "AddPermission",
  "CancelMessageMoveTask",
  "CreateQueue",
  "DeleteQueue",
  "ListMessageMoveTasks",
  "ListQueueTags",
  "ListQueues",
  "RemovePermission",
  "SetQueueAttributes",
  "StartMessageMoveTask",
  "TagQueue",
  "UntagQueue",
] as const;

export type Action = (typeof sharedActions)[number] | (typeof ownersActions)[number];

const known: ReadonlySet<string> = new Set([...sharedActions, ...ownersActions].map((action) => action.toLowerCase()));

/** @param name in any case, as policies may write it */
export function isAction(name: string): boolean {
  return known.has(name.toLowerCase());
}

export function isOwnersAction(action: string): boolean {
  return ownersActions.some((owners) => owners === action);
}
