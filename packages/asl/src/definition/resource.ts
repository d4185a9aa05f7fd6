/**
 * What a Task's `Resource` names: an activity, a function, or a service integration with its pattern.
 * Whether an integration exists is for the caller of `compileDefinition` to say; here it is only taken apart.
 */
import type { TaskResource } from "./machine.ts";

/** For regular expressions: AWS's partitions. Which of them a region belongs to is the host's to know. */
export const PARTITION = "arn:aws(?:-cn|-eusc|-iso|-iso-b|-iso-e|-iso-f|-us-gov)?";
const ACTIVITY = new RegExp(`^${PARTITION}:states:[a-z0-9-]+:\\d{12}:activity:[^:\\s]{1,80}$`);
const FUNCTION = new RegExp(
  `^${PARTITION}:lambda:[a-z0-9-]+:\\d{12}:function:[A-Za-z0-9_-]+(?::(?:\\$LATEST|[A-Za-z0-9_-]+))?$`,
);
const INTEGRATION = new RegExp(
  `^${PARTITION}:states:::(aws-sdk:[a-z0-9-]+|(?!aws-sdk:)[a-z0-9][a-z0-9-]*):([a-zA-Z][a-zA-Z0-9]*)(\\.sync|\\.sync:2|\\.waitForTaskToken)?$`,
);

/** A refusal of the resource in AWS's words. */
export interface ResourceRefusal {
  readonly refusal: string;
}

/** Takes a `Resource` apart. The partition may be any that AWS has: `CompileOptions.resources` can ask for a certain one. */
export function parseResource(arn: string): TaskResource | ResourceRefusal {
  if (!arn.startsWith("arn:")) return { refusal: "Value is not a valid resource ARN" };
  if (ACTIVITY.test(arn)) return { kind: "activity", arn };
  if (FUNCTION.test(arn)) return { kind: "function", arn };
  const [, service, action, suffix = ""] = INTEGRATION.exec(arn) ?? [];
  if (service === undefined || action === undefined) return { refusal: unrecognizedResource(arn) };
  return { kind: "integration", arn, service, action, pattern: patternOf(suffix) };
}

/** AWS's words for an integration that does not exist. */
export function unrecognizedResource(arn: string): string {
  return `The resource provided ${arn} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`;
}

/**
 * Why an Express workflow may not use `resource`, in AWS's words; `undefined` when it may.
 * The blank behind the second text is AWS's.
 */
export function expressRefusal(resource: TaskResource): string | undefined {
  if (resource.kind === "activity") return "Express state machine does not support Activity ARN";
  if (resource.kind === "function" || resource.pattern === "request") return undefined;
  if (resource.pattern === "waitForTaskToken")
    return "Express state machine does not support '.waitForTaskToken' service integration ";
  return `Express state machine does not support '.${resource.pattern}' service integration`;
}

function patternOf(suffix: string): Extract<TaskResource, { kind: "integration" }>["pattern"] {
  switch (suffix) {
    case ".sync":
      return "sync";
    case ".sync:2":
      return "sync:2";
    case ".waitForTaskToken":
      return "waitForTaskToken";
    default:
      return "request";
  }
}
