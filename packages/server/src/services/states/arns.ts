/** ARNs of Step Functions' resources: putting them together and taking them apart. */
import { isOfPartition, partitionOf } from "../../kernel/partitions.ts";
import { ServiceError } from "../../kernel/service-error.ts";
import { errors } from "./errors.ts";

export type ResourceType = "stateMachine" | "execution" | "activity";

export interface ParsedArn {
  readonly arn: string;
  readonly region: string;
  readonly account: string;
  /** `N` of a machine or activity, `N:E` of an execution. */
  readonly resource: string;
}

interface Owner {
  readonly region: string;
  readonly account: string;
}

export function stateMachineArn({ region, account }: Owner, name: string): string {
  return `arn:${partitionOf(region)}:states:${region}:${account}:stateMachine:${name}`;
}

export function activityArn({ region, account }: Owner, name: string): string {
  return `arn:${partitionOf(region)}:states:${region}:${account}:activity:${name}`;
}

/** An execution of a state machine, in the partition of that one's ARN. For any text, also a wrong one. */
export function executionArn(machineArn: string, name: string): string {
  return `${machineArn.replace(":stateMachine:", ":execution:")}:${name}`;
}

/** Where an execution, its history and its tasks are decided: with its state machine. For any text, also a wrong one. */
export function machineArnOf(executionArnText: string): string {
  const [arn, partition, service, region, account, , machine] = executionArnText.split(":");
  return [arn, partition, service, region, account, "stateMachine", machine].join(":");
}

export function isMachineArn(arn: string): boolean {
  try {
    parseArn(arn, "stateMachine");
    return true;
  } catch (error) {
    if (error instanceof ServiceError) return false;
    throw error;
  }
}

/**
 * An ARN of the wanted type; whether the resource exists is another question.
 * @throws InvalidArn
 */
export function parseArn(arn: string, wanted: ResourceType): ParsedArn {
  if (!arn.startsWith("arn:")) throw errors.invalidArn(`Invalid ARN prefix: ${arn}`);
  const [, , service, region = "", account = "", type, ...rest] = arn.split(":");
  const resource = rest.join(":");
  if (service !== "states" || region === "" || !/^\d{12}$/.test(account) || type === undefined) {
    throw errors.invalidArn(`Invalid ARN: ${arn}`);
  }
  if (type !== wanted) throw errors.invalidArn(`Resource type not valid in this context: ${type}`);
  if (resource === "" || (wanted === "execution" && rest.length < 2)) throw errors.invalidArn(`Invalid ARN: ${arn}`);
  return { arn, region, account, resource };
}

/**
 * @param partitions those the role may be of
 * @throws InvalidArn for what is not an IAM role
 */
export function checkRoleArn(arn: string, partitions: readonly string[]): void {
  if (!arn.startsWith("arn:")) throw errors.invalidArn(`Invalid ARN prefix: ${arn}`);
  if (!isOfPartition(arn, partitions) || !/^arn:[a-z-]+:iam::\d{12}:role\/\S+$/.test(arn))
    throw errors.invalidArn(`Invalid Role Arn: ${arn}`);
}
