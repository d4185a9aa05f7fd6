/**
 * A service integration: what a Task whose resource is `arn:aws:states:::<service>:<action>` does.
 *
 * It runs in the decision that advanced the execution, so that what it changes in another service and what the execution
 * makes of it are one commit. Parameters are checked against its list first, as AWS does before it calls the service.
 */
import { isJsonObject } from "@tutti/asl";
import type { Execution, Json, TaskRequest, TaskResource } from "@tutti/asl";
import type { OperationRegistry } from "../../../delivery/operation-registry.ts";
import type { Kernel } from "../../../kernel/kernel.ts";
import type { Transaction } from "../../../kernel/transaction.ts";
import type { ExecutionStart } from "../execution-start.ts";

export type IntegrationResource = Extract<TaskResource, { kind: "integration" }>;

/** How a task waits: not at all, for its token, or for the end of what it started. */
export type IntegrationPattern = IntegrationResource["pattern"];

export interface StartRequest {
  readonly machineArn: string;
  /** A random one when absent. */
  readonly name?: string | undefined;
  /** JSON text. */
  readonly input: string;
  readonly traceHeader?: string | undefined;
}

export interface IntegrationCall {
  readonly kernel: Kernel;
  readonly registry: OperationRegistry;
  readonly tx: Transaction;
  readonly execution: Execution;
  readonly task: TaskRequest;
  readonly resource: IntegrationResource;
  readonly parameters: Readonly<Record<string, Json>>;
  /** Checks the start of an execution; throws what StartExecution refuses with. */
  prepareStart(request: StartRequest): ExecutionStart;
}

export type IntegrationOutcome =
  /** `child`: an execution to be started now. */
  | { readonly kind: "answered"; readonly output: Json; readonly child?: ExecutionStart }
  | { readonly kind: "failed"; readonly error: string; readonly cause: string };

/** `any` may be an object that is sent as JSON text. */
export type ParameterType = "any" | "string" | "number" | "object";

export interface Integration {
  readonly service: string;
  readonly action: string;
  readonly patterns: readonly IntegrationPattern[];
  readonly parameters: Readonly<Record<string, { readonly type: ParameterType; readonly isRequired?: true }>>;
  run(call: IntegrationCall): IntegrationOutcome;
}

/** Everything that is wrong with a task's parameters, in AWS's words. */
export function parameterProblems({ parameters }: Integration, input: Json): string[] {
  if (!isJsonObject(input)) return ["The parameters must be a JSON object"];
  const problems: string[] = [];
  for (const [name, { isRequired }] of Object.entries(parameters)) {
    if (isRequired === true && (input[name] ?? null) === null) {
      problems.push(`The field "${name}" is required but was missing`);
    }
  }
  for (const [name, value] of Object.entries(input)) {
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (parameter === undefined) problems.push(`The field "${name}" is not supported by Step Functions`);
    else if (value !== null && !fits(value, parameter.type)) {
      problems.push(`The value for the field '${name}' must be ${typeNames[parameter.type]}`);
    }
  }
  return problems;
}

const typeNames: Readonly<Record<ParameterType, string>> = {
  any: "a JSON value",
  string: "a STRING",
  number: "an INTEGER",
  object: "an OBJECT",
};

function fits(value: Json, type: ParameterType): boolean {
  switch (type) {
    case "any":
      return true;
    case "string":
      return typeof value === "string";
    case "number":
      return typeof value === "number" && Number.isInteger(value);
    case "object":
      return isJsonObject(value);
  }
}
