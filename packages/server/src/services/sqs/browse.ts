/**
 * Looking into a queue without receiving: `GET /_tutti/sqs/messages`. Shows what is visible, in flight and delayed, in
 * the order of sending, and changes nothing. A page ends at its number of messages, or earlier when their content is
 * long; `NextToken` says where to go on. What is sent and deleted between two pages may or may not be seen.
 */
import { ServiceError } from "../../kernel/service-error.ts";
import { errors } from "./errors.ts";
import type { QueueMessages } from "./queue-messages.ts";
import { settingsOf } from "./queue-settings.ts";
import { parseQueueUrl } from "./queue-url.ts";
import type { Queues } from "./queues.ts";
import { systemAttributes } from "./received-message.ts";
import { parcelsTable, queuesTable } from "./tables.ts";
import type { MessageRow, QueueRow, StoredAttribute } from "./tables.ts";

const states = ["visible", "inFlight", "delayed"] as const;
type State = (typeof states)[number];

export interface BrowsedMessage {
  readonly MessageId: string;
  readonly State: State;
  /** When it becomes visible, in milliseconds since the epoch; absent for what is. */
  readonly VisibleTimestamp?: number;
  readonly Body: string;
  readonly MD5OfBody: string;
  readonly Attributes: Readonly<Record<string, string>>;
  /** Binary values in base64. */
  readonly MessageAttributes?: Readonly<Record<string, StoredAttribute>>;
}

export interface BrowsedPage {
  readonly Messages: readonly BrowsedMessage[];
  readonly NextToken?: string;
}

const messagesDefault = 50;
const messagesMax = 1_000;
/** Characters of bodies after which a page ends. */
const contentMax = 4 * 1024 * 1024;
/** Parcels read from the store at a time: of the longest messages, as many megabytes. */
const parcelsAtOnce = 25;
/** Parcels looked at for one page, when few of their messages are in the state asked for. */
const parcelsPerPageMax = 5_000;
/** Queues among which one is looked for by its name. */
const queuesMax = 1_000_000;

/**
 * @param query `QueueUrl`; `Region` where queues of several regions share account and name; `State` as `visible`,
 *   `inFlight` or `delayed`; `MaxResults` from 1 to 1000; `NextToken`
 * @throws MissingParameter, InvalidParameterValue, QueueDoesNotExist
 */
export async function browseMessages(queues: Queues, query: URLSearchParams): Promise<BrowsedPage> {
  const queue = findQueue(queues, query);
  const max = numberOf(query, "MaxResults", 1, messagesMax) ?? messagesDefault;
  const state = stateOf(query.get("State"));
  let after = numberOf(query, "NextToken", 0, Number.MAX_SAFE_INTEGER) ?? 0;
  const found: BrowsedMessage[] = [];
  let content = 0;
  for (let looked = 0; looked < parcelsPerPageMax; looked += parcelsAtOnce) {
    const equals = [queue.id];
    const limit = parcelsAtOnce;
    const parcels = await queues.kernel.reader.range({ table: parcelsTable, equals, after: [after], limit });
    const behind = after;
    const { stored } = queues.state(queue).messages;
    const rows = parcels.flatMap((parcel) => queues.keyRing.open(parcel).map((row) => ({ row, parcel })));
    for (const { row, parcel } of rows) {
      if (row.sequence <= behind || !stored.parcelOf(parcel).has(row.sequence)) continue;
      if (found.length === max || content > contentMax) return { Messages: found, NextToken: String(after) };
      after = row.sequence;
      const message = show(queues, queue, row);
      if (message === undefined || (state !== undefined && message.State !== state)) continue;
      found.push(message);
      content += message.Body.length;
    }
    if (parcels.length < parcelsAtOnce) return { Messages: found };
  }
  return { Messages: found, NextToken: String(after) };
}

/**
 * The ARN of the queue that is to be looked into, whoever owns it.
 * @throws MissingParameter, InvalidParameterValue, QueueDoesNotExist
 */
export async function browsedQueue(queues: Queues, query: URLSearchParams): Promise<string> {
  const limit = queuesMax;
  return chooseQueue(await queues.kernel.reader.range({ table: queuesTable, equals: [], limit }), query).arn;
}

function findQueue(queues: Queues, query: URLSearchParams): QueueRow {
  return chooseQueue([...queues.kernel.resident(queuesTable).values()], query);
}

function chooseQueue(rows: readonly QueueRow[], query: URLSearchParams): QueueRow {
  const url = query.get("QueueUrl");
  if (url === null || url === "") throw errors.missingParameter("QueueUrl");
  const { name, account, region = query.get("Region") ?? undefined } = parseQueueUrl(url);
  const found = rows.filter(
    (queue) =>
      queue.name === name &&
      (account === undefined || queue.account === account) &&
      (region === undefined || queue.region === region),
  );
  const [queue] = found;
  if (queue === undefined) throw errors.queueDoesNotExist();
  if (found.length > 1) {
    const where = found.map((one) => one.region).join(", ");
    throw errors.invalidParameter(`There are queues of this name in ${where}: add Region and the account.`);
  }
  return queue;
}

function numberOf(query: URLSearchParams, name: string, min: number, max: number): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= min && number <= max)) throw errors.invalidValue(text, name, `Must be between ${min} and ${max}.`);
  return number;
}

function stateOf(text: string | null): State | undefined {
  const state = states.find((candidate) => candidate === text);
  if (text !== null && state === undefined)
    throw new ServiceError("InvalidParameterValueException", `State must be one of ${states.join(", ")}.`);
  return state;
}

/** Undefined for a message that is gone: deleted since it was read, or too old. */
function show(queues: Queues, queue: QueueRow, row: MessageRow): BrowsedMessage | undefined {
  const now = queues.kernel.clock.now();
  const { retentionMs } = settingsOf(queue);
  const state = queues.kernel.resident(queuesTable).get(queue.arn);
  if (state?.id !== queue.id || row.sentAt + retentionMs <= now) return undefined;
  const { messages } = queues.state(queue);
  const where = whereabouts(messages, row, now);
  if (where === undefined) return undefined;
  return {
    MessageId: row.messageId,
    State: where.state,
    ...(where.visibleAt > now && { VisibleTimestamp: where.visibleAt }),
    Body: row.body,
    MD5OfBody: row.bodyMd5,
    Attributes: Object.fromEntries(systemAttributes(row, messages.find(row.sequence)?.delivery)),
    ...(row.attributes !== null && { MessageAttributes: row.attributes }),
  };
}

function whereabouts(
  messages: QueueMessages,
  row: MessageRow,
  now: number,
): { readonly state: State; readonly visibleAt: number } | undefined {
  const message = messages.find(row.sequence);
  if (message === undefined && row.sequence <= messages.backlog.after) return undefined;
  const visibleAt = message?.visibleAt ?? row.availableAt;
  if (visibleAt <= now) return { state: "visible", visibleAt };
  return { state: message?.delivery === undefined ? "delayed" : "inFlight", visibleAt };
}
