/** Carrying out what an execution asks for: handing a task to an activity's workers, or calling another service. */
import { isJsonObject } from "@tutti/asl";
import type { Execution, ExecutionEvent, Frame, Json, TaskRequest } from "@tutti/asl";
import { executionArn, parseArn } from "./arns.ts";
import { ServiceError } from "../../kernel/service-error.ts";
import type { Session } from "./execution-driver.ts";
import { findIntegration } from "./integrations/catalogue.ts";
import { parameterProblems } from "./integrations/integration.ts";
import type { IntegrationOutcome, IntegrationResource } from "./integrations/integration.ts";
import { activitiesTable, tasksTable } from "./tables.ts";
import type { TaskRow } from "./tables.ts";

/** Key under which the workers of an activity wait. */
export function activityWaitKey(arn: string): string {
  return `states activity ${arn}`;
}

/** Puts a task where the workers of its activity find it, and wakes one once that is durable. */
export function beginActivityTask(session: Session, arn: string, task: TaskRequest): void {
  const { tx, driver } = session;
  const activityArn = task.resource.arn;
  if (tx.get(activitiesTable, activityArn) === undefined) {
    const cause = `The activity ${activityArn} does not exist.`;
    session.pushEvent(arn, {
      kind: "taskFailed",
      taskId: task.taskId,
      phase: "schedule",
      error: "States.Runtime",
      cause,
    });
    return;
  }
  driver.taskSequence += 1;
  insertTask(session, arn, task, {
    state: "pending",
    sequence: driver.taskSequence,
    activityArn,
    input: JSON.stringify(task.input),
  });
  tx.afterCommit(() => driver.kernel.waiters.wake(activityWaitKey(activityArn), 1));
}

/**
 * The execution a task is to start under a name of its own, whose name must be looked up in the store first; undefined
 * for every other task, and for one whose parameters will be refused anyway.
 */
export function needsLookup({ resource, input }: TaskRequest): string | undefined {
  if (resource.kind !== "integration" || resource.service !== "states" || !isJsonObject(input)) return undefined;
  const { Name: name, StateMachineArn: machineArn } = input;
  if (typeof name !== "string" || typeof machineArn !== "string") return undefined;
  try {
    const { region, account, resource: machineName } = parseArn(machineArn, "stateMachine");
    return executionArn({ region, account, name: machineName }, name);
  } catch (error) {
    if (error instanceof ServiceError) return undefined;
    throw error;
  }
}

/** Calls the service a task names and queues what follows. A task that is no longer wanted is not called. */
export function callIntegration(session: Session, execution: Execution, task: TaskRequest, isNameTaken = false): void {
  const { resource } = task;
  const frame = frameOf(execution, task.taskId);
  if (frame === undefined || resource.kind !== "integration") return;
  const integration = findIntegration(resource);
  const post = (event: ExecutionEvent): void => session.pushEvent(execution.arn, event);
  if (integration === undefined) throw new Error(`no integration for ${resource.arn}, which a definition was allowed`);
  const problems = parameterProblems(integration, task.input);
  if (problems.length > 0) {
    const cause = parametersCause(task, frame, problems);
    post({ kind: "taskFailed", taskId: task.taskId, phase: "start", error: "States.Runtime", cause });
    return;
  }
  post({ kind: "taskStarted", taskId: task.taskId });
  const { driver, tx } = session;
  const outcome = integration.run({
    kernel: driver.kernel,
    registry: driver.registry,
    tx,
    execution,
    task,
    resource,
    parameters: task.input as Readonly<Record<string, Json>>,
    prepareStart: (request) => driver.executions.prepareStart(tx, request, isNameTaken),
  });
  followUp(session, execution.arn, task, resource, outcome);
}

function followUp(
  session: Session,
  arn: string,
  task: TaskRequest,
  resource: IntegrationResource,
  outcome: IntegrationOutcome,
): void {
  const { taskId } = task;
  if (outcome.kind === "failed") {
    const { error, cause } = outcome;
    const phase = resource.pattern === "request" ? "run" : "submit";
    session.pushEvent(arn, { kind: "taskFailed", taskId, phase, error, cause });
    return;
  }
  const { output, child } = outcome;
  switch (resource.pattern) {
    case "request":
      session.pushEvent(arn, { kind: "taskSucceeded", taskId, output });
      break;
    case "waitForTaskToken":
      insertTask(session, arn, task, { state: "token" });
      session.pushEvent(arn, { kind: "taskSubmitted", taskId, output });
      break;
    case "sync":
    case "sync:2":
      insertTask(session, arn, task, { state: "child", childArn: child?.arn ?? null, pattern: resource.pattern });
      session.pushEvent(arn, { kind: "taskSubmitted", taskId, output });
      break;
  }
  if (child !== undefined && !child.isRepeated) session.create(child);
}

function insertTask(
  session: Session,
  arn: string,
  task: TaskRequest,
  row: Pick<TaskRow, "state"> & Partial<TaskRow>,
): void {
  session.tx.insert(tasksTable, {
    shard: session.driver.kernel.shards.of(arn),
    executionArn: arn,
    taskId: task.taskId,
    sequence: 0,
    token: task.token ?? null,
    activityArn: null,
    childArn: null,
    pattern: null,
    input: null,
    ...row,
  });
}

/** The state that waits for a task; undefined when none does any more. */
function frameOf(execution: Execution, taskId: string): Frame | undefined {
  for (const { frame } of Object.values(execution.scopes)) {
    if (frame?.phase.kind === "task" && frame.phase.taskId === taskId) return frame;
  }
  return undefined;
}

function parametersCause({ stateName, input }: TaskRequest, frame: Frame, problems: readonly string[]): string {
  const where = `An error occurred while executing the state '${stateName}' (entered at the event id #${frame.enteredEventId}).`;
  return `${where} The Parameters '${JSON.stringify(input)}' could not be used to start the Task: [${problems.join(", ")}]`;
}
