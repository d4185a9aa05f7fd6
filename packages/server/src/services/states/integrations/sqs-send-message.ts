/**
 * `sqs:sendMessage`: the message is in the queue when, and only when, the execution's step is committed.
 * A body that is not a string is sent as JSON text.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-sqs.html
 */
import { isJsonObject } from "@tutti/asl";
import type { Json } from "@tutti/asl";
import { ServiceError } from "../../../kernel/service-error.ts";
import { parseArn } from "../arns.ts";
import type { Integration, IntegrationCall, IntegrationOutcome } from "./integration.ts";
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
  run(call) {
    const requestId = call.kernel.random.uuid();
    try {
      return answered(call, requestId);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return failed(error, requestId);
    }
  },
};

function answered(call: IntegrationCall, requestId: string): IntegrationOutcome {
  const { registry, tx, execution, parameters } = call;
  const { MessageBody: body, MessageAttributes: attributes, MessageSystemAttributes: systemAttributes } = parameters;
  const { account, region } = parseArn(execution.arn, "execution");
  const input = {
    ...parameters,
    MessageBody: typeof body === "string" ? body : JSON.stringify(body),
    ...(attributes !== undefined && { MessageAttributes: decodeAttributes(attributes) }),
    ...(systemAttributes !== undefined && { MessageSystemAttributes: decodeAttributes(systemAttributes) }),
  };
  const answer = registry.invoke(tx, "sqs", "SendMessage", input, { account, region, requestId });
  const { MD5OfMessageAttributes, MD5OfMessageBody, MessageId, SequenceNumber } = answer as Readonly<
    Record<string, string | undefined>
  >;
  const output: Record<string, Json> = {};
  for (const [name, value] of Object.entries({
    MD5OfMessageAttributes,
    MD5OfMessageBody,
    MessageId,
    SequenceNumber,
  })) {
    if (value !== undefined) output[name] = value;
  }
  return { kind: "answered", output: { ...output, ...sdkMetadata(output, requestId, tx.now) } };
}

function failed(error: ServiceError, requestId: string): IntegrationOutcome {
  const code = modelled[error.code];
  const name = code === undefined ? "AmazonSQSException" : `${error.code}Exception`;
  return { kind: "failed", error: `SQS.${name}`, cause: sdkCause("AmazonSQS", error, requestId, code) };
}

/** Binary values stand in a definition as base64. */
function decodeAttributes(attributes: Json): unknown {
  if (!isJsonObject(attributes)) return attributes;
  const decoded: [string, unknown][] = Object.entries(attributes).map(([name, value]) => {
    if (!isJsonObject(value) || typeof value["BinaryValue"] !== "string") return [name, value];
    return [name, { ...value, BinaryValue: Buffer.from(value["BinaryValue"], "base64") }];
  });
  return Object.fromEntries<unknown>(decoded);
}
