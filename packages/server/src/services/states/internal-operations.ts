/**
 * What executions and activities tell each other; only hops may ask for it. An execution is decided where its state
 * machine is, an activity in a shard of its own, so each of these may come from another node:
 *
 *     execution ──OfferTask, WithdrawTask──▶ activity ──TaskTaken──▶ execution
 *     parent ──StartChild, StartNamedChild, StopChild──▶ child's machine ──ChildEnded──▶ parent
 *
 * Hops between two shards keep their order: a task is never offered after it was withdrawn, a child never started after
 * it was to be stopped. Between the two ways of a pair there is no order: see `task-ends.ts`.
 */
import type { ExecutionEvent } from "@tutti/asl";
import type { OperationTable } from "../../delivery/operation-registry.ts";
import type { StoreReader } from "../../kernel/kernel.ts";
import type { AnyOperation, Operation } from "../../kernel/operation.ts";
import { executionArn, isMachineArn, machineArnOf } from "./arns.ts";
import { errors } from "./errors.ts";
import type { ExecutionDriver } from "./execution-driver.ts";
import type { NameLookup } from "./executions.ts";
import { activitiesTable, activityTasksTable, tasksTable, waitingParentsTable } from "./tables.ts";
import { endTask } from "./task-ends.ts";

/** Key under which the workers of an activity wait. */
export function activityWaitKey(arn: string): string {
  return `states activity ${arn}`;
}

export interface OfferedTask {
  readonly activityArn: string;
  readonly executionArn: string;
  readonly taskId: string;
  readonly token: string;
  /** JSON text for the worker. */
  readonly input: string;
}

export interface TakenTask {
  readonly executionArn: string;
  readonly taskId: string;
  readonly workerName?: string | undefined;
}

export interface ChildStart {
  readonly machineArn: string;
  readonly name: string;
  /** JSON text. */
  readonly input: string;
  readonly traceHeader?: string | undefined;
  /** The task that waits for the child's end, if one does. */
  readonly parent?: { readonly executionArn: string; readonly taskId: string; readonly pattern: "sync" | "sync:2" };
}

export interface StartedChild {
  readonly ExecutionArn: string;
  /** Milliseconds since the epoch. */
  readonly StartDate: number;
}

export interface EndedChild {
  readonly executionArn: string;
  readonly taskId: string;
  readonly event: Extract<ExecutionEvent, { readonly kind: "taskSucceeded" | "taskFailed" }>;
}

export function internalOperations(driver: ExecutionDriver): OperationTable {
  return {
    ChildEnded: childEnded(driver),
    OfferTask: offerTask(driver),
    StartChild: startChild(driver, false),
    StartNamedChild: startChild(driver, true),
    StopChild: stopChild(driver),
    TaskTaken: taskTaken(driver),
    WithdrawTask: withdrawTask(),
  };
}

/** Puts a task where the workers of its activity find it, and wakes one once that is durable. */
function offerTask({ kernel, activitySequence }: ExecutionDriver): Operation<OfferedTask, object> {
  return {
    target: ({ activityArn }) => activityArn,
    decide(tx, { activityArn, executionArn: arn, taskId, token, input }) {
      if (tx.get(activitiesTable, activityArn) === undefined) throw errors.activityDoesNotExist(activityArn);
      const shard = kernel.shards.of(activityArn);
      const sequence = activitySequence.next();
      tx.insert(activityTasksTable, { shard, executionArn: arn, taskId, activityArn, sequence, token, input });
      tx.afterCommit(() => kernel.waiters.wake(activityWaitKey(activityArn), 1));
      return {};
    },
  };
}

/** The task is no longer wanted; a worker may have taken it. */
function withdrawTask(): Operation<Pick<OfferedTask, "activityArn" | "executionArn" | "taskId">, object> {
  return {
    target: ({ activityArn }) => activityArn,
    decide(tx, { executionArn: arn, taskId }) {
      if (tx.get(activityTasksTable, arn, taskId) !== undefined) tx.delete(activityTasksTable, arn, taskId);
      return {};
    },
  };
}

function taskTaken(driver: ExecutionDriver): Operation<TakenTask, object> {
  return {
    target: ({ executionArn: arn }) => machineArnOf(arn),
    decide(tx, { executionArn: arn, taskId, workerName }) {
      // The task may have ended meanwhile, or its worker may have been heard of already.
      if (tx.get(tasksTable, arn, taskId)?.state !== "pending") return {};
      tx.update(tasksTable, [arn, taskId], { state: "token" });
      driver.post(tx, arn, { kind: "taskStarted", taskId, ...(workerName !== undefined && { workerName }) });
      return {};
    },
  };
}

/** @param isNamed whether somebody chose the name, so that it may be taken */
function startChild(driver: ExecutionDriver, isNamed: boolean): AnyOperation {
  const { executions, kernel } = driver;
  const operation: Operation<ChildStart, StartedChild, NameLookup | undefined> = {
    target: ({ machineArn }) => machineArn,
    decide(tx, { machineArn, name, input, traceHeader, parent }, { loaded }) {
      using _held = loaded;
      const request = { machineArn, name, input, traceHeader };
      const start = executions.prepareStart(tx, request, loaded?.isStored === true);
      if (parent !== undefined) {
        const { executionArn: parentArn, taskId, pattern } = parent;
        const shard = kernel.shards.of(machineArn);
        tx.put(waitingParentsTable, { shard, childArn: start.arn, parentArn, taskId, pattern });
      }
      // It may have ended when this returns.
      if (!start.isRepeated) driver.start(tx, start);
      return { ExecutionArn: start.arn, StartDate: start.startedAt };
    },
  };
  if (!isNamed) return operation;
  return {
    ...operation,
    load: async (reader: StoreReader, input: unknown) => {
      const { machineArn, name } = input as ChildStart;
      return isMachineArn(machineArn) ? executions.lookUpName(reader, executionArn(machineArn, name)) : undefined;
    },
  };
}

function stopChild(driver: ExecutionDriver): Operation<{ readonly executionArn: string }, object> {
  return {
    target: ({ executionArn: arn }) => machineArnOf(arn),
    decide(tx, { executionArn: arn }) {
      driver.post(tx, arn, { kind: "stop" });
      return {};
    },
  };
}

function childEnded(driver: ExecutionDriver): Operation<EndedChild, object> {
  return {
    target: ({ executionArn: arn }) => machineArnOf(arn),
    decide(tx, { executionArn: arn, taskId, event }) {
      const task = tx.get(tasksTable, arn, taskId);
      // A parent that has stopped waiting takes no notice.
      if (task !== undefined && task.held === null) endTask(driver, tx, task, event);
      return {};
    },
  };
}
