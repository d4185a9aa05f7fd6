/**
 * When which hops are tried. The hops to one shard are a lane; a lane has one attempt under way at a time, and an attempt
 * takes hops from the front of the lane, so that hops between two shards arrive in the order they were sent. Within a
 * lane the source shards take turns. A lane whose attempt failed waits, longer each time, up to `waitMsMax`.
 *
 * A lane knows only hops that are durable, and forgets one when its settlement is.
 */
import type { Alarm } from "../kernel/clock.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { hopsTable } from "./hop-tables.ts";
import type { HopRow } from "./hop-tables.ts";

/** Of one attempt. The first hop is taken whatever its length. */
const hopsMax = 100;
const inputCharactersMax = 1_048_576;
/** Attempts under way at once. */
const attemptsConcurrentMax = 64;
const waitMsFirst = 50;
const waitMsMax = 5_000;

interface Lane {
  readonly targetShard: number;
  /** Numbers in the order they were sent, by source shard; the source whose turn is next stands first. */
  readonly sources: Map<number, Set<number>>;
  isRunning: boolean;
  failures: number;
  alarm: Alarm | undefined;
}

export interface HopLanesOptions {
  readonly kernel: Kernel;
  /** Tries hops to one shard; gives those that are settled, durably. Never throws. */
  readonly attempt: (targetShard: number, rows: readonly HopRow[]) => Promise<readonly HopRow[]>;
}

export class HopLanes {
  readonly #options: HopLanesOptions;
  readonly #lanes = new Map<number, Lane>();
  /** Lanes that wait for one of the attempts under way to end. */
  readonly #waiting = new Set<Lane>();
  #runningCount = 0;
  #stopped = false;

  constructor(options: HopLanesOptions) {
    this.#options = options;
  }

  /** Hops that are not settled. */
  get size(): number {
    let size = 0;
    for (const { sources } of this.#lanes.values()) for (const numbers of sources.values()) size += numbers.size;
    return size;
  }

  /** A hop is durable: it is tried as soon as its lane is free. */
  add(row: HopRow): void {
    this.#run(this.restore(row));
  }

  /** A hop from before this node had its shard; `wake` begins with it. */
  restore({ shard, number, target }: HopRow): Lane {
    const targetShard = this.#options.kernel.shards.of(target);
    let lane = this.#lanes.get(targetShard);
    if (lane === undefined) {
      lane = { targetShard, sources: new Map(), isRunning: false, failures: 0, alarm: undefined };
      this.#lanes.set(targetShard, lane);
    }
    const numbers = lane.sources.get(shard) ?? new Set();
    lane.sources.set(shard, numbers.add(number));
    return lane;
  }

  /** The first hop between two shards that is not settled; what was sent before it is. */
  first(sourceShard: number, targetShard: number): number | undefined {
    const [first] = this.#lanes.get(targetShard)?.sources.get(sourceShard) ?? [];
    return first;
  }

  /** Shards have new owners: nobody waits for an earlier failure to be forgotten. */
  wake(): void {
    for (const lane of this.#lanes.values()) {
      lane.alarm?.cancel();
      lane.alarm = undefined;
      lane.failures = 0;
      this.#run(lane);
    }
  }

  /** Another node sends the hops of these shards from now on. */
  drop(sourceShards: ReadonlySet<number>): void {
    for (const lane of this.#lanes.values()) {
      for (const shard of sourceShards) lane.sources.delete(shard);
      if (lane.sources.size > 0 || lane.isRunning) continue;
      lane.alarm?.cancel();
      this.#waiting.delete(lane);
      this.#lanes.delete(lane.targetShard);
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const { alarm } of this.#lanes.values()) alarm?.cancel();
  }

  #run(lane: Lane): void {
    if (this.#stopped || lane.isRunning || lane.alarm !== undefined) return;
    if (this.#runningCount >= attemptsConcurrentMax) this.#waiting.add(lane);
    else void this.#work(lane);
  }

  async #work(lane: Lane): Promise<void> {
    lane.isRunning = true;
    this.#runningCount += 1;
    const rows = this.#next(lane);
    const settled = rows.length === 0 ? rows : await this.#options.attempt(lane.targetShard, rows);
    lane.isRunning = false;
    this.#runningCount -= 1;
    for (const { shard, number } of settled) lane.sources.get(shard)?.delete(number);
    for (const [shard, numbers] of lane.sources) if (numbers.size === 0) lane.sources.delete(shard);
    if (lane.sources.size === 0) this.#lanes.delete(lane.targetShard);
    else if (rows.length === 0 || settled.length < rows.length) this.#wait(lane);
    else {
      lane.failures = 0;
      this.#run(lane);
    }
    for (const waiting of this.#waiting) {
      this.#waiting.delete(waiting);
      this.#run(waiting);
      break;
    }
  }

  #wait(lane: Lane): void {
    const { clock, random } = this.#options.kernel;
    const longest = Math.min(waitMsMax, waitMsFirst * 2 ** lane.failures);
    lane.failures += 1;
    if (this.#stopped) return;
    lane.alarm = clock.at(clock.now() + Math.ceil(longest * (0.5 + random.random() / 2)), () => {
      lane.alarm = undefined;
      this.#run(lane);
    });
  }

  /** What the next attempt takes. Hops of a shard this node may not decide for at the moment stay where they are. */
  #next(lane: Lane): HopRow[] {
    const { kernel } = this.#options;
    const table = kernel.resident(hopsTable);
    const rows: HopRow[] = [];
    let characters = 0;
    // Sources change places below.
    const sources = [...lane.sources];
    for (const [shard, numbers] of sources) {
      if (!kernel.ownership.owns(shard)) continue;
      // Whoever has had a turn goes to the end.
      lane.sources.delete(shard);
      lane.sources.set(shard, numbers);
      for (const number of numbers) {
        const row = table.get(table.keyString([shard, number]));
        if (row === undefined) continue;
        characters += row.input.length;
        if (rows.length > 0 && (rows.length >= hopsMax || characters > inputCharactersMax)) return rows;
        rows.push(row);
      }
    }
    return rows;
  }
}
