/** Task: has a resource do the work. */
import type { StateSource } from "../compilation.ts";
import { readTemplate } from "../expressions.ts";
import { present } from "../field-reader.ts";
import { readIntegerValue } from "../field-values.ts";
import { readJsonata } from "../jsonata-fields.ts";
import { TIMEOUT_SECONDS } from "../limits.ts";
import type { TaskResource, TaskState, Template } from "../machine.ts";
import { expressRefusal, parseResource } from "../resource.ts";
import { readBase, readFlow, readTransition } from "./common.ts";
import { readErrorHandling } from "./error-handling.ts";

export function compileTask(source: StateSource): TaskState | undefined {
  const { reader } = source;
  reader.require("Resource");
  const transition = readTransition(reader);
  const resource = readResource(source);
  const flow = readFlow(source);
  const errorHandling = readErrorHandling(source);
  const timeout = readIntegerValue(source, reader, "TimeoutSeconds", TIMEOUT_SECONDS);
  const heartbeat = readIntegerValue(source, reader, "HeartbeatSeconds", TIMEOUT_SECONDS);
  if (timeout?.kind === "literal" && heartbeat?.kind === "literal" && heartbeat.value >= timeout.value) {
    reader.problems.ofValue(reader.place("HeartbeatSeconds"), "HeartbeatSeconds must be smaller than TimeoutSeconds");
  }
  const credentials = readCredentials(source, resource);
  if (!transition || !resource) return undefined;
  return {
    type: "Task",
    ...readBase(source),
    flow,
    ...transition,
    ...errorHandling,
    resource,
    ...present({ timeout, heartbeat, credentials }),
  };
}

function readResource({ reader, compilation: { options } }: StateSource): TaskResource | undefined {
  const text = reader.text("Resource");
  if (text === undefined) return undefined;
  const resource = parseResource(text);
  const refusal =
    "refusal" in resource
      ? resource.refusal
      : (options.resources?.(resource) ?? (options.type === "EXPRESS" ? expressRefusal(resource) : undefined));
  if (refusal !== undefined) reader.problems.ofValue(reader.place("Resource"), refusal);
  return "refusal" in resource ? undefined : resource;
}

/** The role to assume: `RoleArn`, or in JSONPath `RoleArn.$` as a path or an intrinsic function. */
function readCredentials(source: StateSource, resource: TaskResource | undefined): Template | undefined {
  const { reader, language } = source;
  const credentials = reader.objectField("Credentials");
  if (!credentials) return undefined;
  const { problems, pointer } = credentials;
  if (resource?.kind === "activity")
    problems.ofObject(pointer, "The field 'Credentials' is not supported for activities");
  const fields = language === "JSONata" ? ["RoleArn"] : ["RoleArn", "RoleArn.$"];
  for (const field of Object.keys(credentials.object)) {
    if (!fields.includes(field)) problems.ofMember(credentials.place(field), `Field '${field}' is not supported`);
  }
  if (!fields.some((field) => credentials.has(field))) {
    problems.ofObject(pointer, "The field 'RoleArn' is required but was missing");
  }
  credentials.text("RoleArn");
  return language === "JSONata" ? readJsonata(source, reader, "Credentials") : readTemplate(reader, "Credentials");
}
