/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasks.html */
import type { ListMessageMoveTasksCommandInput, ListMessageMoveTasksResultEntry } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { errors } from "../errors.ts";
import { limits } from "../limits.ts";
import { formatMoveTaskHandle } from "../move-task-handle.ts";
import type { MoveTasks } from "../move-tasks.ts";
import type { Queues } from "../queues.ts";
import type { MoveTaskRow } from "../tables.ts";
import { isDeadLetterQueue } from "../stored-queues.ts";
import { sourceOfTask } from "./start-message-move-task.ts";
import { queueOfSourceArn } from "../targets.ts";

interface Output {
  Results?: ListMessageMoveTasksResultEntry[];
}

/** The newest first. */
export function listMessageMoveTasks(
  queues: Queues,
  tasks: MoveTasks,
): Operation<ListMessageMoveTasksCommandInput, Output, boolean> {
  return {
    target: queueOfSourceArn,
    load: (reader, { SourceArn = "" }) => isDeadLetterQueue(reader, SourceArn),
    decide(tx, { SourceArn, MaxResults: max = 1 }, { call, loaded }) {
      const source = sourceOfTask(queues, tx, call, SourceArn, "ListMessageMoveTasks", loaded);
      if (max < 1 || max > limits.moveTaskResultsMax) {
        const reason = `Must be between 1 and ${limits.moveTaskResultsMax}, if provided.`;
        throw errors.invalidValue(max, "MaxResults", reason);
      }
      const found = tasks.of(tx, source.arn).slice(0, max);
      return found.length === 0 ? {} : { Results: found.map(show) };
    },
  };
}

function show(task: MoveTaskRow): ListMessageMoveTasksResultEntry {
  const { id, sourceArn, destinationArn, messagesPerSecond, status, startedAt, moved, toMove, failureReason } = task;
  return {
    ...(status === "RUNNING" && { TaskHandle: formatMoveTaskHandle({ taskId: id, sourceArn }) }),
    Status: status,
    SourceArn: sourceArn,
    ...(destinationArn !== null && { DestinationArn: destinationArn }),
    ...(messagesPerSecond !== null && { MaxNumberOfMessagesPerSecond: messagesPerSecond }),
    ApproximateNumberOfMessagesMoved: moved,
    ApproximateNumberOfMessagesToMove: toMove,
    ...(failureReason !== null && { FailureReason: failureReason }),
    StartedTimestamp: startedAt,
  };
}
