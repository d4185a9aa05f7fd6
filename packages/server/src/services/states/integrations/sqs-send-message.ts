/**
 * `sqs:sendMessage`: the message is in the queue when the execution's step is committed, and not otherwise; at that moment
 * when the queue is on the same node, and soon after when it is not.
 * A body that is not a string is sent as JSON text.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-sqs.html
 */
import { isJsonObject } from "@tutti/asl";
import type { Json } from "@tutti/asl";
import type { Integration } from "./integration.ts";
import { sdkCause, sdkMetadata } from "./sdk-result.ts";

/** Error shapes that the SDK has a class for, with their codes on the wire; every other is an AmazonSQSException. */
const modelled: Readonly<Record<string, string>> = {
  InvalidMessageContents: "InvalidMessageContents",
  QueueDoesNotExist: "AWS.SimpleQueueService.NonExistentQueue",
  UnsupportedOperation: "AWS.SimpleQueueService.UnsupportedOperation",
};

export const sqsSendMessage: Integration = {
  service: "sqs",
  action: "sendMessage",
  patterns: ["request", "waitForTaskToken"],
  parameters: {
    DelaySeconds: { type: "number" },
    MessageAttributes: { type: "object" },
    MessageBody: { type: "any", isRequired: true },
    MessageDeduplicationId: { type: "string" },
    MessageGroupId: { type: "string" },
    MessageSystemAttributes: { type: "object" },
    QueueUrl: { type: "string", isRequired: true },
  },
  results: {
    request: {
      MD5OfMessageAttributes: { type: "string" },
      MD5OfMessageBody: { type: "string" },
      MD5OfMessageSystemAttributes: { type: "string" },
      MessageId: { type: "string" },
      SequenceNumber: { type: "string" },
    },
  },
  request({ parameters }) {
    const { MessageBody: body, MessageAttributes: attributes, MessageSystemAttributes: systemAttributes } = parameters;
    const input = {
      ...parameters,
      MessageBody: typeof body === "string" ? body : JSON.stringify(body),
      ...(attributes !== undefined && { MessageAttributes: decodeAttributes(attributes) }),
      ...(systemAttributes !== undefined && { MessageSystemAttributes: decodeAttributes(systemAttributes) }),
    };
    return { service: "sqs", operation: "SendMessage", input };
  },
  answered(answer, { requestId, now }) {
    const given = answer as Readonly<Record<string, string | undefined>>;
    const output: Record<string, Json> = {};
    for (const name of ["MD5OfMessageAttributes", "MD5OfMessageBody", "MessageId", "SequenceNumber"]) {
      const value = given[name];
      if (value !== undefined) output[name] = value;
    }
    return { ...output, ...sdkMetadata(output, requestId, now) };
  },
  refused(error, requestId) {
    const code = modelled[error.code];
    const name = code === undefined ? "AmazonSQSException" : `${error.code}Exception`;
    return { error: `SQS.${name}`, cause: sdkCause("AmazonSQS", error, requestId, code) };
  },
};

/** Binary values stand in a definition as base64. */
function decodeAttributes(attributes: Json): unknown {
  if (!isJsonObject(attributes)) return attributes;
  const decoded: [string, unknown][] = Object.entries(attributes).map(([name, value]) => {
    if (!isJsonObject(value) || typeof value["BinaryValue"] !== "string") return [name, value];
    return [name, { ...value, BinaryValue: Buffer.from(value["BinaryValue"], "base64") }];
  });
  return Object.fromEntries<unknown>(decoded);
}
