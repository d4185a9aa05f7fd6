/** What is in memory of one queue besides its row. */
import type { Alarm } from "../../kernel/clock.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import { DeadLetterTarget } from "./dead-lettering.ts";
import { Deduplication } from "./deduplication.ts";
import { FifoOrder } from "./fifo-order.ts";
import type { KeyRing } from "./key-ring.ts";
import { memoryLimits } from "./limits.ts";
import { Pager } from "./pager.ts";
import { QueueMessages } from "./queue-messages.ts";
import type { ContentMemory } from "./queue-message.ts";
import { settingsOf } from "./queue-settings.ts";
import { ReceiveAttempts } from "./receive-attempts.ts";
import { StandardOrder } from "./standard-order.ts";
import { sequencesTable } from "./tables.ts";
import type { MessageRow, QueueRow } from "./tables.ts";

export interface QueueStatistics {
  sent: number;
  sentBytes: number;
  received: number;
  deleted: number;
  emptyReceives: number;
  /** Sends that a FIFO queue had accepted before. */
  deduplicated: number;
  deadLettered: number;
}

export interface QueueStateOptions {
  readonly kernel: Kernel;
  readonly keyRing: KeyRing;
  readonly memory: ContentMemory;
  /** The queue as it is now; undefined once it is deleted. */
  readonly row: () => QueueRow | undefined;
  readonly admitted: () => void;
}

/** Sequences reserved with one row written. */
const sequencesReserved = 10_000;

export class QueueState {
  readonly messages: QueueMessages;
  readonly order: FifoOrder | StandardOrder;
  readonly pager: Pager;
  readonly deduplication: Deduplication;
  readonly attempts = new ReceiveAttempts();
  readonly deadLetters = new DeadLetterTarget();
  readonly statistics: QueueStatistics = {
    sent: 0,
    sentBytes: 0,
    received: 0,
    deleted: 0,
    emptyReceives: 0,
    deduplicated: 0,
    deadLettered: 0,
  };
  /** Whether a receiver waits because as many messages are in flight as may be; kept a little longer than that is so. */
  readonly room = { isAwaited: false };
  alarm: { readonly at: number; readonly alarm: Alarm } | undefined;
  #lastSequence: number;
  #reservedTo: number;

  constructor(queue: QueueRow, options: QueueStateOptions) {
    const { kernel, keyRing, memory, row } = options;
    const { isFifo } = settingsOf(queue);
    const standard = isFifo ? undefined : new StandardOrder();
    this.order = standard ?? new FifoOrder();
    this.deduplication = new Deduplication(queue.id);
    this.#reservedTo = kernel.resident(sequencesTable).get(String(queue.id))?.reservedTo ?? 0;
    this.#lastSequence = this.#reservedTo;
    this.messages = new QueueMessages({
      queue,
      order: this.order,
      memory,
      availableAt: (message) => (isFifo ? message.sentAt + settingsOf(row() ?? queue).delayMs : message.availableAt),
      seal: (tx, shard, rows) => keyRing.seal(tx, shard, rows, settingsOf(row() ?? queue)),
      ...(standard !== undefined && { passesBacklog: (message) => isQuietBesideNoisy(standard, message) }),
    });
    this.pager = new Pager({
      kernel,
      queueId: queue.id,
      messages: this.messages,
      order: this.order,
      lastSequence: () => this.#lastSequence,
      open: (parcel) => keyRing.open(parcel),
      admitted: options.admitted,
    });
  }

  /** The next sequence of the queue: greater than any given before, also before a restart. */
  nextSequence(tx: Transaction, { shard, id }: QueueRow): number {
    this.#lastSequence += 1;
    if (this.#lastSequence > this.#reservedTo) {
      const before = this.#reservedTo;
      this.#reservedTo = this.#lastSequence + sequencesReserved;
      tx.put(sequencesTable, { shard, queueId: id, reservedTo: this.#reservedTo });
      tx.onUndo(() => (this.#reservedTo = before));
    }
    return this.#lastSequence;
  }
}

/** While a noisy tenant's backlog is in the store, others' messages are held in memory, or nobody would see them. */
function isQuietBesideNoisy(order: StandardOrder, { groupId }: MessageRow): boolean {
  return (
    order.noisyTenants > 0 &&
    groupId !== null &&
    !order.isNoisy(groupId) &&
    order.tenants.visible(groupId).size < memoryLimits.quietTenantMessages
  );
}
