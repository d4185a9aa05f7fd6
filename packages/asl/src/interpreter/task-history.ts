/**
 * The history events of tasks. AWS has three families, by what the task's resource is: `Task…` for integrations,
 * `LambdaFunction…` for functions named by their ARN, `Activity…` for activities.
 */
import type { TaskResource } from "../definition/machine.ts";
import { isJsonObject } from "../json/value.ts";
import type { Json } from "../json/value.ts";
import type { Draft } from "./draft.ts";
import type { HistoryEventDetails, HistoryEventType } from "./history.ts";
import type { ExecutionEvent, TaskRequest } from "./protocol.ts";
import { inputDetails } from "./transitions.ts";

/** The family's event for a stage every family has. */
export function taskEventType(
  resource: TaskResource,
  stage: "Scheduled" | "Started" | "Succeeded" | "TimedOut" | "Failed",
): HistoryEventType {
  switch (resource.kind) {
    case "activity":
      return `Activity${stage}`;
    case "function":
      return `LambdaFunction${stage}`;
    case "integration":
      return `Task${stage}`;
  }
}

/** The family's event for a failure in this phase; where it has none of its own, the nearest. */
export function failureType(
  resource: TaskResource,
  phase: Extract<ExecutionEvent, { kind: "taskFailed" }>["phase"],
): HistoryEventType {
  if (phase === "run") return taskEventType(resource, "Failed");
  switch (resource.kind) {
    case "activity":
      return phase === "schedule" ? "ActivityScheduleFailed" : "ActivityFailed";
    case "function":
      if (phase === "submit") return "LambdaFunctionFailed";
      return phase === "schedule" ? "LambdaFunctionScheduleFailed" : "LambdaFunctionStartFailed";
    case "integration":
      return phase === "submit" ? "TaskSubmitFailed" : "TaskStartFailed";
  }
}

/** What every later `Task…` event says of its task: the service, and the action with the pattern's suffix. */
export function subjectDetails(resource: TaskResource): HistoryEventDetails {
  if (resource.kind !== "integration") return {};
  const suffix = resource.pattern === "request" ? "" : `.${resource.pattern}`;
  return { resourceType: resource.service, resource: `${resource.action}${suffix}` };
}

/** Details of `TaskScheduled`, `LambdaFunctionScheduled` or `ActivityScheduled`. */
export function scheduledDetails(draft: Draft, task: TaskRequest): HistoryEventDetails {
  const { resource, input, timeoutSeconds, heartbeatSeconds } = task;
  const timeout = timeoutSeconds === undefined ? {} : { timeoutInSeconds: timeoutSeconds };
  const heartbeat = heartbeatSeconds === undefined ? {} : { heartbeatInSeconds: heartbeatSeconds };
  switch (resource.kind) {
    case "activity":
      return { resource: resource.arn, ...inputDetails(draft, input), ...timeout, ...heartbeat };
    case "function":
      return { resource: resource.arn, ...inputDetails(draft, input), ...timeout, ...credentialsDetails(task) };
    case "integration":
      return {
        ...subjectDetails(resource),
        region: regionOf(draft.execution.arn),
        parameters: draft.text(input),
        ...timeout,
        ...heartbeat,
        ...credentialsDetails(task),
      };
  }
}

/** Details of `TaskStarted` or `ActivityStarted`; `LambdaFunctionStarted` has none. */
export function startedDetails(
  resource: TaskResource,
  workerName: string | undefined,
): HistoryEventDetails | undefined {
  switch (resource.kind) {
    case "activity":
      return workerName === undefined ? {} : { workerName };
    case "function":
      return undefined;
    case "integration":
      return subjectDetails(resource);
  }
}

function credentialsDetails(task: TaskRequest): { readonly [member: string]: Json } {
  const { credentials } = task;
  const roleArn = isJsonObject(credentials) ? credentials["RoleArn"] : undefined;
  return roleArn === undefined ? {} : { taskCredentials: { roleArn } };
}

/** The fourth part of an ARN. */
function regionOf(arn: string): string {
  return arn.split(":")[3] ?? "";
}
