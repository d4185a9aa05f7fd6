/**
 * Brings messages of one queue from the store into memory: the next page of its backlog before those in memory run out,
 * and the content of messages that are about to be received. One read at a time; a receive that finds nothing it can
 * give waits under `key` until a read has ended, then decides again.
 */
import type { Kernel } from "../../kernel/kernel.ts";
import { limits, memoryLimits } from "./limits.ts";
import type { DeliveryOrder, QueueMessage, ReadMessage } from "./queue-message.ts";
import type { QueueMessages } from "./queue-messages.ts";
import { parcelMessagesMax } from "./parcel.ts";
import { parcelsTable } from "./tables.ts";
import type { MessageRow, ParcelRow } from "./tables.ts";

export interface PagerOptions {
  readonly kernel: Kernel;
  readonly queueId: number;
  readonly messages: QueueMessages;
  readonly order: DeliveryOrder;
  /** The highest sequence given so far. */
  readonly lastSequence: () => number;
  /** The messages of a parcel that are still there. */
  readonly open: (row: ParcelRow) => readonly MessageRow[];
  /** Messages have come in; runs outside any decision. */
  readonly admitted: () => void;
}

export class Pager {
  /** What to park under until the read under way has ended. */
  readonly key: string;
  readonly #options: PagerOptions;
  #isReading = false;
  #stopped = false;
  /** As many as a page of messages took last time. */
  #parcelsAtOnce = Math.ceil(memoryLimits.pageMessages / parcelMessagesMax);

  constructor(options: PagerOptions) {
    this.#options = options;
    this.key = `sqs-read ${options.queueId}`;
  }

  get isReading(): boolean {
    return this.#isReading;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Whether a receive that found nothing may find something once more of the backlog is in memory. */
  canReadOn(): boolean {
    const { messages, order } = this.#options;
    if (messages.backlog.size === 0) return false;
    return order.visibleCount === 0 || (order.wantsMore && messages.residentCount < limits.fifoLookAheadMessages);
  }

  /** Begins a read when one is due. @param missing a message whose content is wanted */
  run(missing: QueueMessage | undefined): void {
    const { messages, order } = this.#options;
    if (this.#isReading || this.#stopped) return;
    const wantsPage =
      messages.backlog.size > 0 && order.wantsMore && messages.residentCount < limits.fifoLookAheadMessages;
    if (missing !== undefined) void this.#read(missing.sequence - 1);
    else if (wantsPage || this.canReadOn()) void this.#read(messages.backlog.after);
  }

  /** Reads the content of messages that are not visible; who waits under `key` is woken when it is there. */
  async readContents(sequences: readonly number[]): Promise<void> {
    const { kernel, messages } = this.#options;
    const { generation } = messages;
    try {
      let read: readonly ReadMessage[] = [];
      for (const sequence of sequences) {
        // Those that are wanted together often stand in one parcel.
        const isHere = ({ row }: ReadMessage): boolean => row.sequence === sequence;
        if (!read.some(isHere)) read = await this.#parcel(sequence);
        const row = read.find(isHere)?.row;
        if (row !== undefined && generation === messages.generation) messages.keepContent(row);
      }
    } catch (error) {
      if (!this.#stopped) kernel.pipeline.fail(error);
    }
    kernel.waiters.wake(this.key);
  }

  async #read(from: number): Promise<void> {
    const { kernel, queueId, messages } = this.#options;
    this.#isReading = true;
    const { generation } = messages;
    const sequenceAtStart = this.#options.lastSequence();
    messages.beginRead();
    try {
      const limit = this.#parcelsAtOnce;
      const parcels = await kernel.reader.range({ table: parcelsTable, equals: [queueId], after: [from], limit });
      const read = parcels.flatMap((parcel) => this.#messagesOf(parcel)).filter(({ row }) => row.sequence > from);
      const page = read.slice(0, memoryLimits.pageMessages);
      const isLast = parcels.length < limit && page.length === read.length;
      if (generation === messages.generation) messages.admit(page, from, sequenceAtStart, isLast, kernel.clock.now());
      else messages.abandonRead();
      this.#parcelsAtOnce = parcelsFor(parcels, read.length);
      this.#isReading = false;
      this.#options.admitted();
    } catch (error) {
      this.#isReading = false;
      if (!this.#stopped) kernel.pipeline.fail(error);
    }
    kernel.waiters.wake(this.key);
  }

  /** The messages of the parcel that this one is in, if it is anywhere. */
  async #parcel(sequence: number): Promise<ReadMessage[]> {
    const { kernel, queueId } = this.#options;
    const after = [sequence - 1];
    const [parcel] = await kernel.reader.range({ table: parcelsTable, equals: [queueId], after, limit: 1 });
    return parcel === undefined ? [] : this.#messagesOf(parcel);
  }

  #messagesOf(parcel: ParcelRow): ReadMessage[] {
    return this.#options.open(parcel).map((row) => ({ row, parcel }));
  }
}

/** How many parcels hold a page of messages, if the next are as full and as large as these. */
function parcelsFor(parcels: readonly ParcelRow[], messages: number): number {
  const { pageMessages, pageBytes } = memoryLimits;
  const wanted = messages === 0 ? pageMessages : Math.ceil((pageMessages * parcels.length) / messages);
  let bytes = 0;
  for (const { content, sealed } of parcels) bytes += content.length + (sealed?.length ?? 0);
  const fitting = bytes === 0 ? pageMessages : Math.max(1, Math.floor((pageBytes * parcels.length) / bytes));
  return Math.min(Math.max(wanted, Math.ceil(pageMessages / parcelMessagesMax)), fitting, pageMessages);
}
