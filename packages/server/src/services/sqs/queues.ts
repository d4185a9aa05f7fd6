/**
 * The queues of this process: finding one by URL or name, its messages, and the alarm that makes messages visible or
 * lets them expire. One alarm a queue, set to whatever happens next.
 */
import type { Alarm } from "../../kernel/clock.ts";
import type { Call } from "../../kernel/call.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import { errors } from "./errors.ts";
import { numberAttribute } from "./queue-attributes.ts";
import { QueueMessages } from "./queue-messages.ts";
import type { QueueMessage } from "./queue-messages.ts";
import { parseReceiptHandle } from "./receipt-handle.ts";
import { queuesTable } from "./tables.ts";
import type { DeliveryRow, MessageRow, QueueRow } from "./tables.ts";

export interface QueueStatistics {
  sent: number;
  received: number;
  deleted: number;
  emptyReceives: number;
}

interface QueueState {
  readonly messages: QueueMessages;
  readonly statistics: QueueStatistics;
  alarm: { readonly at: number; readonly alarm: Alarm } | undefined;
}

export function queueArn(region: string, account: string, name: string): string {
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

export class Queues {
  readonly kernel: Kernel;
  readonly #states = new Map<number, QueueState>();
  #stopped = false;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** Every queue with its messages, for metrics. */
  *all(): Generator<{ row: QueueRow; messages: QueueMessages; statistics: QueueStatistics }> {
    for (const row of this.kernel.resident(queuesTable).values()) {
      const { messages, statistics } = this.#state(row.id);
      yield { row, messages, statistics };
    }
  }

  nextQueueId(): number {
    let highest = 0;
    for (const row of this.kernel.resident(queuesTable).values()) highest = Math.max(highest, row.id);
    for (const id of this.#states.keys()) highest = Math.max(highest, id);
    return highest + 1;
  }

  /** @throws QueueDoesNotExist */
  byName(tx: Transaction, call: Call, name: string, account = call.account): QueueRow {
    const row = tx.get(queuesTable, queueArn(call.region, account, name));
    if (row === undefined) throw errors.queueDoesNotExist();
    return row;
  }

  /**
   * The queue a `QueueUrl` names: any host with `/<account>/<name>` or `/queue/<region>/<account>/<name>`, or a bare name.
   * @throws QueueDoesNotExist
   */
  byUrl(tx: Transaction, call: Call, url: string | undefined): QueueRow {
    if (url === undefined || url === "") throw errors.missingParameter("QueueUrl");
    const match = /^(?:https?:\/\/[^/]+)?\/(?:queue\/([a-z0-9-]+)\/)?(\d{12})\/([^/]+)$/.exec(url);
    const [region = call.region, account = call.account, name = url] = match === null ? [] : match.slice(1);
    const row = tx.get(queuesTable, queueArn(region, account, name));
    if (row === undefined) throw errors.queueDoesNotExist();
    return row;
  }

  /** Messages of a queue as of now: what time has made visible is visible, what is too old is gone. */
  messages(tx: Transaction, queue: QueueRow): QueueMessages {
    const { messages } = this.#state(queue.id);
    this.#expire(tx, queue, messages);
    // Whoever moves them wakes the receivers: the alarm that comes later finds nothing left to move.
    const moved = messages.promote(tx.now);
    if (moved > 0) this.kernel.waiters.wake(queue.arn, moved);
    return messages;
  }

  statistics(queue: QueueRow): QueueStatistics {
    return this.#state(queue.id).statistics;
  }

  /**
   * The message a receipt handle names; undefined when it was deleted already.
   * @throws ReceiptHandleIsInvalid for a handle that no receive of this queue has given
   */
  byReceiptHandle(tx: Transaction, queue: QueueRow, text: string | undefined): QueueMessage | undefined {
    if (text === undefined || text === "") throw errors.missingParameter("ReceiptHandle");
    const handle = parseReceiptHandle(text);
    if (handle === undefined || handle.queueId !== queue.id) throw errors.receiptHandleIsInvalid(text);
    const message = this.messages(tx, queue).find(handle.sequence);
    return message?.row.messageId === handle.messageId ? message : undefined;
  }

  /** Wakes receivers for messages that can be had, and sets the alarm for what happens next; once the change is durable. */
  changed(tx: Transaction, queue: QueueRow, available: number): void {
    tx.afterCommit(() => {
      if (available > 0) this.kernel.waiters.wake(queue.arn, available);
      this.#watch(queue);
    });
  }

  restore(queue: QueueRow, messages: readonly MessageRow[], deliveries: ReadonlyMap<number, DeliveryRow>): void {
    const state = this.#state(queue.id);
    for (const row of messages) state.messages.restore(row, deliveries.get(row.sequence), this.kernel.clock.now());
    this.#watch(queue);
  }

  /** Forgets a deleted queue; its waiting receivers decide again and learn that it is gone. */
  forget(tx: Transaction, queue: QueueRow): void {
    const state = this.#state(queue.id);
    state.messages.clear(tx);
    tx.afterCommit(() => {
      state.alarm?.alarm.cancel();
      this.#states.delete(queue.id);
      this.kernel.waiters.wake(queue.arn);
    });
  }

  /** Cancels the alarms and sets no more: the server is stopping. */
  stop(): void {
    this.#stopped = true;
    for (const state of this.#states.values()) state.alarm?.alarm.cancel();
  }

  #state(id: number): QueueState {
    let state = this.#states.get(id);
    if (state === undefined) {
      state = {
        messages: new QueueMessages(),
        statistics: { sent: 0, received: 0, deleted: 0, emptyReceives: 0 },
        alarm: undefined,
      };
      this.#states.set(id, state);
    }
    return state;
  }

  #expire(tx: Transaction, queue: QueueRow, messages: QueueMessages): void {
    const retentionMs = numberAttribute(queue, "MessageRetentionPeriod") * 1000;
    for (
      let oldest = messages.oldest();
      oldest !== undefined && oldest.row.sentAt + retentionMs <= tx.now;
      oldest = messages.oldest()
    ) {
      messages.remove(tx, oldest);
    }
  }

  #watch(queue: QueueRow): void {
    const state = this.#states.get(queue.id);
    if (state === undefined || this.#stopped) return;
    const oldest = state.messages.oldest();
    const expiresAt =
      oldest === undefined
        ? Number.POSITIVE_INFINITY
        : oldest.row.sentAt + numberAttribute(queue, "MessageRetentionPeriod") * 1000;
    const next = Math.min(state.messages.nextVisibleAt() ?? Number.POSITIVE_INFINITY, expiresAt);
    if (next === Number.POSITIVE_INFINITY || (state.alarm !== undefined && state.alarm.at <= next)) return;
    state.alarm?.alarm.cancel();
    state.alarm = { at: next, alarm: this.kernel.clock.at(next, () => this.#fire(queue.arn, state)) };
  }

  #fire(arn: string, state: QueueState): void {
    state.alarm = undefined;
    const queue = this.kernel.resident(queuesTable).get(arn);
    if (queue === undefined || this.kernel.pipeline.failed) return;
    const moved = this.kernel.transact((tx) => {
      this.#expire(tx, queue, state.messages);
      return state.messages.promote(tx.now);
    });
    if (moved > 0) this.kernel.waiters.wake(arn, moved);
    this.#watch(queue);
  }
}
