/** The attributes of a queue: which there are, their ranges and defaults, and which are refused for now. */
import { errors } from "./errors.ts";
import type { QueueRow } from "./tables.ts";

interface NumericAttribute {
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const numeric: Readonly<Record<string, NumericAttribute>> = {
  DelaySeconds: { min: 0, max: 900, default: 0 },
  MaximumMessageSize: { min: 1_024, max: 1_048_576, default: 1_048_576 },
  MessageRetentionPeriod: { min: 60, max: 1_209_600, default: 345_600 },
  ReceiveMessageWaitTimeSeconds: { min: 0, max: 20, default: 0 },
  VisibilityTimeout: { min: 0, max: 43_200, default: 30 },
};

const unsupported: ReadonlySet<string> = new Set(["Policy", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds"]);
/** JSON texts, checked by `redrive.ts`; empty ones are removed. */
const redrivePolicies: ReadonlySet<string> = new Set(["RedriveAllowPolicy", "RedrivePolicy"]);
const fifoOnly: ReadonlySet<string> = new Set([
  "FifoQueue",
  "ContentBasedDeduplication",
  "DeduplicationScope",
  "FifoThroughputLimit",
]);
const counts: ReadonlySet<string> = new Set([
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
]);
const readOnly: ReadonlySet<string> = new Set([...counts, "CreatedTimestamp", "LastModifiedTimestamp", "QueueArn"]);

/**
 * The given attributes in the form they are kept in.
 * @throws the refusal of the first attribute that is unknown, out of range or not carried out yet
 */
export function checkAttributes(attributes: Readonly<Record<string, string>>): Record<string, string> {
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) {
    const range = Object.hasOwn(numeric, name) ? numeric[name] : undefined;
    if (range !== undefined) {
      const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
      if (!(number >= range.min && number <= range.max)) throw errors.invalidAttributeValue(name);
      checked[name] = String(number);
    } else if (name === "SqsManagedSseEnabled") {
      if (value === "true") throw errors.unsupported("Server-side encryption (SqsManagedSseEnabled) is");
      if (value !== "false") throw errors.invalidAttributeValue(name);
      checked[name] = value;
    } else if (name === "FifoQueue" && value === "true") throw errors.unsupported("FIFO queues are");
    else if (name === "DeduplicationScope" || name === "FifoThroughputLimit") throw errors.onlyForFifo(name);
    else if (fifoOnly.has(name)) throw errors.invalidAttributeName(name);
    else if (redrivePolicies.has(name)) checked[name] = value;
    else if (unsupported.has(name)) throw errors.unsupported(`The attribute ${name} is`);
    else throw errors.invalidAttributeName(name);
  }
  return checked;
}

/** Attributes set to nothing are not there. */
export function withoutEmpty(attributes: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== ""));
}

/** A numeric attribute of a queue, set or by default; seconds or bytes. */
export function numberAttribute(queue: QueueRow, name: keyof typeof numeric): number {
  return Number(queue.attributes[name] ?? numeric[name]?.default);
}

export interface MessageCounts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** All attributes as GetQueueAttributes shows them. */
export function shownAttributes(queue: QueueRow, messages: MessageCounts): Record<string, string> {
  const defaults = Object.fromEntries(
    Object.entries(numeric).map(([name, { default: value }]) => [name, String(value)]),
  );
  return {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(messages.visible),
    ApproximateNumberOfMessagesNotVisible: String(messages.inFlight),
    ApproximateNumberOfMessagesDelayed: String(messages.delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
    SqsManagedSseEnabled: "false",
    ...defaults,
    ...queue.attributes,
  };
}

/** @throws InvalidAttributeName for a name that no queue has */
export function checkAttributeName(name: string): void {
  const known =
    name === "All" ||
    Object.hasOwn(numeric, name) ||
    readOnly.has(name) ||
    unsupported.has(name) ||
    redrivePolicies.has(name) ||
    fifoOnly.has(name) ||
    name === "SqsManagedSseEnabled";
  if (!known) throw errors.invalidAttributeName(name);
}
