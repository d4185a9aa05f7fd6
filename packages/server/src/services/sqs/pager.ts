/**
 * Brings messages of one queue from the store into memory: the next page of its backlog before those in memory run out,
 * and the content of messages that are about to be received. One read at a time; a receive that finds nothing it can
 * give waits under `key` until a read has ended, then decides again.
 */
import type { Kernel } from "../../kernel/kernel.ts";
import { limits, memoryLimits } from "./limits.ts";
import type { DeliveryOrder, QueueMessage } from "./queue-message.ts";
import type { QueueMessages } from "./queue-messages.ts";
import { messagesTable } from "./tables.ts";
import type { MessageRow } from "./tables.ts";

export interface PagerOptions {
  readonly kernel: Kernel;
  readonly queueId: number;
  readonly messages: QueueMessages;
  readonly order: DeliveryOrder;
  /** The highest sequence given so far. */
  readonly lastSequence: () => number;
  /** A row of the store with its body readable. */
  readonly unseal: (row: MessageRow) => MessageRow;
  /** Messages have come in; runs outside any decision. */
  readonly admitted: () => void;
}

export class Pager {
  /** What to park under until the read under way has ended. */
  readonly key: string;
  readonly #options: PagerOptions;
  #isReading = false;
  #stopped = false;

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
    const { kernel, queueId, messages, unseal } = this.#options;
    const { generation } = messages;
    try {
      for (const sequence of sequences) {
        const after = [sequence - 1];
        const [row] = await kernel.reader.range({ table: messagesTable, equals: [queueId], after, limit: 1 });
        if (row?.sequence === sequence && generation === messages.generation) messages.keepContent(unseal(row));
      }
    } catch (error) {
      if (!this.#stopped) kernel.pipeline.fail(error);
    }
    kernel.waiters.wake(this.key);
  }

  async #read(from: number): Promise<void> {
    const { kernel, queueId, messages, unseal } = this.#options;
    this.#isReading = true;
    const { generation } = messages;
    const sequenceAtStart = this.#options.lastSequence();
    messages.beginRead();
    try {
      const limit = memoryLimits.pageMessages;
      const rows = await kernel.reader.range({ table: messagesTable, equals: [queueId], after: [from], limit });
      if (generation === messages.generation)
        messages.admit(rows.map(unseal), from, sequenceAtStart, rows.length < limit, kernel.clock.now());
      else messages.abandonRead();
      this.#isReading = false;
      this.#options.admitted();
    } catch (error) {
      this.#isReading = false;
      if (!this.#stopped) kernel.pipeline.fail(error);
    }
    kernel.waiters.wake(this.key);
  }
}
