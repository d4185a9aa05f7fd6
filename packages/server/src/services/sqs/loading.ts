/**
 * What is in memory of a queue besides its row, as the store has it: what has been received, how much there is besides, and what a
 * FIFO queue has accepted lately. Messages that nobody has received are read when they are wanted.
 */
import type { StoreReader } from "../../kernel/kernel.ts";
import type { TableDefinition } from "../../kernel/table.ts";
import type { Parcel } from "./parcel.ts";
import { settingsOf } from "./queue-settings.ts";
import type { QueueState } from "./queue-state.ts";
import { unpackSlip } from "./slip.ts";
import type { Noted } from "./slip.ts";
import { acceptedTable, parcelsTable, slipsTable } from "./tables.ts";
import type { QueueRow } from "./tables.ts";

/** Rows read from the store at a time. */
const loadPageRows = 10_000;

/** Brings the new state of a queue to what the store knows; `stored.settleUnheld` follows once something can be written. */
export async function loadQueue(reader: StoreReader, queue: QueueRow, state: QueueState, now: number): Promise<void> {
  const { messages, deduplication } = state;
  const inMemoryOrGone = await loadSlips(reader, queue, state, now);
  const stored = await reader.sum(parcelsTable, [queue.id], "remaining");
  messages.backlog.reset(0, stored - inMemoryOrGone);
  if (!settingsOf(queue).isFifo) return;
  for await (const row of readAll(reader, acceptedTable, queue.id, ({ sequence }) => sequence))
    deduplication.restore(row);
}

/** @returns how many messages are in memory, or gone without their parcels telling it */
async function loadSlips(
  reader: StoreReader,
  queue: QueueRow,
  { messages, attempts }: QueueState,
  now: number,
): Promise<number> {
  const { slips, stored } = messages;
  const parcels = new LoadedParcels(reader, queue, messages);
  let count = 0;
  for await (const row of readAll(reader, slipsTable, queue.id, ({ number }) => number)) {
    const slip = slips.restore(row);
    for (const noted of unpackSlip(row)) {
      const { place, delivery } = noted;
      const isGone = slip.isGone(place);
      if (!isGone && slip.isCrossedOff(place)) continue;
      const parcel = await parcels.of(noted);
      if (!isGone) {
        messages.restore(noted, slip, parcel ?? stored.parcelOf({ ...noted.parcel, removed: 0 }), now);
        attempts.restore(delivery, now);
        count += 1;
      } else if (parcel === undefined) slip.settle(place);
      else if (stored.restoreNote(parcel, delivery.sequence, { slip, place })) count += 1;
    }
  }
  return count;
}

/** The parcels of messages on slips. Each is read once. */
class LoadedParcels {
  readonly #reader: StoreReader;
  readonly #queueId: number;
  readonly #stored: QueueState["messages"]["stored"];
  /** Sequences of the last messages of parcels that are not there any more. */
  readonly #gone = new Set<number>();

  constructor(reader: StoreReader, queue: QueueRow, { stored }: QueueState["messages"]) {
    this.#reader = reader;
    this.#queueId = queue.id;
    this.#stored = stored;
  }

  /** Undefined when it is gone, with all its messages. */
  async of({ parcel: { last, size } }: Noted): Promise<Parcel | undefined> {
    if (this.#gone.has(last)) return undefined;
    // What was alone in its parcel is not gone, or its slip would be.
    const isAsItWas = size === 1 || this.#stored.isKnown({ last, size });
    if (isAsItWas) return this.#stored.parcelOf({ last, size, removed: 0 });
    const after = [last - 1];
    const [row] = await this.#reader.range({ table: parcelsTable, equals: [this.#queueId], after, limit: 1 });
    if (row?.last === last) return this.#stored.parcelOf(row);
    this.#gone.add(last);
    return undefined;
  }
}

async function* readAll<Row>(
  reader: StoreReader,
  table: TableDefinition<Row>,
  queueId: number,
  keyOf: (row: Row) => number,
): AsyncGenerator<Row, void, undefined> {
  let after: number[] = [];
  for (;;) {
    const page = await reader.range({ table, equals: [queueId], after, limit: loadPageRows });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < loadPageRows) return;
    after = [keyOf(last)];
  }
}
