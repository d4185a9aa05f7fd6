/**
 * A service integration: what a Task whose resource is `arn:aws:states:::<service>:<action>` does.
 *
 * It says what the other service is asked and how its answer is shown; the asking is a hop (`task-commands.ts`). Where the
 * other resource is decided on this node, what changes there and what the execution makes of it are one commit.
 * Parameters are checked against its list first, as AWS does before it calls the service.
 */
import { isJsonObject } from "@tutti/asl";
import type { Execution, Json, TaskRequest, TaskResource } from "@tutti/asl";
import type { Kernel } from "../../../kernel/kernel.ts";
import type { ServiceError } from "../../../kernel/service-error.ts";
import type { ResultSchema } from "./mocked-result.ts";

export type IntegrationResource = Extract<TaskResource, { kind: "integration" }>;

/** How a task waits: not at all, for its token, or for the end of what it started. */
export type IntegrationPattern = IntegrationResource["pattern"];

export interface IntegrationCall {
  readonly kernel: Kernel;
  readonly execution: Execution;
  readonly task: TaskRequest;
  readonly resource: IntegrationResource;
  readonly parameters: Readonly<Record<string, Json>>;
}

/** What another service is asked. */
export interface IntegrationRequest {
  readonly service: string;
  readonly operation: string;
  readonly input: unknown;
  /** The execution it starts, when its ARN is known before. */
  readonly childArn?: string | undefined;
}

/** Which call was answered, and when. */
export interface AnsweredCall {
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** `any` may be an object that is sent as JSON text. */
export type ParameterType = "any" | "string" | "number" | "object";

export interface Integration {
  readonly service: string;
  readonly action: string;
  readonly patterns: readonly IntegrationPattern[];
  readonly parameters: Readonly<Record<string, { readonly type: ParameterType; readonly isRequired?: true }>>;
  /** What a task's result holds, by pattern; a pattern whose result is anybody's to choose is left out. */
  readonly results: Readonly<Partial<Record<IntegrationPattern, ResultSchema>>>;
  request(call: IntegrationCall): IntegrationRequest;
  /** What the task shows of the answer. */
  answered(answer: unknown, call: AnsweredCall): Json;
  /** What the task fails with when the service refuses. */
  refused(error: ServiceError, requestId: string): { readonly error: string; readonly cause: string };
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
