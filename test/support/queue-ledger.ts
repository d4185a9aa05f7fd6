/**
 * What clients of queues know, and what must follow from it: the checker of the simulation and of the runs against a real
 * process. Clients tell it when they ask for something and what they are answered; when no answer comes, what was asked
 * may or may not have happened. It throws at the first answer that cannot be:
 *
 *   a message that is lost, that comes back after its deletion, or that is there twice;
 *   one that is given to somebody before its delay or its visibility timeout is over;
 *   on a FIFO queue: one that overtakes another of its group, a duplicate within five minutes, a receive that a crash has
 *   made undone, a sequence number that does not grow.
 *
 * Every message has a body of its own, which is its identity here. `tick` orders what one client asks after another was
 * answered; `now` is the time visibility goes by, in milliseconds.
 */
import { LedgerMessage } from "./ledger-message.ts";

export interface LedgerQueue {
  readonly name: string;
  readonly isFifo: boolean;
  /** Receives after which a message may be found in the dead-letter queue; undefined without one. */
  readonly maxReceiveCount?: number;
  /** Its messages may be moved back to where they came from. */
  readonly isDeadLetterQueue?: boolean;
}

export interface SentMessage {
  readonly messageId: string;
  readonly sequenceNumber?: string | undefined;
}

export interface ReceivedMessage extends SentMessage {
  readonly body: string;
  readonly receiptHandle: string;
  readonly receiveCount: number;
}

/** A receive that was asked for. */
export interface ReceiveAsked {
  readonly queue: LedgerQueue;
  readonly tick: number;
  readonly now: number;
  readonly visibilityMs: number;
  readonly attemptId?: string | undefined;
  /** Where there are several processes, one of them may die between the receive and its answer. */
  readonly crashesBefore: number;
}

/** A deletion or a change of visibility that was asked for. */
export interface Asked {
  readonly message: LedgerMessage;
  readonly receiptHandle: string;
  readonly now: number;
  readonly lockBefore: number;
  /** Of a deletion: its message has been received again since, so a FIFO queue must refuse it if the message is there. */
  readonly isOld?: boolean;
  /** Of a change: the how many-th of its message, and whether an earlier one was not answered yet. */
  readonly change?: { readonly number: number; readonly isAlone: boolean };
}

export interface LedgerOptions {
  /** How long a receive of a standard queue may go unwritten: so late a crash may make it undone. */
  readonly forgottenMs: number;
  /** How long a request may wait before it is decided; 0 when absent. */
  readonly waitMsMax?: number;
  /** The time, where some passes between a request and its decision. */
  readonly now?: () => number;
}

const deduplicationMs = 300_000;

export class QueueLedger {
  readonly messages = new Map<string, LedgerMessage>();
  readonly #options: LedgerOptions;
  readonly #byGroup = new Map<string, LedgerMessage[]>();
  /** Receives by queue name that may have received without anybody knowing. */
  readonly #openReceives = new Map<string, number>();
  readonly #clearedAt = new Map<string, number>();
  /** Beginnings and ends of purges and deletions by queue name. */
  readonly #clears = new Map<string, number>();
  readonly #crashes: number[] = [];
  #tick = 0;
  received = 0;

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  get tick(): number {
    this.#tick += 1;
    return this.#tick;
  }

  /** The process has died at this time. */
  crashed(now: number): void {
    this.#crashes.push(now);
  }

  /** @param visibleAt when it may be received first */
  sendAsked(
    queue: LedgerQueue,
    body: string,
    group: string | undefined,
    now: number,
    visibleAt: number,
  ): LedgerMessage {
    let message = this.messages.get(body);
    if (message === undefined) {
      message = new LedgerMessage(body, queue, group, this.tick, now);
      message.lockedUntil = visibleAt;
      this.messages.set(body, message);
      const key = groupKey(queue, group);
      const others = this.#byGroup.get(key) ?? [];
      others.push(message);
      this.#byGroup.set(key, others);
    }
    message.log(`${now}: a send is asked for`);
    return message;
  }

  /** Whether a duplicate sent now must be recognised as one. */
  isWithinWindow(message: LedgerMessage, now: number): boolean {
    const clearedAt = this.#clearedAt.get(message.queue.name) ?? -1;
    return (
      now + (this.#options.waitMsMax ?? 0) < message.firstAskedAt + deduplicationMs && clearedAt < message.askedTick
    );
  }

  sent(message: LedgerMessage, { messageId, sequenceNumber }: SentMessage, askedTick: number): void {
    message.log(`acknowledged as ${messageId}, ${sequenceNumber ?? "no number"}`);
    // Unless the queue was emptied while the duplicate was on its way.
    if (message.sentId !== undefined && message.sentId !== messageId) {
      if (!message.isMaybeCleared) throw message.fault(`a duplicate was accepted as ${messageId}`);
      message.removedTick = undefined;
      message.sentTick = this.tick;
    }
    if (message.queue.isFifo && message.sequence === undefined && sequenceNumber !== undefined) {
      const sequence = BigInt(sequenceNumber);
      for (const other of this.#byGroup.get(groupKey(message.queue, message.group)) ?? [])
        if (
          other.sequence !== undefined &&
          !other.isMaybeCleared &&
          (other.sentTick ?? askedTick) < message.askedTick &&
          other.sequence >= sequence
        )
          throw message.fault(`its number does not grow: ${other.body} was sent before`);
      message.sequence = sequence;
    }
    message.sentId = messageId;
    message.messageId ??= messageId;
    message.sentTick ??= this.tick;
  }

  receiveAsked(queue: LedgerQueue, now: number, visibilityMs: number, attemptId?: string): ReceiveAsked {
    this.#openReceives.set(queue.name, (this.#openReceives.get(queue.name) ?? 0) + 1);
    // Made again, whether an answer comes or not, it hides its messages anew.
    if (attemptId !== undefined)
      for (const message of this.messages.values())
        if (message.attemptId === attemptId) message.lockedUntil = Math.min(message.lockedUntil, now + visibilityMs);
    return { queue, tick: this.tick, now, visibilityMs, attemptId, crashesBefore: this.#crashes.length };
  }

  receiveRefused({ queue }: ReceiveAsked): void {
    this.#openReceives.set(queue.name, (this.#openReceives.get(queue.name) ?? 0) - 1);
  }

  /** @param now when the answer was there */
  gave(asked: ReceiveAsked, batch: readonly ReceivedMessage[], now: number): LedgerMessage[] {
    this.receiveRefused(asked);
    const before: LedgerMessage[] = [];
    for (const received of batch) {
      const message = this.messages.get(received.body);
      if (message === undefined) throw new Error(`${asked.queue.name} gave ${received.body}, which nobody sent`);
      message.log(`${now}: received from ${asked.queue.name}, count ${received.receiveCount}, asked at ${asked.now}`);
      const isLatest = this.#checkReceived(asked, message, received, now);
      if (asked.queue === message.queue && message.queue.isFifo) this.#checkOrder(asked, message, received, before);
      if (isLatest) message.receivedBy(asked, received, now, this.tick);
      this.received += 1;
      before.push(message);
    }
    return before;
  }

  deleteAsked(message: LedgerMessage, receiptHandle: string, now: number): Asked {
    // A message that was moved and brought back is another one: the handles of before lead nowhere.
    const isUnmoved = message.messageId === message.sentId;
    const isOld =
      message.queue.isFifo && isUnmoved && message.receiptHandle !== receiptHandle && !this.#mayBeGone(message);
    message.removalsOpen += 1;
    message.log(`${now}: its deletion is asked for${isOld ? " with an old handle" : ""}`);
    return { message, receiptHandle, now, lockBefore: message.lockedUntil, isOld };
  }

  deleted({ message, receiptHandle, now, lockBefore, isOld }: Asked, queue: LedgerQueue): void {
    message.log("its deletion is acknowledged");
    if (isOld === true && message.removalsOpen === 1 && message.place === queue && !message.isMaybeCleared)
      throw message.fault("is deleted with the handle of an earlier receive");
    // A deletion is answered well, too, when the message is not in this queue any more but in its dead-letter queue.
    const isHeld =
      this.#decidedBy(now) < lockBefore &&
      message.receiptHandle === receiptHandle &&
      message.isSame(this.#crashes.length);
    const staysHere = queue.maxReceiveCount === undefined && queue.isDeadLetterQueue !== true;
    if (isHeld || staysHere) message.removedTick ??= this.tick;
  }

  /** The deletion was refused and has done nothing. */
  deleteRefused({ message }: Asked): void {
    message.removalsOpen -= 1;
    message.log("its deletion is refused");
  }

  changeAsked(message: LedgerMessage, receiptHandle: string, now: number, visibilityMs: number): Asked {
    const lockBefore = message.lockedUntil;
    message.changesAsked += 1;
    message.changedTick = this.tick;
    const change = { number: message.changesAsked, isAlone: message.changesOpen === 0 };
    message.changesOpen += 1;
    message.lockedUntil = Math.min(lockBefore, now + visibilityMs);
    message.log(`${now}: hidden for ${visibilityMs} is asked for`);
    return { message, receiptHandle, now, lockBefore, change };
  }

  changed({ message, receiptHandle, now, lockBefore, change }: Asked, visibilityMs: number): void {
    message.changesOpen -= 1;
    message.log("is hidden so");
    const isLatest = change?.isAlone === true && change.number === message.changesAsked;
    // On a standard queue it is also answered so, without effect, when the message is visible again.
    const isHeld =
      message.receiptHandle === receiptHandle &&
      this.#decidedBy(now) < lockBefore &&
      message.isSame(this.#crashes.length);
    if (!isLatest || !isHeld) return;
    message.lockedUntil = now + visibilityMs;
    message.receivedAt = Number.NEGATIVE_INFINITY;
  }

  changeRefused({ message, receiptHandle, lockBefore, change }: Asked): void {
    message.changesOpen -= 1;
    const isLatest = change?.isAlone === true && change.number === message.changesAsked;
    if (isLatest && message.receiptHandle === receiptHandle) message.lockedUntil = lockBefore;
  }

  /** Everything in the queue may be gone: a purge or a deletion is asked for. */
  clearAsked(queue: LedgerQueue): { done(): void; unknown(): void; refused(): void } {
    const tick = this.tick;
    const before = this.#clearedAt.get(queue.name) ?? -1;
    const inside = [...this.messages.values()].filter((message) => message.queue === queue);
    const number = this.#countClear(queue);
    const newly = inside.filter(({ isMaybeCleared }) => !isMaybeCleared);
    this.#clearedAt.set(queue.name, Number.POSITIVE_INFINITY);
    for (const message of newly) message.isMaybeCleared = true;
    const end = (): void => {
      this.#countClear(queue);
      // What was asked for meanwhile may be gone too.
      for (const message of this.messages.values()) if (message.queue === queue) message.isMaybeCleared = true;
      this.#clearedAt.set(queue.name, this.tick);
    };
    return {
      done: () => {
        for (const message of inside)
          if (message.sentTick !== undefined && message.sentTick < tick) message.removedTick ??= this.tick;
        end();
      },
      unknown: end,
      refused: () => {
        // Another one at the same time may have done what this one has not.
        if (this.#clears.get(queue.name) !== number) return end();
        for (const message of newly) message.isMaybeCleared = false;
        this.#clearedAt.set(queue.name, before);
      },
    };
  }

  #countClear({ name }: LedgerQueue): number {
    const count = (this.#clears.get(name) ?? 0) + 1;
    this.#clears.set(name, count);
    return count;
  }

  /** At the end: it was received and will be deleted. */
  takenOut({ body }: ReceivedMessage): void {
    const message = this.messages.get(body);
    if (message === undefined) return;
    if (message.isTakenOut) throw message.fault("is there twice");
    message.isTakenOut = true;
  }

  /** The end: every queue is empty. */
  checkAllTaken(): void {
    for (const message of this.messages.values()) {
      if (message.isTakenOut && message.removedTick !== undefined) throw message.fault("was removed and has come back");
      const mustBe = message.sentTick !== undefined && message.removalsOpen === 0 && !message.isMaybeCleared;
      if (!message.isTakenOut && mustBe) throw message.fault("was acknowledged and is lost");
    }
  }

  /** Answers whether this is the latest receive of the message, as far as is known. */
  #checkReceived(asked: ReceiveAsked, message: LedgerMessage, received: ReceivedMessage, now: number): boolean {
    if (message.removedTick !== undefined && message.removedTick < asked.tick)
      throw message.fault("was removed and is received again");
    const isRepeated = asked.attemptId !== undefined && asked.attemptId === message.attemptId;
    if (isRepeated && message.receiptHandle === received.receiptHandle) return true;
    const isHere = message.messageId === received.messageId && message.place === asked.queue;
    // Of two receives at the same time the counts say which was first; answers may come the other way round.
    const isEarlier = isHere && asked.tick < message.receivedTick && received.receiveCount < message.receiveCount;
    const isHidden = isEarlier
      ? message.answeredAt < asked.now + asked.visibilityMs
      : now < message.lockedUntil && !this.#isForgotten(message);
    if (isHidden) throw message.fault(`is received at ${now} although it is hidden until ${message.lockedUntil}`);
    if (message.queue.isFifo && isHere && !isEarlier && received.receiveCount <= message.receiveCount)
      throw message.fault(`a receive was forgotten: count ${received.receiveCount} after ${message.receiveCount}`);
    return !isEarlier;
  }

  /** When something is certain to be decided that is answered now. @param asked when it was asked for */
  #decidedBy(asked: number): number {
    return this.#options.now?.() ?? asked;
  }

  /** Whether a crash came so soon after the receive that a standard queue may know nothing of it. */
  #isForgotten({ queue, receivedAt, crashesBefore }: LedgerMessage): boolean {
    const { forgottenMs } = this.#options;
    return !queue.isFifo && this.#crashes.slice(crashesBefore).some((at) => at <= receivedAt + forgottenMs);
  }

  /** Whatever was sent to the group before must be gone, or come before it in the same answer. */
  #checkOrder(
    asked: ReceiveAsked,
    message: LedgerMessage,
    received: ReceivedMessage,
    before: readonly LedgerMessage[],
  ): void {
    const sequence = BigInt(received.sequenceNumber ?? 0);
    const isSame = message.messageId === received.messageId;
    if (isSame && message.sequence !== undefined && message.sequence !== sequence)
      throw message.fault("its number has changed");
    // Brought back from the dead-letter queue it is a new message, with a new place.
    message.messageId = received.messageId;
    message.sequence = sequence;
    for (const other of this.#byGroup.get(groupKey(message.queue, message.group)) ?? []) {
      if (other === message || other.sequence === undefined) continue;
      const isBefore = before.includes(other);
      if (isBefore && other.sequence > sequence) throw message.fault(`comes after ${other.body} in one answer`);
      if (isBefore || other.sequence > sequence) continue;
      if ((other.sentTick ?? Number.POSITIVE_INFINITY) >= asked.tick || this.#mayBeGone(other)) continue;
      throw message.fault(`overtakes ${other.body}\n${other.history}\n`);
    }
  }

  #mayBeGone(message: LedgerMessage): boolean {
    const { removalsOpen, removedTick, isMaybeCleared, queue, receiveCount } = message;
    if (removalsOpen > 0 || removedTick !== undefined || isMaybeCleared || message.isTakenOut) return true;
    const receives = receiveCount + (this.#openReceives.get(queue.name) ?? 0) + 1;
    return queue.maxReceiveCount !== undefined && receives > queue.maxReceiveCount;
  }
}

function groupKey(queue: LedgerQueue, group: string | undefined): string {
  return `${queue.name} ${group ?? ""}`;
}
