/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html */
import type { StartMessageMoveTaskCommandInput } from "@aws-sdk/client-sqs";
import type { Call } from "../../../kernel/call.ts";
import type { Operation } from "../../../kernel/operation.ts";
import type { Transaction } from "../../../kernel/transaction.ts";
import { checkAccess } from "../access.ts";
import { errors } from "../errors.ts";
import { limits } from "../limits.ts";
import { formatMoveTaskHandle } from "../move-task-handle.ts";
import { isActive } from "../move-tasks.ts";
import type { MoveTasks } from "../move-tasks.ts";
import { settingsOf } from "../queue-settings.ts";
import { parseQueueArn } from "../queue-url.ts";
import type { Queues } from "../queues.ts";
import { isDeadLetterQueue, readQueue } from "../stored-queues.ts";
import type { QueueRow } from "../tables.ts";
import { queueOfSourceArn } from "../targets.ts";

/** What the store says of queues that other nodes may decide for. */
interface OtherQueues {
  readonly isSourceDeadLetterQueue: boolean;
  readonly destination: QueueRow | undefined;
}

export function startMessageMoveTask(
  queues: Queues,
  tasks: MoveTasks,
): Operation<StartMessageMoveTaskCommandInput, { TaskHandle: string }, OtherQueues> {
  return {
    target: queueOfSourceArn,
    load: async (reader, { SourceArn = "", DestinationArn = "" }) => ({
      isSourceDeadLetterQueue: await isDeadLetterQueue(reader, SourceArn),
      destination: await readQueue(reader, DestinationArn),
    }),
    decide(tx, { SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond: rate }, { call, loaded }) {
      const action = "StartMessageMoveTask";
      const source = sourceOfTask(queues, tx, call, SourceArn, action, loaded.isSourceDeadLetterQueue);
      if (rate !== undefined && (rate < 1 || rate > limits.moveTaskMessagesPerSecondMax)) {
        const reason = `Must be between 1 and ${limits.moveTaskMessagesPerSecondMax}, if provided.`;
        throw errors.invalidValue(rate, "MaxNumberOfMessagesPerSecond", reason);
      }
      if (DestinationArn !== undefined) {
        const destination = queueOfArn(queues, tx, DestinationArn, "DestinationArn", loaded.destination);
        checkAccess(destination, call, "SendMessage", tx.now);
        if (destination.arn === source.arn)
          throw errors.invalidValue(DestinationArn, "DestinationArn", "Must not be the source queue.");
        if (settingsOf(destination).isFifo !== settingsOf(source).isFifo)
          throw errors.invalidValue(DestinationArn, "DestinationArn", "Must be same type of queue as the source.");
      }
      if (tasks.of(tx, source.arn).some(({ status }) => isActive(status))) throw errors.moveTaskIsRunning();
      if (tasks.activeCount(call.account) >= limits.moveTasksActiveMax)
        throw errors.overLimit(`No more than ${limits.moveTasksActiveMax} message move tasks can be active.`);
      const task = tasks.start(tx, {
        source,
        destinationArn: DestinationArn ?? null,
        messagesPerSecond: rate ?? null,
      });
      return { TaskHandle: formatMoveTaskHandle({ taskId: task.id, sourceArn: task.sourceArn }) };
    },
  };
}

/**
 * The dead-letter queue a move task is about.
 * @param isTarget whether some queue has it as its dead-letter queue
 * @throws InvalidParameterValue, ResourceNotFoundException
 */
export function sourceOfTask(
  queues: Queues,
  tx: Transaction,
  call: Call,
  arn: string | undefined,
  action: "ListMessageMoveTasks" | "StartMessageMoveTask",
  isTarget: boolean,
): QueueRow {
  const source = queueOfArn(queues, tx, arn, "SourceArn");
  checkAccess(source, call, action, tx.now);
  if (isTarget) return source;
  throw errors.invalidParameter("Source queue must be configured as a Dead Letter Queue.");
}

function queueOfArn(
  queues: Queues,
  tx: Transaction,
  arn: string | undefined,
  parameter: "DestinationArn" | "SourceArn",
  stored?: QueueRow,
): QueueRow {
  if (arn === undefined || arn === "") throw errors.missingParameter(parameter);
  if (parseQueueArn(arn) === undefined) {
    throw errors.invalidParameter(
      `You must use this format to specify the ${parameter}: arn:<partition>:<service>:<region>:<account-id>:<resource-id>`,
    );
  }
  const queue = queues.hereOr(tx, arn, stored);
  if (queue === undefined)
    throw errors.resourceNotFound(`The resource that you specified for the ${parameter} parameter doesn't exist.`);
  return queue;
}
