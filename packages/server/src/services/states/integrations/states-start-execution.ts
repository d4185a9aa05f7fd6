/**
 * `states:startExecution`: starts another state machine, and with `.sync` waits for its end. Where both machines are on
 * one node, the child begins in the commit that records the parent's step, and its end and the parent's next step are one
 * commit too.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
 */
import type { Json } from "@tutti/asl";
import { executionArn, isMachineArn } from "../arns.ts";
import type { ExecutionOutcome } from "../execution-start.ts";
import type { ChildStart, StartedChild } from "../internal-operations.ts";
import { redriveState } from "../redrive-state.ts";
import type { Integration } from "./integration.ts";
import type { ResultSchema } from "./mocked-result.ts";
import { sdkCause, sdkMetadata } from "./sdk-result.ts";

export const statesStartExecution: Integration = {
  service: "states",
  action: "startExecution",
  patterns: ["request", "sync", "sync:2", "waitForTaskToken"],
  parameters: {
    Input: { type: "any" },
    Name: { type: "string" },
    StateMachineArn: { type: "string", isRequired: true },
    TraceHeader: { type: "string" },
  },
  results: {
    request: {
      ExecutionArn: { type: "string", isRequired: true },
      StartDate: { type: "time", isRequired: true },
    },
    sync: described("string"),
    "sync:2": described("json"),
  },
  request({ kernel, execution, task, resource, parameters }) {
    const { Input: input = {}, Name: name, StateMachineArn: arn, TraceHeader: traceHeader } = parameters;
    const machineArn = typeof arn === "string" ? arn : "";
    const { pattern } = resource;
    const child: ChildStart = {
      machineArn,
      name: typeof name === "string" ? name : kernel.random.uuid(),
      input: typeof input === "string" ? input : JSON.stringify(input),
      ...(typeof traceHeader === "string" && { traceHeader }),
      ...((pattern === "sync" || pattern === "sync:2") && {
        parent: { executionArn: execution.arn, taskId: task.taskId, pattern },
      }),
    };
    return {
      service: "states",
      operation: typeof name === "string" ? "StartNamedChild" : "StartChild",
      input: child,
      ...(isMachineArn(machineArn) && { childArn: executionArn(machineArn, child.name) }),
    };
  },
  answered(answer, { requestId, now }) {
    const { ExecutionArn, StartDate } = answer as StartedChild;
    const output = { ExecutionArn, StartDate };
    return { ...output, ...sdkMetadata(output, requestId, now) };
  },
  refused(error, requestId) {
    const name = error.code.endsWith("Exception") ? error.code : `${error.code}Exception`;
    return { error: `StepFunctions.${name}`, cause: sdkCause("AWSStepFunctions", error, requestId) };
  },
};

/** The members of DescribeExecution's answer. */
function described(payload: "json" | "string"): ResultSchema {
  return {
    Cause: { type: "string" },
    Error: { type: "string" },
    ExecutionArn: { type: "string", isRequired: true },
    Input: { type: payload },
    InputDetails: { type: "object" },
    Name: { type: "string" },
    Output: { type: payload },
    OutputDetails: { type: "object" },
    RedriveCount: { type: "number" },
    RedriveStatus: { type: "string", values: ["REDRIVABLE", "NOT_REDRIVABLE", "REDRIVABLE_BY_MAP_RUN"] },
    RedriveStatusReason: { type: "string" },
    StartDate: { type: "time", isRequired: true },
    StateMachineArn: { type: "string", isRequired: true },
    Status: {
      type: "string",
      isRequired: true,
      values: ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"],
    },
    StopDate: { type: "time" },
  };
}

/** An execution that has ended as its parent sees it: `.sync` shows its payloads as texts, `.sync:2` as JSON. */
export function describeForParent(pattern: "sync" | "sync:2", outcome: ExecutionOutcome): Json {
  const { arn, name, machineArn, status, startedAt, stoppedAt, input, output, error, cause } = outcome;
  const shown = (text: string): Json => (pattern === "sync" ? text : (JSON.parse(text) as Json));
  const { redriveStatus, redriveStatusReason } = redriveState(status);
  return {
    ...(cause !== null && { Cause: cause }),
    ...(error !== null && { Error: error }),
    ExecutionArn: arn,
    Input: shown(input),
    InputDetails: { Included: true },
    Name: name,
    ...(output !== null && { Output: shown(output), OutputDetails: { Included: true } }),
    RedriveCount: 0,
    RedriveStatus: redriveStatus,
    ...(redriveStatusReason !== undefined && { RedriveStatusReason: redriveStatusReason }),
    StartDate: startedAt,
    StateMachineArn: machineArn,
    Status: status,
    StopDate: stoppedAt,
  };
}
