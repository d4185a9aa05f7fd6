/** ARNs of Step Functions' resources: putting them together and taking them apart. */
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
  return `arn:aws:states:${region}:${account}:stateMachine:${name}`;
}

export function activityArn({ region, account }: Owner, name: string): string {
  return `arn:aws:states:${region}:${account}:activity:${name}`;
}

export function executionArn(machine: Owner & { readonly name: string }, name: string): string {
  return `arn:aws:states:${machine.region}:${machine.account}:execution:${machine.name}:${name}`;
}

/** Where an execution, its history and its tasks are decided: with its state machine. For any text, also a wrong one. */
export function machineArnOf(executionArnText: string): string {
  const [arn, partition, service, region, account, , machine] = executionArnText.split(":");
  return [arn, partition, service, region, account, "stateMachine", machine].join(":");
}

/** Undefined for what is not the ARN of a state machine. */
export function partsOfMachineArn(arn: string): (Owner & { readonly name: string }) | undefined {
  try {
    const { region, account, resource: name } = parseArn(arn, "stateMachine");
    return { region, account, name };
  } catch (error) {
    if (error instanceof ServiceError) return undefined;
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

/** @throws InvalidArn for what is not an IAM role */
export function checkRoleArn(arn: string): void {
  if (!arn.startsWith("arn:")) throw errors.invalidArn(`Invalid ARN prefix: ${arn}`);
  if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/\S+$/.test(arn)) throw errors.invalidArn(`Invalid Role Arn: ${arn}`);
}
