/** Whether an execution could be redriven, as AWS says it. */
import type { ExecutionStatus } from "@tutti/asl";

export interface RedriveState {
  readonly redriveStatus: "NOT_REDRIVABLE" | "REDRIVABLE";
  /** Present when it could not. */
  readonly redriveStatusReason?: string;
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html */
export function redriveState(status: ExecutionStatus): RedriveState {
  if (status === "RUNNING" || status === "SUCCEEDED") {
    return {
      redriveStatus: "NOT_REDRIVABLE",
      redriveStatusReason: `Execution is ${status} and cannot be redriven`,
    };
  }
  return { redriveStatus: "REDRIVABLE" };
}
