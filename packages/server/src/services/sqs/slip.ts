/**
 * What one decision has made of messages that have been received, at most ten of them, is one row of the store: a slip. A
 * message's latest slip is the one that counts: whatever makes a new one of it, or ends the message, crosses it off the one
 * before. A message that is gone is noted on its slip, which is small, until its parcel is gone or says so itself. Then,
 * when it counts for no message any more, the slip goes.
 */
import type { Delivery, QueueMessage } from "./queue-message.ts";
import type { SlipRow } from "./tables.ts";

/** As many as a receive gives; a bit for each has to fit into an integer. */
export const slipMessagesMax = 10;

/** Of one slip there is one object, for as long as one of its messages is not crossed off. */
export class Slip {
  readonly number: number;
  size: number;
  /** A bit for each message it does not count for any more. */
  crossedOff: number;
  /** A bit for each among them that is gone and of which nothing else tells that. */
  gone: number;

  constructor(number: number, size: number, crossedOff: number, gone: number) {
    this.number = number;
    this.size = size;
    this.crossedOff = crossedOff;
    this.gone = gone;
  }

  /** Whether nobody needs it any more. */
  get isDone(): boolean {
    return this.crossedOff === (1 << this.size) - 1 && this.gone === 0;
  }

  isCrossedOff(place: number): boolean {
    return (this.crossedOff & (1 << place)) !== 0;
  }

  isGone(place: number): boolean {
    return (this.gone & (1 << place)) !== 0;
  }

  crossOff(place: number, isGone: boolean): void {
    this.crossedOff |= 1 << place;
    if (isGone) this.gone |= 1 << place;
  }

  putBack(place: number): void {
    this.crossedOff &= ~(1 << place);
    this.settle(place);
  }

  /** That the message is gone is known without this slip. `unsettle` is the reverse. */
  settle(place: number): void {
    this.gone &= ~(1 << place);
  }

  unsettle(place: number): void {
    this.gone |= 1 << place;
  }
}

/** Where it stands that a message is gone. */
export interface GoneNote {
  readonly slip: Slip;
  readonly place: number;
}

/** A message as it is noted, with as much of it as is held in memory without its content. */
export interface Noted {
  readonly place: number;
  readonly parcel: { readonly last: number; readonly size: number };
  readonly groupId: string | null;
  readonly sentAt: number;
  readonly delivery: Delivery;
}

type Packed = readonly [
  sequence: number,
  parcelLast: number,
  parcelSize: number,
  messageId: string,
  groupId: string | null,
  sentAt: number,
  receiveCount: number,
  firstReceivedAt: number,
  lastReceivedAt: number,
  visibleAt: number,
  attemptId?: string | null,
  attemptSize?: number | null,
];

/** The content of a slip with these messages. */
export function packSlip(noted: readonly { readonly message: QueueMessage; readonly delivery: Delivery }[]): string {
  return JSON.stringify(noted.map(({ message, delivery }) => packed(message, delivery)));
}

function packed({ parcel: { last, size }, groupId, sentAt }: QueueMessage, delivery: Delivery): Packed {
  const { sequence, messageId, receiveCount, firstReceivedAt, lastReceivedAt, visibleAt, attemptId } = delivery;
  const times = [receiveCount, firstReceivedAt, lastReceivedAt, visibleAt] as const;
  if (attemptId === null) return [sequence, last, size, messageId, groupId, sentAt, ...times];
  return [sequence, last, size, messageId, groupId, sentAt, ...times, attemptId, delivery.attemptSize];
}

/** The messages of a slip, those it does not count for any more among them. */
export function unpackSlip({ queueId, size, messages }: SlipRow): Noted[] {
  const all = JSON.parse(messages) as readonly Packed[];
  if (all.length !== size) throw new Error(`a slip of ${size} messages holds ${all.length}`);
  return all.map((one, place) => unpacked(one, place, queueId));
}

function unpacked(one: Packed, place: number, queueId: number): Noted {
  const [sequence, last, size, messageId, groupId, sentAt, receiveCount, firstReceivedAt, lastReceivedAt, visibleAt] =
    one;
  const [, , , , , , , , , , attemptId = null, attemptSize = null] = one;
  const times = { receiveCount, firstReceivedAt, lastReceivedAt, visibleAt };
  const delivery = { queueId, sequence, messageId, ...times, attemptId, attemptSize };
  return { place, parcel: { last, size }, groupId, sentAt, delivery };
}
