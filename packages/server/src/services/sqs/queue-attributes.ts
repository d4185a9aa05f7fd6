/** The attributes of a queue: which there are, their ranges and defaults, what may be set on which kind of queue. */
import { errors } from "./errors.ts";
import { checkPolicy } from "./policy.ts";
import { withNumericCount } from "./redrive.ts";
import type { QueueRow } from "./tables.ts";

interface NumericAttribute {
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
export const numericAttributes = {
  DelaySeconds: { min: 0, max: 900, default: 0 },
  MaximumMessageSize: { min: 1_024, max: 1_048_576, default: 1_048_576 },
  MessageRetentionPeriod: { min: 60, max: 1_209_600, default: 345_600 },
  ReceiveMessageWaitTimeSeconds: { min: 0, max: 20, default: 0 },
  VisibilityTimeout: { min: 0, max: 43_200, default: 30 },
} as const satisfies Readonly<Record<string, NumericAttribute>>;

const numeric: Readonly<Record<string, NumericAttribute>> = numericAttributes;
const dataKeyReuse: NumericAttribute = { min: 60, max: 86_400, default: 300 };
const choices: Readonly<Record<string, readonly [standard: string, ...others: string[]]>> = {
  ContentBasedDeduplication: ["false", "true"],
  DeduplicationScope: ["queue", "messageGroup"],
  FifoThroughputLimit: ["perQueue", "perMessageGroupId"],
};
const documents: ReadonlySet<string> = new Set(["Policy", "RedriveAllowPolicy", "RedrivePolicy"]);
const readOnly: ReadonlySet<string> = new Set([
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesDelayed",
  "ApproximateNumberOfMessagesNotVisible",
  "CreatedTimestamp",
  "LastModifiedTimestamp",
  "QueueArn",
]);

type Values = Readonly<Record<string, string>>;

/**
 * The attributes a queue has once the given ones are set.
 * @param partitions whose ARNs a policy may name
 * @param current those it has now; undefined for a queue that is being made
 * @throws the refusal of the first attribute that is unknown, out of range or not for this kind of queue
 */
export function setAttributes(
  given: Values,
  isFifo: boolean,
  partitions: readonly string[],
  current: Values = {},
): Values {
  const attributes: Record<string, string> = { ...current };
  for (const [name, value] of Object.entries(given)) {
    const range = Object.hasOwn(numeric, name) ? numeric[name] : undefined;
    if (range !== undefined) attributes[name] = checkNumber(name, value, range);
    else if (name === "FifoQueue" || Object.hasOwn(choices, name))
      attributes[name] = checkFifoAttribute(name, value, isFifo);
    else if (documents.has(name))
      setOrRemove(attributes, name, value === "" ? undefined : checkDocument(name, value, partitions));
    else if (name === "KmsMasterKeyId") setOrRemove(attributes, name, value === "" ? undefined : value);
    else if (name === "KmsDataKeyReusePeriodSeconds") {
      const seconds = checkNumber(name, value, dataKeyReuse);
      setOrRemove(attributes, name, seconds === String(dataKeyReuse.default) ? undefined : seconds);
    } else if (name === "SqsManagedSseEnabled") attributes[name] = checkBoolean(name, value);
    else throw errors.invalidAttributeName(name);
  }
  if (attributes["KmsMasterKeyId"] !== undefined) {
    if (given["SqsManagedSseEnabled"] === "true") throw errors.twoKindsOfEncryption();
    attributes["SqsManagedSseEnabled"] = "false";
  }
  if (attributes["FifoThroughputLimit"] === "perMessageGroupId" && attributes["DeduplicationScope"] !== "messageGroup")
    throw errors.throughputNeedsGroupScope();
  return attributes;
}

function setOrRemove(attributes: Record<string, string>, name: string, value: string | undefined): void {
  if (value === undefined) delete attributes[name];
  else attributes[name] = value;
}

function checkNumber(name: string, value: string, { min, max }: NumericAttribute): string {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= min && number <= max)) throw errors.invalidAttributeValue(name);
  return String(number);
}

function checkBoolean(name: string, value: string): string {
  const lower = value.toLowerCase();
  if (lower !== "true" && lower !== "false") throw errors.invalidAttributeValue(name);
  return lower;
}

function checkFifoAttribute(name: string, value: string, isFifo: boolean): string {
  if (!isFifo) {
    if (name === "FifoQueue" || name === "ContentBasedDeduplication") throw errors.invalidAttributeName(name);
    throw errors.onlyForFifo(name);
  }
  if (name === "FifoQueue") {
    if (checkBoolean(name, value) === "false") throw errors.queueTypeIsFixed();
    return "true";
  }
  const checked = name === "ContentBasedDeduplication" ? value.toLowerCase() : value;
  if (choices[name]?.includes(checked) !== true) throw errors.invalidAttributeValue(name);
  return checked;
}

/** The two redrive policies have to do with other queues: `redrive.ts` checks them with these at hand. */
function checkDocument(name: string, value: string, partitions: readonly string[]): string {
  if (name === "Policy") checkPolicy(value, partitions);
  return name === "RedrivePolicy" ? withNumericCount(value) : value;
}

export interface MessageCounts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** All attributes as GetQueueAttributes shows them. */
export function shownAttributes(queue: QueueRow, messages: MessageCounts): Record<string, string> {
  const isFifo = queue.attributes["FifoQueue"] === "true";
  return {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(messages.visible),
    ApproximateNumberOfMessagesNotVisible: String(messages.inFlight),
    ApproximateNumberOfMessagesDelayed: String(messages.delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
    ...Object.fromEntries(Object.entries(numeric).map(([name, { default: value }]) => [name, String(value)])),
    SqsManagedSseEnabled: "true",
    ...(isFifo && Object.fromEntries(Object.entries(choices).map(([name, [value]]) => [name, value]))),
    ...queue.attributes,
  };
}

/** @throws InvalidAttributeName for a name that no queue has */
export function checkAttributeName(name: string): void {
  const known =
    name === "All" ||
    Object.hasOwn(numeric, name) ||
    Object.hasOwn(choices, name) ||
    readOnly.has(name) ||
    documents.has(name) ||
    ["FifoQueue", "KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "SqsManagedSseEnabled"].includes(name);
  if (!known) throw errors.invalidAttributeName(name);
}
