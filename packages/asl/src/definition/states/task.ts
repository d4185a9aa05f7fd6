/** Task: has a resource do the work. */
import type { Compilation, StateSource } from "../compilation.ts";
import { readTemplate } from "../expressions.ts";
import { present } from "../field-reader.ts";
import type { FieldReader } from "../field-reader.ts";
import type { TaskResource, TaskState } from "../machine.ts";
import type { CompiledTemplate } from "../../paths/template.ts";
import { expressRefusal, parseResource } from "../resource.ts";
import { readBase, readInputOutput, readResultShaping, readSeconds, readTransition } from "./common.ts";
import { readErrorHandling } from "./error-handling.ts";

export function compileTask(source: StateSource): TaskState | undefined {
  const { reader, compilation } = source;
  reader.require("Resource");
  const transition = readTransition(reader);
  const resource = readResource(reader, compilation);
  const paths = readInputOutput(reader);
  const shaping = readResultShaping(reader);
  const errorHandling = readErrorHandling(reader);
  const timeout = readSeconds(reader, "TimeoutSeconds");
  const heartbeat = readSeconds(reader, "HeartbeatSeconds");
  if (timeout?.kind === "seconds" && heartbeat?.kind === "seconds" && heartbeat.seconds >= timeout.seconds) {
    reader.problems.ofValue(reader.place("HeartbeatSeconds"), "HeartbeatSeconds must be smaller than TimeoutSeconds");
  }
  const credentials = readCredentials(reader, resource);
  if (!transition || !resource) return undefined;
  return {
    type: "Task",
    ...readBase(source),
    ...transition,
    ...paths,
    ...shaping,
    ...errorHandling,
    resource,
    ...present({ timeout, heartbeat, credentials }),
  };
}

function readResource(reader: FieldReader, { options }: Compilation): TaskResource | undefined {
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

/** The role to assume: `RoleArn`, or `RoleArn.$` as a path or an intrinsic function. */
function readCredentials(reader: FieldReader, resource: TaskResource | undefined): CompiledTemplate | undefined {
  const credentials = reader.objectField("Credentials");
  if (!credentials) return undefined;
  const { problems, pointer } = credentials;
  if (resource?.kind === "activity")
    problems.ofObject(pointer, "The field 'Credentials' is not supported for activities");
  for (const field of Object.keys(credentials.object)) {
    if (field !== "RoleArn" && field !== "RoleArn.$")
      problems.ofMember(credentials.place(field), `Field '${field}' is not supported`);
  }
  if (!credentials.has("RoleArn") && !credentials.has("RoleArn.$")) {
    problems.ofObject(pointer, "The field 'RoleArn' is required but was missing");
  }
  credentials.text("RoleArn");
  return readTemplate(reader, "Credentials");
}
