/**
 * SQS on the wire: it moved from Query to JSON in 2023 and still speaks both. Every refusal names its older code in the
 * header `x-amzn-query-error`; absent parameters are refused in the older words; a queue's URL is an endpoint of its own.
 */
import { ServiceError } from "../../kernel/service-error.ts";
import type { Dialect } from "../../protocol/dialect.ts";
import { errors } from "./errors.ts";

const simple = (name: string): string => `AWS.SimpleQueueService.${name}`;

/** Older code and status by error shape, from the `awsQueryError` traits of the service's model. */
const queryErrors: NonNullable<Dialect["queryErrors"]> = {
  AccessDeniedException: { code: "AccessDenied", status: 403 },
  BatchEntryIdsNotDistinct: { code: simple("BatchEntryIdsNotDistinct"), status: 400 },
  BatchRequestTooLong: { code: simple("BatchRequestTooLong"), status: 400 },
  EmptyBatchRequest: { code: simple("EmptyBatchRequest"), status: 400 },
  InvalidAddress: { code: "InvalidAddress", status: 404 },
  InvalidBatchEntryId: { code: simple("InvalidBatchEntryId"), status: 400 },
  InvalidParameterValueException: { code: "InvalidParameterValue", status: 400 },
  InvalidSecurity: { code: "InvalidSecurity", status: 403 },
  MessageNotInflight: { code: simple("MessageNotInflight"), status: 400 },
  MissingRequiredParameterException: { code: "MissingParameter", status: 400 },
  OverLimit: { code: "OverLimit", status: 403 },
  PurgeQueueInProgress: { code: simple("PurgeQueueInProgress"), status: 403 },
  QueueDeletedRecently: { code: simple("QueueDeletedRecently"), status: 400 },
  QueueDoesNotExist: { code: simple("NonExistentQueue"), status: 400 },
  QueueNameExists: { code: "QueueAlreadyExists", status: 400 },
  ReceiptHandleIsInvalid: { code: "ReceiptHandleIsInvalid", status: 404 },
  RequestThrottled: { code: "RequestThrottled", status: 403 },
  ResourceNotFoundException: { code: "ResourceNotFoundException", status: 404 },
  TooManyEntriesInBatchRequest: { code: simple("TooManyEntriesInBatchRequest"), status: 400 },
  UnsupportedOperation: { code: simple("UnsupportedOperation"), status: 400 },
};

const nameAndValue = { key: "Name", value: "Value" } as const;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html: a value may be absent. */
const tag = { name: "Tag", key: "Key", value: "Value", isValueOptional: true } as const;

export const sqsDialect: Dialect = {
  errorTypePrefix: "com.amazonaws.sqs#",
  queryErrors,
  alsoQuery: { version: "2012-11-05", xmlNamespace: "http://queue.amazonaws.com/doc/2012-11-05/" },
  queryNames: {
    AWSAccountIds: { name: "AWSAccountId" },
    Actions: { name: "ActionName" },
    AttributeNames: { name: "AttributeName" },
    Attributes: { name: "Attribute", ...nameAndValue },
    BinaryListValues: { name: "BinaryListValue" },
    MessageAttributeNames: { name: "MessageAttributeName" },
    MessageAttributes: { name: "MessageAttribute", ...nameAndValue },
    MessageSystemAttributeNames: { name: "MessageSystemAttributeName" },
    MessageSystemAttributes: { name: "MessageSystemAttribute", ...nameAndValue },
    QueueUrls: { name: "QueueUrl" },
    StringListValues: { name: "StringListValue" },
    TagKeys: { name: "TagKey" },
    Tags: tag,
    queueUrls: { name: "QueueUrl" },
    tags: tag,
  },
  finishedOutputs: new Set(["ChangeMessageVisibilityBatch", "DeleteMessageBatch", "SendMessageBatch"]),
  constraints: "required",
  optional: new Set([
    "ChangeMessageVisibilityBatchRequest.Entries",
    "DeleteMessageBatchRequest.Entries",
    "MessageAttributeValue.DataType",
    "MessageSystemAttributeValue.DataType",
    "SendMessageBatchRequest.Entries",
  ]),
  invalidInput: ([first], _call, operation) => errors.missingParameter(olderPath(first?.path ?? "", operation)),
  missingParameter: errors.missingParameter,
  errorMessage: (error, call) =>
    error.code === "QueueDoesNotExist" && call.protocol === "query"
      ? "The specified queue does not exist for this wsdl version."
      : error.message,
  ownsPath: (path) => isQueuePath(path),
  pathInput: (path) => (isQueuePath(path) ? { QueueUrl: path } : {}),
  refusePath: (operation, path) =>
    isQueuePath(path) && (operation === "CreateQueue" || operation === "ListQueues")
      ? new ServiceError("InvalidAction", `The action ${operation} is not valid for this endpoint.`)
      : undefined,
};

/** `/<account>/<name>`, or `/queue/<region>/<account>/<name>`; AWS's examples have a slash behind it. */
function isQueuePath(path: string): boolean {
  return /^(\/queue\/[a-z0-9-]+)?\/\d{12}\/[^/]+\/?$/.test(path);
}

/** Members of entries are named as in Query, whatever the protocol: `SendMessageBatchRequestEntry.1.Id`. */
function olderPath(path: string, operation: string): string {
  return path.replace(/^Entries(?=\.)/, `${operation}RequestEntry`).replace(/\.member(?=\.|$)/g, "");
}
