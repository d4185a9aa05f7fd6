/**
 * Requests at a fixed rate, whatever the answers take (an open loop): they arrive at random moments, as those of many independent
 * clients do, and an answer that is late counts from the moment its request was due. A server that does not keep up does not slow
 * its clients down, so it is found out.
 */
import { SeededRandom } from "../packages/server/src/kernel/random.ts";
import { delay, open } from "./clients.ts";
import type { Conversation } from "./clients.ts";

export interface Arrival {
  readonly port: number;
  readonly request: Buffer;
}

export interface FixedRateOptions {
  /** Where the requests go to, in turn. */
  readonly arrivals: readonly Arrival[];
  readonly perSecond: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly seed: number;
  /** Called when the measurement begins and when it ends. */
  readonly observe: () => void;
}

export interface FixedRateResult {
  /** Of the measurement: how many were answered in a second, and how long each took from the moment it was due. */
  readonly rate: number;
  readonly latenciesMs: readonly number[];
}

/** Connections to one port; further requests wait. */
const connectionsMax = 64;

/** @throws when a server answers anything but 200 */
export async function runAtRate(options: FixedRateOptions): Promise<FixedRateResult> {
  const { arrivals, perSecond, seconds, warmUpSeconds, observe } = options;
  const pools = new Map(arrivals.map(({ port }) => [port, new Pool(port)]));
  const random = new SeededRandom(options.seed);
  const begun = performance.now();
  const [from, until] = [begun + warmUpSeconds * 1000, begun + (warmUpSeconds + seconds) * 1000];
  const latenciesMs: number[] = [];
  const underWay: Promise<void>[] = [];
  const observed = [warmUpSeconds, warmUpSeconds + seconds].map((second) => delay(second * 1000).then(observe));
  const answer = async ({ port, request }: Arrival, due: number): Promise<void> => {
    await pools.get(port)?.send(request);
    const now = performance.now();
    if (now >= from && now < until) latenciesMs.push(now - due);
  };
  let count = 0;
  for (let due = begun; due < until; due += (-Math.log(1 - random.random()) * 1000) / perSecond) {
    const wait = due - performance.now();
    if (wait > 0) await delay(wait);
    const arrival = arrivals[count % arrivals.length];
    count += 1;
    if (arrival !== undefined) underWay.push(answer(arrival, due));
  }
  await Promise.all([...underWay, ...observed]);
  for (const pool of pools.values()) pool.close();
  return { rate: latenciesMs.length / seconds, latenciesMs };
}

/** Connections to one server, each with one request at a time. */
class Pool {
  readonly #port: number;
  readonly #idle: Conversation[] = [];
  readonly #closes: (() => void)[] = [];
  readonly #waiting: ((conversation: Conversation) => void)[] = [];

  constructor(port: number) {
    this.#port = port;
  }

  async send(request: Buffer): Promise<void> {
    const conversation = this.#idle.pop() ?? (await this.#another());
    await conversation.send(request);
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(conversation);
    else next(conversation);
  }

  close(): void {
    for (const close of this.#closes) close();
  }

  async #another(): Promise<Conversation> {
    if (this.#closes.length >= connectionsMax) return new Promise((resolve) => void this.#waiting.push(resolve));
    // Counted at once, for others may be opened meanwhile.
    const place = this.#closes.push(() => undefined) - 1;
    const { conversation, close } = await open(this.#port);
    this.#closes[place] = close;
    return conversation;
  }
}
