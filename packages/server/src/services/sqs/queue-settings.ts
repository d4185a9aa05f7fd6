/** A queue's attributes in the form its rules need them: numbers, milliseconds, parsed documents. Derived once per row. */
import { numericAttributes } from "./queue-attributes.ts";
import { parsePolicy } from "./policy.ts";
import type { PolicyDocument } from "./policy.ts";
import { parseRedrivePolicy } from "./redrive.ts";
import type { RedrivePolicy } from "./redrive.ts";
import type { QueueRow } from "./tables.ts";

export interface QueueSettings {
  readonly isFifo: boolean;
  readonly delayMs: number;
  readonly messageBytesMax: number;
  readonly retentionMs: number;
  readonly visibilityMs: number;
  readonly waitMs: number;
  readonly isContentDeduplicated: boolean;
  readonly policy: PolicyDocument | undefined;
  readonly redrive: RedrivePolicy | undefined;
  /** The name of the key that bodies are encrypted with; undefined when they are not. */
  readonly encryptionKey: string | undefined;
  /** How long one data key of `encryptionKey` is used. */
  readonly dataKeyReuseMs: number;
}

const settings = new WeakMap<QueueRow, QueueSettings>();

export function settingsOf(queue: QueueRow): QueueSettings {
  let found = settings.get(queue);
  if (found === undefined) {
    found = derive(queue);
    settings.set(queue, found);
  }
  return found;
}

function derive({ attributes }: QueueRow): QueueSettings {
  const number = (name: keyof typeof numericAttributes): number =>
    Number(attributes[name] ?? numericAttributes[name].default);
  const kmsKey = attributes["KmsMasterKeyId"];
  const isManaged = (attributes["SqsManagedSseEnabled"] ?? "true") === "true";
  return {
    isFifo: attributes["FifoQueue"] === "true",
    delayMs: number("DelaySeconds") * 1000,
    messageBytesMax: number("MaximumMessageSize"),
    retentionMs: number("MessageRetentionPeriod") * 1000,
    visibilityMs: number("VisibilityTimeout") * 1000,
    waitMs: number("ReceiveMessageWaitTimeSeconds") * 1000,
    isContentDeduplicated: attributes["ContentBasedDeduplication"] === "true",
    policy: attributes["Policy"] === undefined ? undefined : parsePolicy(attributes["Policy"]),
    redrive: attributes["RedrivePolicy"] === undefined ? undefined : parseRedrivePolicy(attributes["RedrivePolicy"]),
    encryptionKey: kmsKey ?? (isManaged ? managedKey : undefined),
    dataKeyReuseMs:
      kmsKey === undefined
        ? Number.POSITIVE_INFINITY
        : Number(attributes["KmsDataKeyReusePeriodSeconds"] ?? 300) * 1000,
  };
}

/** What SSE-SQS encrypts with. No KMS key has this name. */
export const managedKey = "";
