/** The refusals of Step Functions, in AWS's words where AWS has them. */
import { ServiceError } from "../../kernel/service-error.ts";
import { limits } from "./limits.ts";

function refusal(code: string, message: string, members?: Readonly<Record<string, unknown>>): ServiceError {
  return new ServiceError(code, message, members === undefined ? {} : { members });
}

export const errors = {
  activityDoesNotExist: (arn: string) => refusal("ActivityDoesNotExist", `Activity Does Not Exist: '${arn}'`),
  activityLimitExceeded: () => refusal("ActivityLimitExceeded", `Activity Limit Exceeded: '${limits.activitiesMax}'`),
  activityWorkerLimitExceeded: (arn: string) =>
    refusal("ActivityWorkerLimitExceeded", `Too many workers are polling the activity: '${arn}'`),
  executionAlreadyExists: (arn: string) => refusal("ExecutionAlreadyExists", `Execution Already Exists: '${arn}'`),
  executionDoesNotExist: (arn: string) => refusal("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`),
  executionLimitExceeded: () =>
    refusal("ExecutionLimitExceeded", `Execution Limit Exceeded: '${limits.openExecutionsMax}'`),
  invalidArn: (reason: string) => refusal("InvalidArn", `Invalid Arn: '${reason}'`),
  /** @param message from `formatInvalidDefinition` */
  invalidDefinition: (message: string) => refusal("InvalidDefinition", message),
  invalidEncryptionConfiguration: (reason: string) =>
    refusal("InvalidEncryptionConfiguration", `Invalid Encryption Configuration: ${reason}`),
  invalidExecutionInput: (reason: string) =>
    refusal("InvalidExecutionInput", `Invalid State Machine Execution Input: '${reason}'`),
  invalidLoggingConfiguration: (reason: string) =>
    refusal("InvalidLoggingConfiguration", `Invalid Logging Configuration: ${reason}`),
  invalidName: (name: string) => refusal("InvalidName", `Invalid Name: '${name}'`),
  invalidOutput: (reason: string) => refusal("InvalidOutput", `Invalid Output: '${reason}'`),
  invalidToken: () => refusal("InvalidToken", "Invalid Token: 'Invalid token'"),
  invalidTracingConfiguration: (reason: string) =>
    refusal("InvalidTracingConfiguration", `Invalid Tracing Configuration: ${reason}`),
  nothingToUpdate: () =>
    refusal(
      "MissingRequiredParameter",
      "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified",
    ),
  resourceNotFound: (arn: string) => refusal("ResourceNotFound", `Resource not found: '${arn}'`, { resourceName: arn }),
  stateMachineAlreadyExists: (arn: string) =>
    refusal("StateMachineAlreadyExists", `State Machine Already Exists: '${arn}'`),
  stateMachineDeleting: (arn: string) => refusal("StateMachineDeleting", `State Machine Deleting: '${arn}'`),
  stateMachineDoesNotExist: (arn: string) =>
    refusal("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`),
  stateMachineLimitExceeded: () =>
    refusal("StateMachineLimitExceeded", `State Machine Limit Exceeded: '${limits.stateMachinesMax}'`),
  stateMachineTypeNotSupported: () =>
    refusal(
      "StateMachineTypeNotSupported",
      "State machines of type EXPRESS are not supported by this version of Tutti.",
    ),
  taskDoesNotExist: () => refusal("TaskDoesNotExist", "Task Does Not Exist: 'Provided task does not exist'"),
  tooManyTags: (arn: string) => refusal("TooManyTags", `Too Many Tags: '${arn}'`, { resourceName: arn }),
  taskTimedOut: () => refusal("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'"),
  unsupported: (what: string) => refusal("ValidationException", `${what} not supported by this version of Tutti.`),
  validation: (message: string, reason?: string) =>
    refusal("ValidationException", message, reason === undefined ? undefined : { reason }),
} as const;
