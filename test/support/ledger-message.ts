/** One message as the ledger knows it. */
import type { LedgerQueue, ReceiveAsked, ReceivedMessage } from "./queue-ledger.ts";

export class LedgerMessage {
  readonly body: string;
  readonly queue: LedgerQueue;
  readonly group: string | undefined;
  readonly askedTick: number;
  readonly firstAskedAt: number;
  /** When its send was acknowledged. */
  sentTick: number | undefined;
  /** The id its send was answered with, and the one it is received with: another one once it was moved. */
  sentId: string | undefined;
  messageId: string | undefined;
  sequence: bigint | undefined;
  /** Nobody may be given it before this time. */
  lockedUntil = Number.NEGATIVE_INFINITY;
  /** Its last receive: where, when, under which attempt, with which handle, for the how many-th time. */
  place: LedgerQueue | undefined;
  receivedAt = Number.NEGATIVE_INFINITY;
  receivedTick = 0;
  answeredAt = Number.NEGATIVE_INFINITY;
  attemptId: string | undefined;
  receiptHandle: string | undefined;
  receiveCount = 0;
  crashesBefore = 0;
  /** When the latest change of its visibility was asked for. */
  changedTick = -1;
  /** Changes of visibility that were asked for, and how many of them nobody has heard of yet. */
  changesAsked = 0;
  changesOpen = 0;
  /** Deletions that were asked for and not refused: it may be gone. */
  removalsOpen = 0;
  /** When it was gone for certain. */
  removedTick: number | undefined;
  isMaybeCleared = false;
  /** It was there at the end. */
  isTakenOut = false;
  readonly #history: string[] = [];

  constructor(body: string, queue: LedgerQueue, group: string | undefined, askedTick: number, firstAskedAt: number) {
    this.body = body;
    this.queue = queue;
    this.group = group;
    this.askedTick = askedTick;
    this.firstAskedAt = firstAskedAt;
  }

  get history(): string {
    return [`${this.body} in ${this.queue.name}, group ${this.group ?? "none"}`, ...this.#history].join("\n  ");
  }

  log(line: string): void {
    this.#history.push(line);
  }

  fault(what: string): Error {
    return new Error(`${this.body} ${what}\n${this.history}`);
  }

  /** Whether no crash came since its receive. */
  isSame(crashes: number): boolean {
    return this.queue.isFifo || crashes === this.crashesBefore;
  }

  /** @param now when the answer was there, and `tick` with it */
  receivedBy(asked: ReceiveAsked, received: ReceivedMessage, now: number, tick: number): void {
    // On a standard queue a change with an older handle may come after this receive and shorten its time.
    // One made again has the same handle: a change that was asked for before its answer may have come after it, or before.
    const isLocked = (this.queue.isFifo || this.changesOpen === 0) && this.changedTick < asked.tick;
    this.lockedUntil = isLocked ? asked.now + asked.visibilityMs : Number.NEGATIVE_INFINITY;
    this.place = asked.queue;
    this.receivedAt = now;
    this.receivedTick = tick;
    this.answeredAt = now;
    this.attemptId = asked.attemptId;
    this.receiptHandle = received.receiptHandle;
    this.receiveCount = received.receiveCount;
    this.crashesBefore = asked.crashesBefore;
    this.messageId ??= received.messageId;
    // Seen, it surely is there.
    this.sentTick ??= tick;
  }
}
