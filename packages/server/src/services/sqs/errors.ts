/** The refusals of SQS, in AWS's words. */
import { ServiceError } from "../../kernel/service-error.ts";

export const errors = {
  batchEntryIdsNotDistinct: (id: string) => new ServiceError("BatchEntryIdsNotDistinct", `Id ${id} repeated.`),
  batchRequestTooLong: (max: number, sent: number) =>
    new ServiceError(
      "BatchRequestTooLong",
      `Batch requests cannot be longer than ${max} bytes. You have sent ${sent} bytes.`,
    ),
  emptyBatchRequest: (entry: string) =>
    new ServiceError("EmptyBatchRequest", `There should be at least one ${entry} in the request.`),
  invalidAttributeName: (name: string) => new ServiceError("InvalidAttributeName", `Unknown Attribute ${name}.`),
  invalidAttributeValue: (name: string) =>
    new ServiceError("InvalidAttributeValue", `Invalid value for the parameter ${name}.`),
  invalidBatchEntryId: () =>
    new ServiceError(
      "InvalidBatchEntryId",
      "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
    ),
  invalidMessageContents: (character: string) =>
    new ServiceError(
      "InvalidMessageContents",
      `Invalid binary character '${character}' was found in the message body, the set of allowed characters is #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF].`,
    ),
  invalidParameter: (text: string) => new ServiceError("InvalidParameterValueException", text),
  invalidValue: (value: string | number, parameter: string, reason: string) =>
    new ServiceError(
      "InvalidParameterValueException",
      `Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`,
    ),
  missingParameter: (name: string) =>
    new ServiceError("MissingRequiredParameterException", `The request must contain the parameter ${name}.`),
  ambiguousDeduplication: () =>
    new ServiceError(
      "InvalidParameterValueException",
      "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    ),
  accessDenied: (caller: string, action: string, arn: string, isDenied: boolean) =>
    new ServiceError(
      "AccessDeniedException",
      `User: ${caller} is not authorized to perform: sqs:${action.toLowerCase()} on resource: ${arn} ` +
        (isDenied
          ? "with an explicit deny in a resource-based policy"
          : `because no resource-based policy allows the sqs:${action.toLowerCase()} action`),
      { status: 403 },
    ),
  onlyForFifo: (name: string) =>
    new ServiceError("InvalidAttributeName", `You can specify the ${name} only when FifoQueue is set to true.`),
  moveTaskIsRunning: () =>
    new ServiceError(
      "InvalidParameterValueException",
      "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
    ),
  overLimitInFlight: () =>
    new ServiceError(
      "OverLimit",
      "Too many messages have been received without being deleted.\n" +
        "Please delete your received messages or let them timeout before receiving more.",
      { status: 403 },
    ),
  policyTooLong: () => new ServiceError("OverLimit", "Submitted policy is over max allowed size.", { status: 403 }),
  policyOverLimit: (found: number, what: string, where: string, max: number) =>
    new ServiceError("OverLimit", `${found} ${what} were found ${where}the submitted policy, max allowed is ${max}`, {
      status: 403,
    }),
  purgeInProgress: (name: string) =>
    new ServiceError("PurgeQueueInProgress", `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`, {
      status: 403,
    }),
  queueDeletedRecently: () =>
    new ServiceError(
      "QueueDeletedRecently",
      "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
    ),
  queueDoesNotExist: () => new ServiceError("QueueDoesNotExist", "The specified queue does not exist."),
  queueNameExists: (attribute: string) =>
    new ServiceError(
      "QueueNameExists",
      `A queue already exists with the same name and a different value for attribute ${attribute}`,
    ),
  queueTypeIsFixed: () =>
    new ServiceError(
      "InvalidAttributeValue",
      "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.",
    ),
  receiptHandleIsInvalid: (handle: string) =>
    new ServiceError("ReceiptHandleIsInvalid", `The input receipt handle "${handle}" is not a valid receipt handle.`, {
      status: 404,
    }),
  receiptHandleExpired: (handle: string) =>
    new ServiceError(
      "InvalidParameterValueException",
      `Value ${handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
    ),
  redriveAllowPolicyMalformed: () =>
    new ServiceError(
      "InvalidAttributeValue",
      "Invalid value for the parameter RedriveAllowPolicy. Reason: Amazon SQS can't create the redrive allow policy, as it's in an unsupported format.",
    ),
  tagCharacters: () =>
    new ServiceError(
      "InvalidParameterValueException",
      "Tag keys and values can only include letters, digits, white space, and the characters _ . : / = + - @",
    ),
  tagKeyLength: () =>
    new ServiceError("InvalidParameterValueException", "Tag keys must be between 1 and 128 characters in length."),
  tagPrefixIsReserved: () =>
    new ServiceError(
      "InvalidParameterValueException",
      "Tag keys and values must not begin with the reserved prefix aws:",
    ),
  resourceNotFound: (text: string) => new ServiceError("ResourceNotFoundException", text, { status: 404 }),
  overLimit: (text: string) => new ServiceError("OverLimit", text, { status: 403 }),
  throughputNeedsGroupScope: () =>
    new ServiceError(
      "InvalidAttributeValue",
      "Invalid value for the parameter FifoThroughputLimit. Reason: The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup.",
    ),
  unknownAction: (action: string) =>
    new ServiceError(
      "InvalidParameterValueException",
      `Value SQS:${action} for parameter ActionName is invalid. Reason: Please refer to the appropriate WSDL for a list of valid actions.`,
    ),
  twoKindsOfEncryption: () =>
    new ServiceError(
      "InvalidAttributeName",
      "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.",
    ),
  tooManyEntries: (max: number, sent: number) =>
    new ServiceError(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are ${max}. You have sent ${sent}.`,
    ),
  tooManyTags: (queue: string) =>
    new ServiceError("InvalidParameterValueException", `Too many tags added for queue ${queue}.`),
} as const;
