/**
 * The parcels of messages that are to be deleted and are not in memory: a crash has forgotten their receive, and they are in
 * the backlog again. They are read before the decision, and held until it is made, so that all decisions about a parcel see one.
 */
import type { Call } from "../../kernel/call.ts";
import type { StoreReader } from "../../kernel/kernel.ts";
import { settingsOf } from "./queue-settings.ts";
import type { Queues } from "./queues.ts";
import { parseReceiptHandle } from "./receipt-handle.ts";
import type { Parcel } from "./parcel.ts";
import { parcelsTable, queuesTable } from "./tables.ts";
import type { QueueRow } from "./tables.ts";
import { queueOfUrl } from "./targets.ts";

export class BacklogLookup implements Disposable {
  readonly #parcels = new Set<Parcel>();
  readonly #release: (parcel: Parcel) => void;

  constructor(release: (parcel: Parcel) => void) {
    this.#release = release;
  }

  add(parcel: Parcel): void {
    this.#parcels.add(parcel);
  }

  /** The parcel that a message is in. */
  find(sequence: number): Parcel | undefined {
    for (const parcel of this.#parcels) if (parcel.has(sequence)) return parcel;
    return undefined;
  }

  [Symbol.dispose](): void {
    for (const parcel of this.#parcels) this.#release(parcel);
    this.#parcels.clear();
  }
}

/** Undefined when everything to be deleted is in memory, or gone, which is nearly always so. */
export function lookUpBacklog(
  queues: Queues,
  reader: StoreReader,
  call: Call,
  queueUrl: string | undefined,
  receiptHandles: readonly (string | undefined)[],
): Promise<BacklogLookup> | undefined {
  const arn = queueOfUrl({ QueueUrl: queueUrl }, call);
  const queue = arn === undefined ? undefined : queues.kernel.resident(queuesTable).get(arn);
  if (queue === undefined || settingsOf(queue).isFifo) return undefined;
  const { messages } = queues.state(queue);
  if (messages.backlog.size === 0) return undefined;
  const sequences: number[] = [];
  for (const text of receiptHandles) {
    const handle = parseReceiptHandle(text ?? "");
    if (handle === undefined || handle.queueId !== queue.id || handle.sequence <= messages.backlog.after) continue;
    if (messages.find(handle.sequence) === undefined) sequences.push(handle.sequence);
  }
  return sequences.length === 0 ? undefined : read(queues, reader, queue, sequences);
}

async function read(
  queues: Queues,
  reader: StoreReader,
  queue: QueueRow,
  sequences: readonly number[],
): Promise<BacklogLookup> {
  const { stored } = queues.state(queue).messages;
  const lookup = new BacklogLookup((parcel) => stored.release(parcel));
  for (const sequence of sequences) {
    if (lookup.find(sequence) !== undefined) continue;
    stored.beginRead();
    const [row] = await reader.range({
      table: parcelsTable,
      equals: [queue.id],
      after: [sequence - 1],
      limit: 1,
    });
    const parcel = row === undefined ? undefined : stored.parcelOf(row);
    if (parcel?.has(sequence) === true) {
      lookup.add(parcel);
      stored.hold(parcel);
    }
    stored.endRead();
  }
  return lookup;
}
