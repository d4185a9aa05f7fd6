/** Which resource decides a request, by what the request says: for the routing of requests to the node that owns it. */
import type { Call } from "../../kernel/call.ts";
import { activityArn, machineArnOf, stateMachineArn } from "./arns.ts";
import { executionOfToken } from "./task-token.ts";

/** Undefined for what names no resource, which any node can refuse. */
type Target<Input> = (input: Input, call: Call) => string | undefined;
type Named = { readonly name?: string | undefined };

export const newMachine: Target<Named> = ({ name = "" }, call) => stateMachineArn(call, name);

export const newActivity: Target<Named> = ({ name = "" }, call) => activityArn(call, name);

export const machine: Target<{ readonly stateMachineArn?: string | undefined }> = ({ stateMachineArn: arn }) => arn;

export const activity: Target<{ readonly activityArn?: string | undefined }> = ({ activityArn: arn }) => arn;

export const execution: Target<{ readonly executionArn?: string | undefined }> = ({ executionArn: arn }) =>
  arn === undefined ? undefined : machineArnOf(arn);

export const tagged: Target<{ readonly resourceArn?: string | undefined }> = ({ resourceArn: arn }) => arn;

export const task: Target<{ readonly taskToken?: string | undefined }> = ({ taskToken = "" }) => {
  const arn = executionOfToken(taskToken);
  return arn === undefined ? undefined : machineArnOf(arn);
};
