/**
 * Carrying out what an execution asks for: handing a task to an activity's workers, or calling another service. Both are
 * hops, whose outcome is there at once when the other resource is decided here, and comes to a reply handler when not.
 */
import type { Execution, ExecutionEvent, Frame, Json, TaskRequest } from "@tutti/asl";
import type { HopOutcome } from "../../delivery/hop-values.ts";
import type { HopIdentity } from "../../delivery/operation-registry.ts";
import { machineArnOf } from "./arns.ts";
import type { ExecutionDriver, Session } from "./execution-driver.ts";
import { findIntegration } from "./integrations/catalogue.ts";
import { parameterProblems } from "./integrations/integration.ts";
import type { Integration, IntegrationResource } from "./integrations/integration.ts";
import type { OfferedTask } from "./internal-operations.ts";
import { tasksTable } from "./tables.ts";
import type { TaskRow } from "./tables.ts";

const offerReply = "states-offer";
const callReply = "states-call";

/** What is left of a task until its call is answered. */
interface CalledTask {
  readonly executionArn: string;
  readonly taskId: string;
  readonly resource: IntegrationResource;
  readonly token: string | null;
  readonly childArn: string | null;
  readonly requestId: string;
}

type OfferContext = Pick<OfferedTask, "activityArn" | "executionArn" | "taskId">;

/** Says what becomes of outcomes that come later. */
export function handleReplies(driver: ExecutionDriver): void {
  driver.hops.onReply(offerReply, (tx, context, outcome) =>
    driver.within(tx, (session) => offered(session, context as OfferContext, outcome)),
  );
  driver.hops.onReply(callReply, (tx, context, outcome) =>
    driver.within(tx, (session) => {
      const called = context as CalledTask;
      if (session.isWanted(called.executionArn, called.taskId)) answered(session, called, outcome);
    }),
  );
}

/** On whose behalf an execution asks. */
export function identityOf(executionArn: string, requestId: string): HopIdentity {
  const [, , , region = "", account = ""] = executionArn.split(":");
  return { account, region, requestId };
}

/** Offers a task to the workers of its activity. */
export function beginActivityTask(session: Session, executionArn: string, task: TaskRequest): void {
  const { tx, driver } = session;
  const { taskId, resource, token = "", input } = task;
  const context: OfferContext = { activityArn: resource.arn, executionArn, taskId };
  insertTask(session, context, { state: "pending", token, activityArn: resource.arn });
  const outcome = driver.hops.send(tx, {
    source: machineArnOf(executionArn),
    service: "states",
    operation: "OfferTask",
    input: { ...context, token, input: JSON.stringify(input) },
    identity: identityOf(executionArn, taskId),
    reply: { kind: offerReply, context },
  });
  if (outcome !== "pending") offered(session, context, outcome);
}

function offered(session: Session, { activityArn, executionArn, taskId }: OfferContext, outcome: HopOutcome): void {
  if (outcome.kind === "done") return;
  const cause = `The activity ${activityArn} does not exist.`;
  session.pushEvent(executionArn, { kind: "taskFailed", taskId, phase: "schedule", error: "States.Runtime", cause });
}

/** Calls the service a task names and queues what follows. A task that is no longer wanted is not called. */
export function callIntegration(session: Session, execution: Execution, task: TaskRequest): void {
  const { resource, taskId } = task;
  const frame = frameOf(execution, taskId);
  if (frame === undefined || resource.kind !== "integration") return;
  const integration = integrationOf(resource);
  const post = (event: ExecutionEvent): void => session.pushEvent(execution.arn, event);
  const problems = parameterProblems(integration, task.input);
  if (problems.length > 0) {
    const cause = parametersCause(task, frame, problems);
    post({ kind: "taskFailed", taskId, phase: "start", error: "States.Runtime", cause });
    return;
  }
  post({ kind: "taskStarted", taskId });
  const { driver, tx } = session;
  const { kernel } = driver;
  const requestId = kernel.random.uuid();
  const parameters = task.input as Readonly<Record<string, Json>>;
  const request = integration.request({ kernel, execution, task, resource, parameters });
  const { service, operation, input, childArn = null } = request;
  const called: CalledTask = {
    executionArn: execution.arn,
    taskId,
    resource,
    token: task.token ?? null,
    childArn,
    requestId,
  };
  const outcome = driver.hops.send(tx, {
    source: machineArnOf(execution.arn),
    service,
    operation,
    input,
    identity: identityOf(execution.arn, requestId),
    reply: { kind: callReply, context: called },
  });
  if (outcome !== "pending") answered(session, called, outcome);
  else if (resource.pattern !== "request") insertTask(session, called, { ...waitingFor(called), state: "submitting" });
}

/** A call has been answered: the task has succeeded or failed, or goes on to wait. */
function answered(session: Session, called: CalledTask, outcome: HopOutcome): void {
  const { executionArn, taskId, resource, requestId } = called;
  const { tx } = session;
  const integration = integrationOf(resource);
  if (outcome.kind === "refused") {
    const phase = resource.pattern === "request" ? "run" : "submit";
    session.pushEvent(executionArn, {
      kind: "taskFailed",
      taskId,
      phase,
      ...integration.refused(outcome.error, requestId),
    });
    return;
  }
  const output = integration.answered(outcome.output, { requestId, now: tx.now });
  if (resource.pattern === "request") {
    session.pushEvent(executionArn, { kind: "taskSucceeded", taskId, output });
    return;
  }
  const submitted = tx.get(tasksTable, executionArn, taskId);
  if (submitted === undefined) insertTask(session, called, waitingFor(called));
  else tx.update(tasksTable, [executionArn, taskId], { state: waitingFor(called).state, held: null });
  session.pushEvent(executionArn, { kind: "taskSubmitted", taskId, output });
  if (submitted !== undefined && submitted.held !== null) session.pushEvent(executionArn, submitted.held);
}

/** How the task's row says what ends it. */
function waitingFor({ resource, token, childArn }: CalledTask): Pick<TaskRow, "state"> & Partial<TaskRow> {
  const { pattern } = resource;
  return pattern === "sync" || pattern === "sync:2" ? { state: "child", childArn, pattern } : { state: "token", token };
}

function integrationOf(resource: IntegrationResource): Integration {
  const integration = findIntegration(resource);
  if (integration === undefined) throw new Error(`no integration for ${resource.arn}, which a definition was allowed`);
  return integration;
}

function insertTask(
  { tx, driver }: Session,
  { executionArn, taskId }: Pick<TaskRow, "executionArn" | "taskId">,
  row: Pick<TaskRow, "state"> & Partial<TaskRow>,
): void {
  tx.insert(tasksTable, {
    shard: driver.shardOf(executionArn),
    executionArn,
    taskId,
    sequence: 0,
    token: null,
    activityArn: null,
    childArn: null,
    pattern: null,
    input: null,
    held: null,
    ...row,
  });
}

/** The state that waits for a task; undefined when none does any more. */
export function frameOf(execution: Execution, taskId: string): Frame | undefined {
  for (const { frame } of Object.values(execution.scopes)) {
    if (frame?.phase.kind === "task" && frame.phase.taskId === taskId) return frame;
  }
  return undefined;
}

function parametersCause({ stateName, input }: TaskRequest, frame: Frame, problems: readonly string[]): string {
  const where = `An error occurred while executing the state '${stateName}' (entered at the event id #${frame.enteredEventId}).`;
  return `${where} The Parameters '${JSON.stringify(input)}' could not be used to start the Task: [${problems.join(", ")}]`;
}
