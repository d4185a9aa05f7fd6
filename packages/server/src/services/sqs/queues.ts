/**
 * The queues of this process: finding one by URL, name or ARN, its messages, and the alarm that makes messages visible
 * or lets them expire. One alarm a queue, set to whatever happens next.
 */
import type { Alarm } from "../../kernel/clock.ts";
import type { Call } from "../../kernel/call.ts";
import type { Kernel, StoreReader } from "../../kernel/kernel.ts";
import { rowNamed } from "../../kernel/partitions.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import { checkAccess } from "./access.ts";
import type { Action } from "./actions.ts";
import { errors } from "./errors.ts";
import { KeyRing } from "./key-ring.ts";
import { limits, memoryLimits } from "./limits.ts";
import type { SqsOptions } from "./limits.ts";
import { loadQueue } from "./loading.ts";
import type { ContentMemory, QueueMessage } from "./queue-message.ts";
import type { QueueMessages } from "./queue-messages.ts";
import { settingsOf } from "./queue-settings.ts";
import { QueueState } from "./queue-state.ts";
import type { QueueStatistics } from "./queue-state.ts";
import { arnOfQueueUrl, queueArn } from "./queue-url.ts";
import { redriveTargetOf } from "./redrive.ts";
import { acceptedTable, parcelsTable, queuesTable, slipsTable } from "./tables.ts";
import type { QueueRow } from "./tables.ts";

/** Below this, so that an id has at most fifteen digits and a double holds it. */
const queueIdMax = 10 ** 14;
/** How much later a receive is written that a crash may forget. */
const saveReceivesMs = 50;

export class Queues {
  readonly kernel: Kernel;
  readonly keyRing: KeyRing;
  readonly #options: SqsOptions;
  /** By id, of every queue there is here. */
  readonly #states = new Map<number, QueueState>();
  readonly #memory: ContentMemory = { bytes: 0, bytesMax: memoryLimits.contentBytesMax };
  #saveAlarm: Alarm | undefined;
  #stopped = false;

  constructor(kernel: Kernel, options: SqsOptions = {}) {
    this.kernel = kernel;
    this.#options = options;
    this.keyRing = new KeyRing(kernel);
  }

  /** Every queue with what is known of it, for metrics. */
  *all(): Generator<{ readonly row: QueueRow; readonly state: QueueState }> {
    for (const row of this.kernel.resident(queuesTable).values()) yield { row, state: this.state(row) };
  }

  /**
   * An id no queue has, and practically none has had: a receipt handle of a deleted queue never fits another one. Drawn and
   * not counted, so that it needs no row that remembers it and nodes need not agree on it.
   */
  nextQueueId(): number {
    for (;;) {
      const id = Buffer.from(this.kernel.random.bytes(6)).readUIntBE(0, 6) % queueIdMax;
      if (id > 0 && !this.#states.has(id)) return id;
    }
  }

  /** A queue has been made. */
  added(tx: Transaction, queue: QueueRow): void {
    this.state(queue);
    tx.onUndo(() => this.#states.delete(queue.id));
  }

  /** Whether a queue of this ARN is decided on this node, if there is one. */
  isHere(arn: string): boolean {
    const { ownership, shards } = this.kernel;
    return ownership.owns(shards.of(arn));
  }

  byArn(tx: Transaction, arn: string): QueueRow | undefined {
    return tx.get(queuesTable, arn);
  }

  /** A queue as this node knows it, or as the store does when another node decides for it. */
  hereOr(tx: Transaction, arn: string, stored: QueueRow | undefined): QueueRow | undefined {
    return this.isHere(arn) ? this.byArn(tx, arn) : stored?.arn === arn ? stored : undefined;
  }

  /** @throws QueueDoesNotExist */
  byName(tx: Transaction, call: Call, name: string, account = call.account): QueueRow {
    const row = rowNamed(tx, queuesTable, queueArn(call.region, account, name));
    if (row === undefined) throw errors.queueDoesNotExist();
    return row;
  }

  /**
   * The queue a `QueueUrl` names, for someone who may do `action` with it.
   * @throws QueueDoesNotExist, AccessDenied
   */
  byUrl(tx: Transaction, call: Call, url: string | undefined, action: Action): QueueRow {
    if (url === undefined || url === "") throw errors.missingParameter("QueueUrl");
    const row = rowNamed(tx, queuesTable, arnOfQueueUrl(url, call));
    if (row === undefined) throw errors.queueDoesNotExist();
    checkAccess(row, call, action, tx.now);
    return row;
  }

  /** Messages of a queue as of now: what time has made visible is visible, what is too old is gone. */
  messages(tx: Transaction, queue: QueueRow): QueueMessages {
    const state = this.state(queue);
    this.#expire(tx, queue, state.messages);
    // Whoever moves them wakes the receivers: the alarm that comes later finds nothing left to move.
    const moved = promote(state, tx.now);
    if (moved > 0) this.kernel.waiters.wake(queue.arn, moved);
    return state.messages;
  }

  statistics(queue: QueueRow): QueueStatistics {
    return this.state(queue).statistics;
  }

  /** How many more messages of a queue may be received before one is deleted or becomes visible. */
  room(queue: QueueRow): number {
    const { inFlightMax = limits.inFlightMax, fifoInFlightMax = limits.fifoInFlightMax } = this.#options;
    return (settingsOf(queue).isFifo ? fifoInFlightMax : inFlightMax) - this.state(queue).messages.inFlightCount;
  }

  /** Wakes receivers for messages that can be had, and sets the alarm for what happens next; once the change is durable. */
  changed(tx: Transaction, queue: QueueRow, available: number): void {
    tx.afterCommit(() => {
      if (available > 0) this.kernel.waiters.wake(queue.arn, available);
      this.#watch(queue.arn);
    });
  }

  /** A message in flight is gone: the next of its group can be had now, or there is room for one in flight again. */
  freed(tx: Transaction, queue: QueueRow, { groupId }: QueueMessage): void {
    const { order, messages, room } = this.state(queue);
    const isFree = "isFree" in order && (order.isFree(groupId) || messages.backlog.size > 0);
    if (isFree || room.isAwaited) this.changed(tx, queue, 1);
  }

  /** Messages were received that the store is to know of soon; several receives are written at once, or never when deleted before. */
  receivedUnsaved(): void {
    if (this.#stopped) return;
    this.#saveAlarm ??= this.kernel.clock.at(this.kernel.clock.now() + saveReceivesMs, () => this.#saveReceives());
  }

  #saveReceives(): void {
    this.#saveAlarm?.cancel();
    this.#saveAlarm = undefined;
    this.kernel.transactOrFail((tx) => {
      for (const { messages } of this.#states.values()) if (messages.slips.hasUnsaved) messages.slips.saveUnsaved(tx);
    });
  }

  /** Removes all messages of a queue and what it knows of earlier ones. */
  clear(tx: Transaction, queue: QueueRow): void {
    const { messages, deduplication } = this.state(queue);
    messages.clear(tx);
    deduplication.clear(tx);
    tx.delete(parcelsTable, queue.id);
    tx.delete(slipsTable, queue.id);
    tx.delete(acceptedTable, queue.id);
  }

  /** Forgets a deleted queue; its waiting receivers decide again and learn that it is gone. */
  forget(tx: Transaction, queue: QueueRow): void {
    this.clear(tx, queue);
    tx.afterCommit(() => {
      const state = this.#states.get(queue.id);
      state?.alarm?.alarm.cancel();
      state?.pager.stop();
      this.#states.delete(queue.id);
      this.kernel.waiters.wake(queue.arn);
    });
  }

  /** Reads what is to be in memory of the queues of some shards. */
  async load(reader: StoreReader, shards: ReadonlySet<number>): Promise<void> {
    for (const { row, state } of this.#of(shards)) await loadQueue(reader, row, state, this.kernel.clock.now());
  }

  /** Lets time go on for what was loaded. */
  start(shards: ReadonlySet<number>): void {
    this.kernel.transact((tx) => {
      for (const { row, state } of this.#of(shards)) {
        state.messages.stored.settleUnheld(tx);
        // Queues of before the column was there.
        const redriveTargetArn = redriveTargetOf(row.attributes);
        if (row.redriveTargetArn !== redriveTargetArn) tx.update(queuesTable, [row.arn], { redriveTargetArn });
      }
    });
    for (const { row, state } of this.#of(shards)) {
      this.#watch(row.arn);
      state.pager.run(undefined);
    }
  }

  /** Forgets the queues of some shards, which are another node's from now on. What was received is written before. */
  drop(shards: ReadonlySet<number>): void {
    this.#saveReceives();
    for (const { row, state } of this.#of(shards)) {
      state.alarm?.alarm.cancel();
      state.pager.stop();
      state.messages.dispose();
      this.#states.delete(row.id);
    }
  }

  *#of(shards: ReadonlySet<number>): Generator<{ readonly row: QueueRow; readonly state: QueueState }> {
    for (const row of this.kernel.resident(queuesTable).values())
      if (shards.has(row.shard)) yield { row, state: this.state(row) };
  }

  /** Cancels the alarms and sets no more: the server is stopping. */
  stop(): void {
    this.#stopped = true;
    this.#saveReceives();
    for (const { alarm, pager } of this.#states.values()) {
      alarm?.alarm.cancel();
      pager.stop();
    }
  }

  state(queue: QueueRow): QueueState {
    let state = this.#states.get(queue.id);
    if (state === undefined) {
      state = new QueueState(queue, {
        kernel: this.kernel,
        keyRing: this.keyRing,
        memory: this.#memory,
        row: () => this.kernel.resident(queuesTable).get(queue.arn),
        admitted: () => this.#fire(queue.arn),
      });
      this.#states.set(queue.id, state);
    }
    return state;
  }

  #expire(tx: Transaction, queue: QueueRow, messages: QueueMessages): void {
    const { retentionMs } = settingsOf(queue);
    for (
      let oldest = messages.oldest();
      oldest !== undefined && oldest.sentAt + retentionMs <= tx.now;
      oldest = messages.oldest()
    ) {
      const isInFlight = messages.isInFlight(oldest, tx.now);
      messages.remove(tx, oldest);
      if (isInFlight) this.freed(tx, queue, oldest);
    }
  }

  #watch(arn: string): void {
    const queue = this.kernel.resident(queuesTable).get(arn);
    const state = queue === undefined ? undefined : this.#states.get(queue.id);
    if (queue === undefined || state === undefined || this.#stopped) return;
    const oldest = state.messages.oldest();
    const expiresAt = oldest === undefined ? Number.POSITIVE_INFINITY : oldest.sentAt + settingsOf(queue).retentionMs;
    const next = Math.min(state.messages.nextVisibleAt() ?? Number.POSITIVE_INFINITY, expiresAt);
    if (next === Number.POSITIVE_INFINITY || (state.alarm !== undefined && state.alarm.at <= next)) return;
    state.alarm?.alarm.cancel();
    state.alarm = {
      at: next,
      alarm: this.kernel.clock.at(next, () => {
        state.alarm = undefined;
        this.#fire(arn);
      }),
    };
  }

  /** Time has passed, or messages have come in from the store. */
  #fire(arn: string): void {
    const queue = this.kernel.resident(queuesTable).get(arn);
    if (queue === undefined || this.kernel.pipeline.failed || this.#stopped) return;
    const state = this.state(queue);
    let moved = 0;
    this.kernel.transactOrFail((tx) => {
      this.#expire(tx, queue, state.messages);
      moved = promote(state, tx.now);
    });
    if (this.kernel.pipeline.failed) return;
    if (moved > 0) this.kernel.waiters.wake(arn, moved);
    state.pager.run(undefined);
    this.#watch(arn);
  }
}

function promote({ messages, order }: QueueState, now: number): number {
  if ((messages.nextVisibleAt() ?? Number.POSITIVE_INFINITY) > now) return 0;
  return messages.promote(now, "tenants" in order ? (message) => order.tenants.processed(message, now) : undefined);
}
