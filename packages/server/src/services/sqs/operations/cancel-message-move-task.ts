/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CancelMessageMoveTask.html */
import type { CancelMessageMoveTaskCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { checkAccess } from "../access.ts";
import { errors } from "../errors.ts";
import { parseMoveTaskHandle } from "../move-task-handle.ts";
import type { MoveTasks } from "../move-tasks.ts";
import type { Queues } from "../queues.ts";
import { queueOfTaskHandle } from "../targets.ts";

/** What has been moved stays where it is. */
export function cancelMessageMoveTask(
  queues: Queues,
  tasks: MoveTasks,
): Operation<CancelMessageMoveTaskCommandInput, { ApproximateNumberOfMessagesMoved: number }> {
  return {
    target: queueOfTaskHandle,
    decide(tx, { TaskHandle }, { call }) {
      if (TaskHandle === undefined || TaskHandle === "") throw errors.missingParameter("TaskHandle");
      const handle = parseMoveTaskHandle(TaskHandle);
      if (handle === undefined) throw errors.invalidParameter("Value for parameter TaskHandle is invalid.");
      const source = queues.byArn(tx, handle.sourceArn);
      if (source === undefined) {
        throw errors.resourceNotFound("The resource that you specified for the SourceArn parameter doesn't exist.");
      }
      checkAccess(source, call, "CancelMessageMoveTask", tx.now);
      const task = tasks.of(tx, source.arn).find(({ id }) => id === handle.taskId);
      if (task === undefined) throw errors.resourceNotFound("Task does not exist.");
      if (task.status !== "RUNNING") throw errors.resourceNotFound("Only active tasks can be cancelled.");
      tasks.cancel(tx, task);
      return { ApproximateNumberOfMessagesMoved: task.moved };
    },
  };
}
