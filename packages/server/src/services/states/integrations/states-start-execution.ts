/**
 * `states:startExecution`: starts another state machine, and with `.sync` waits for its end. The child begins in the
 * same commit that records the parent's step; its end and the parent's next step are one commit too.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
 */
import type { Json } from "@tutti/asl";
import { ServiceError } from "../../../kernel/service-error.ts";
import type { ExecutionOutcome } from "../execution-start.ts";
import { redriveState } from "../redrive-state.ts";
import type { Integration, IntegrationCall, IntegrationOutcome } from "./integration.ts";
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
  run(call) {
    const requestId = call.kernel.random.uuid();
    try {
      return answered(call, requestId);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const name = error.code.endsWith("Exception") ? error.code : `${error.code}Exception`;
      return {
        kind: "failed",
        error: `StepFunctions.${name}`,
        cause: sdkCause("AWSStepFunctions", error, requestId),
      };
    }
  },
};

function answered({ parameters, prepareStart, tx }: IntegrationCall, requestId: string): IntegrationOutcome {
  const { Input: input = {}, Name: name, StateMachineArn: machineArn, TraceHeader: traceHeader } = parameters;
  const child = prepareStart({
    machineArn: typeof machineArn === "string" ? machineArn : "",
    name: typeof name === "string" ? name : undefined,
    input: typeof input === "string" ? input : JSON.stringify(input),
    traceHeader: typeof traceHeader === "string" ? traceHeader : undefined,
  });
  const output = { ExecutionArn: child.arn, StartDate: child.startedAt };
  return { kind: "answered", output: { ...output, ...sdkMetadata(output, requestId, tx.now) }, child };
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
