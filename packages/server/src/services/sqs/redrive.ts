/**
 * Dead-letter queues: the two policies that make one. `dead-lettering.ts` has the move.
 *
 * A message that has been received as often as its queue's RedrivePolicy allows moves to the dead-letter queue when it would be
 * received once more, in the same decision: it is in one of the two queues, never in both or neither. It keeps its id,
 * body, attributes and time of sending, and its receives go on counting there.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
 */
import type { StoreReader } from "../../kernel/kernel.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import { errors } from "./errors.ts";
import { limits } from "./limits.ts";
import { parseQueueArn } from "./queue-url.ts";
import type { Queues } from "./queues.ts";
import { readQueue } from "./stored-queues.ts";
import type { QueueRow } from "./tables.ts";

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

interface RedriveAllowPolicy {
  readonly redrivePermission: "allowAll" | "byQueue" | "denyAll";
  readonly sourceQueueArns: readonly string[];
}

/** The count is a number in what is kept, also when it came as a text, as AWS shows it. What is no policy is left to the check. */
export function withNumericCount(text: string): string {
  const policy = parseObject(text);
  const count = policy?.["maxReceiveCount"];
  return typeof count === "string" && /^\d+$/.test(count)
    ? JSON.stringify({ ...policy, maxReceiveCount: Number(count) })
    : text;
}

/** The policy of a queue, from its attribute, which was checked when it was set. */
export function parseRedrivePolicy(text: string): RedrivePolicy {
  // In an installation of before the count may stand there as a text.
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(text) as Record<keyof RedrivePolicy, string>;
  return { deadLetterTargetArn, maxReceiveCount: Number(maxReceiveCount) };
}

type Attributes = Readonly<Record<string, string>>;

/** The dead-letter queue that attributes name, for `redriveTargetArn`. @param attributes checked */
export function redriveTargetOf({ RedrivePolicy: policy = "" }: Attributes): string | null {
  return policy === "" ? null : parseRedrivePolicy(policy).deadLetterTargetArn;
}

/** Reads the dead-letter queue that attributes name, in case another node decides for it. */
export async function readRedriveTarget(reader: StoreReader, attributes: Attributes): Promise<QueueRow | undefined> {
  const target = parseObject(attributes["RedrivePolicy"] ?? "")?.["deadLetterTargetArn"];
  return typeof target === "string" ? readQueue(reader, target) : undefined;
}

/**
 * Checks both policies among the attributes a request sets; an empty one is removed and needs no check.
 * @param stored the target as the store has it
 * @throws InvalidParameterValueException, InvalidAttributeValue
 */
export function checkRedrive(
  queues: Queues,
  tx: Transaction,
  arn: string,
  isFifo: boolean,
  attributes: Attributes,
  stored: QueueRow | undefined,
): void {
  const { RedrivePolicy: policy = "", RedriveAllowPolicy: allowPolicy = "" } = attributes;
  if (policy !== "") checkPolicy(arn, isFifo, policy, (target) => queues.hereOr(tx, target, stored));
  if (allowPolicy === "") return;
  const { sourceQueueArns } = parseAllowPolicy(allowPolicy);
  if (sourceQueueArns.some((source) => parseQueueArn(source) === undefined)) throw errors.redriveAllowPolicyMalformed();
}

function checkPolicy(arn: string, isFifo: boolean, text: string, find: (target: string) => QueueRow | undefined): void {
  const refuse = (reason: string): Error => errors.invalidValue(text, "RedrivePolicy", reason);
  const policy = parseObject(text);
  if (policy === undefined) throw refuse("Redrive policy is not a valid JSON map.");
  for (const name of ["deadLetterTargetArn", "maxReceiveCount"]) {
    if (policy[name] === undefined) throw refuse(`Redrive policy does not contain mandatory attribute: ${name}.`);
  }
  const { deadLetterTargetArn: target, maxReceiveCount } = policy;
  const count =
    typeof maxReceiveCount === "string" && /^\d+$/.test(maxReceiveCount) ? Number(maxReceiveCount) : maxReceiveCount;
  if (typeof count !== "number" || !Number.isInteger(count) || count < 1 || count > limits.redriveReceivesMax) {
    throw refuse(
      `Invalid value for maxReceiveCount: ${String(maxReceiveCount)}, valid values are from 1 to ${limits.redriveReceivesMax} both inclusive.`,
    );
  }
  const queue = typeof target === "string" ? find(target) : undefined;
  const [, , , region, account] = arn.split(":");
  if (queue === undefined || queue.region !== region) throw refuse("Dead letter target does not exist.");
  if (queue.account !== account) throw refuse("Dead letter target owner should be same as the source.");
  if ((queue.attributes["FifoQueue"] === "true") !== isFifo)
    throw refuse("Dead-letter queue must be same type of queue as the source.");
  if (!allows(queue, arn)) throw refuse("The dead letter target's redrive allow policy does not allow this queue.");
}

function allows(target: QueueRow, sourceArn: string): boolean {
  const text = target.attributes["RedriveAllowPolicy"];
  if (text === undefined) return true;
  const { redrivePermission, sourceQueueArns } = parseAllowPolicy(text);
  switch (redrivePermission) {
    case "allowAll":
      return true;
    case "byQueue":
      return sourceQueueArns.includes(sourceArn);
    case "denyAll":
      return false;
  }
}

/** @throws InvalidAttributeValue */
function parseAllowPolicy(text: string): RedriveAllowPolicy {
  const { redrivePermission, sourceQueueArns = [] } = parseObject(text) ?? {};
  const arns: readonly unknown[] | undefined = Array.isArray(sourceQueueArns) ? sourceQueueArns : undefined;
  const isKnown =
    redrivePermission === "allowAll" || redrivePermission === "byQueue" || redrivePermission === "denyAll";
  const fits =
    arns !== undefined &&
    arns.length <= limits.redriveSourcesMax &&
    arns.every((arn): arn is string => typeof arn === "string") &&
    arns.length > 0 === (redrivePermission === "byQueue");
  if (!isKnown || !fits) throw errors.redriveAllowPolicyMalformed();
  return { redrivePermission, sourceQueueArns: arns };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
