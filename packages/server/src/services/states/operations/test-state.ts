/**
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html
 *
 * The state runs in the interpreter with what it is given; nothing outside is called. A Task, Map or Parallel therefore
 * needs a mock here, where AWS would call the service.
 */
import type { InspectionData as ShownInspection, TestStateInput, TestStateOutput } from "@aws-sdk/client-sfn";
import {
  formatInvalidDefinition,
  isJsonObject,
  refuseUnknownIntegration,
  testState as testInInterpreter,
  unrecognizedResource,
} from "@tutti/asl";
import type { InspectionData, Json, JsonObject, State, TaskResource, TestConfiguration, TestMock } from "@tutti/asl";
import type { Kernel } from "../../../kernel/kernel.ts";
import type { Operation } from "../../../kernel/operation.ts";
import { isOfPartition, partitionOf } from "../../../kernel/partitions.ts";
import { checkRoleArn } from "../arns.ts";
import { errors } from "../errors.ts";
import { findIntegration } from "../integrations/catalogue.ts";
import { mockedResultProblem } from "../integrations/mocked-result.ts";
import { parsePayload } from "../payload.ts";

/** Members of AWS's context object. */
const CONTEXT_FIELDS: ReadonlySet<string> = new Set(["Execution", "Map", "State", "StateMachine", "Task"]);

export function testState(kernel: Kernel): Operation<TestStateInput, TestStateOutput> {
  return {
    decide(tx, request, { call }) {
      const { definition = "", input = "{}", inspectionLevel = "INFO", roleArn, stateName } = request;
      const partitions = [partitionOf(call.region)];
      if (roleArn !== undefined) checkRoleArn(roleArn, partitions);
      const mock = readMock(request);
      const result = testInInterpreter({
        definition,
        ...(stateName !== undefined && { stateName }),
        input: parsePayload(input, errors.invalidExecutionInput),
        ...readVariables(request),
        ...readContext(request),
        ...(mock !== undefined && { mock }),
        configuration: readConfiguration(request),
        compile: { resources: (resource) => refuseIntegration(resource, partitions) },
        host: { now: tx.now, random: () => kernel.random.random(), uuid: () => kernel.random.uuid() },
      });
      switch (result.kind) {
        case "invalidDefinition":
          throw errors.invalidDefinition(formatInvalidDefinition(result.diagnostics));
        case "refused":
          throw errors.validation(result.message);
        case "unmocked":
          throw unmocked(result.state, roleArn);
        case "tested": {
          if (mock !== undefined && "result" in mock) checkMockedResult(request, result.state, mock.result);
          const { status, output, error, cause, nextState, inspection } = result;
          return {
            status,
            ...(output !== undefined && { output: JSON.stringify(output) }),
            ...(error !== undefined && { error }),
            ...(cause !== undefined && { cause }),
            ...(nextState !== undefined && { nextState }),
            ...(inspectionLevel !== "INFO" && { inspectionData: shownInspection(inspection) }),
          };
        }
      }
    },
  };
}

function refuseIntegration(resource: TaskResource, partitions: readonly string[]): string | undefined {
  const isElsewhere = resource.kind === "integration" && !isOfPartition(resource.arn, partitions);
  return isElsewhere ? unrecognizedResource(resource.arn) : refuseUnknownIntegration(resource);
}

function unmocked(state: State, roleArn: string | undefined): Error {
  if (state.type === "Task" && roleArn === undefined) {
    return errors.validation("RoleArn must be specified when testing a Task state");
  }
  return errors.unsupported(`Testing a state of type '${state.type}' without a mock is`);
}

function readMock({ mock, revealSecrets }: TestStateInput): TestMock | undefined {
  if (mock === undefined) return undefined;
  const { result, errorOutput } = mock;
  if (revealSecrets === true) {
    throw errors.validation("TestState does not support RevealSecrets when a mock is specified.");
  }
  if ((result === undefined) === (errorOutput === undefined)) {
    throw errors.validation("A test mock should have only one of the following fields: [result, errorOutput].");
  }
  if (errorOutput !== undefined) {
    const { error, cause } = errorOutput;
    return { errorOutput: { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) } };
  }
  return { result: parsePayload(result ?? "", () => errors.validation("Mocked result must be valid JSON")) };
}

/** Compares a mocked result with the service's model, as far as there is one here. */
function checkMockedResult({ mock }: TestStateInput, state: State, result: Json): void {
  const mode = mock?.fieldValidationMode ?? "STRICT";
  if (mode === "NONE" || state.type !== "Task" || state.resource.kind !== "integration") return;
  const { resource } = state;
  if (resource.pattern === "waitForTaskToken") return;
  const schema = findIntegration(resource)?.results[resource.pattern];
  if (schema === undefined) {
    throw errors.unsupported(`The fieldValidationMode '${mode}' for results of ${resource.arn} is`);
  }
  const problem = mockedResultProblem(schema, result, mode);
  if (problem !== undefined) throw errors.validation(problem);
}

function readVariables({ variables }: TestStateInput): { variables?: JsonObject } {
  return variables === undefined ? {} : { variables: readObject(variables, "variables") };
}

function readContext({ context, mock }: TestStateInput): { context?: JsonObject } {
  if (context === undefined) return {};
  if (mock === undefined) throw errors.validation("Context can only be specified when a mock is specified");
  const value = readObject(context, "Context");
  for (const field of Object.keys(value)) {
    if (!CONTEXT_FIELDS.has(field)) {
      throw errors.validation(`Invalid Context object provided: Field '${field}' is not allowed`);
    }
  }
  return { context: value };
}

function readObject(text: string, name: string): JsonObject {
  const value = parsePayload(text, (reason) => errors.validation(`Invalid ${name} object provided: ${reason}`));
  if (!isJsonObject(value)) throw errors.validation(`Invalid ${name} object provided: Expected value of type Object`);
  return value;
}

function readConfiguration({ stateConfiguration = {} }: TestStateInput): TestConfiguration {
  const { retrierRetryCount, errorCausedByState, mapIterationFailureCount, mapItemReaderData } = stateConfiguration;
  const refuse = (): Error => errors.validation("mapItemReaderData must be valid JSON");
  return {
    ...(retrierRetryCount !== undefined && { retrierRetryCount }),
    ...(errorCausedByState !== undefined && { errorCausedByState }),
    ...(mapIterationFailureCount !== undefined && { mapIterationFailureCount }),
    ...(mapItemReaderData !== undefined && { mapItemReaderData: parseJson(mapItemReaderData, refuse) }),
  };
}

function parseJson(text: string, refuse: () => Error): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) throw refuse();
    throw error;
  }
}

/** JSON values are shown as texts; numbers and the error's details as they are. */
function shownInspection(data: InspectionData): ShownInspection {
  const { errorDetails, maxConcurrency, toleratedFailureCount, toleratedFailurePercentage, ...values } = data;
  const texts = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]));
  return {
    ...texts,
    ...(maxConcurrency !== undefined && { maxConcurrency }),
    ...(toleratedFailureCount !== undefined && { toleratedFailureCount }),
    ...(toleratedFailurePercentage !== undefined && { toleratedFailurePercentage }),
    ...(errorDetails !== undefined && { errorDetails }),
  };
}
