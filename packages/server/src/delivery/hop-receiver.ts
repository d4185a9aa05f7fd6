/**
 * The target's side of a hop. An operation runs in a transaction that also writes down its outcome under the hop's id, so
 * that a repetition gets the same outcome and changes nothing. Each hop says up to where its source has settled; what
 * lies before that is forgotten, and the place remembered instead, for repetitions that come very late.
 */
import type { Kernel } from "../kernel/kernel.ts";
import { disposeLoaded } from "../kernel/operation.ts";
import { ShardNotOwned } from "../kernel/ownership.ts";
import { ServiceError } from "../kernel/service-error.ts";
import type { Transaction } from "../kernel/transaction.ts";
import type { CarriedHop, HopAnswer } from "./hop-carrier.ts";
import { decidedHopsTable, settledHopsTable } from "./hop-tables.ts";
import { decodeOutcome, decodeValue, encodeOutcome } from "./hop-values.ts";
import type { HopOutcome } from "./hop-values.ts";
import type { Invocation, OperationRegistry } from "./operation-registry.ts";

/** What of a hop matters to its target. */
export type IncomingHop = Omit<CarriedHop, "settledBelow">;

/** What an operation read before it decides, or its refusal to read. Undefined when it reads nothing. */
type Loaded = { readonly value: unknown } | { readonly refusal: ServiceError } | undefined;

/** A hop that is ready to be decided. */
export interface PreparedHop {
  readonly hop: IncomingHop;
  readonly invocation: Invocation | undefined;
  readonly loaded: Loaded;
}

const retry: HopAnswer = { kind: "retry" };

export class HopReceiver {
  readonly #kernel: Kernel;
  readonly #registry: OperationRegistry;
  readonly #onError: (error: unknown) => void;

  constructor(kernel: Kernel, registry: OperationRegistry, onError: (error: unknown) => void) {
    this.#kernel = kernel;
    this.#registry = registry;
    this.#onError = onError;
  }

  /** Decides hops from other nodes, each once, in their order; the answers may leave when this resolves. */
  async receive(hops: readonly CarriedHop[]): Promise<readonly HopAnswer[]> {
    const prepared = await this.prepare(hops);
    /** Sources one of whose hops has to come again: what they sent behind it must not overtake it. */
    const held = new Set<number>();
    const answers = hops.map((hop, index): HopAnswer => {
      const answer = held.has(hop.sourceShard) ? retry : this.#answer(hop, prepared[index]);
      if (answer.kind === "retry") held.add(hop.sourceShard);
      return answer;
    });
    for (const hop of prepared) this.dispose(hop);
    await this.#kernel.pipeline.flush();
    return answers;
  }

  /** Reads what the hops' operations need, unless they are decided already. Each has to be disposed of. */
  async prepare(hops: readonly IncomingHop[]): Promise<readonly PreparedHop[]> {
    const results = await Promise.allSettled(hops.map((hop) => this.#prepare(hop)));
    const prepared: PreparedHop[] = [];
    for (const result of results) if (result.status === "fulfilled") prepared.push(result.value);
    const failed = results.find((result) => result.status === "rejected");
    if (failed === undefined) return prepared;
    for (const hop of prepared) this.dispose(hop);
    throw failed.reason;
  }

  async #prepare(hop: IncomingHop): Promise<PreparedHop> {
    const { service, operation, input, identity } = hop;
    const invocation = this.#registry.invocation(service, operation, decodeValue(input), identity);
    if (invocation?.loads !== true || this.#isDecided(hop)) return { hop, invocation, loaded: undefined };
    try {
      return { hop, invocation, loaded: { value: await invocation.load(this.#kernel.reader) } };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return { hop, invocation, loaded: { refusal: error } };
    }
  }

  /**
   * The outcome of a hop: of its decision, made now in this transaction, or of the one that was made before. Undefined
   * when it cannot be decided here.
   */
  decide(tx: Transaction, { hop, invocation, loaded }: PreparedHop): HopOutcome | undefined {
    const known = tx.get(decidedHopsTable, this.#kernel.shards.of(hop.target), hop.sourceShard, hop.number);
    if (known !== undefined) return decodeOutcome(known.outcome);
    if (invocation === undefined || (invocation.loads && loaded === undefined)) return undefined;
    if (loaded !== undefined && "refusal" in loaded) return { kind: "refused", error: loaded.refusal };
    try {
      return { kind: "done", output: invocation.decide(tx, loaded?.value) };
    } catch (error) {
      if (error instanceof ShardNotOwned) throw error;
      return { kind: "refused", error: error instanceof ServiceError ? error : this.#failure(error) };
    }
  }

  /** Lets go of what was read for a hop. */
  dispose({ loaded }: PreparedHop): void {
    if (loaded !== undefined && "value" in loaded) disposeLoaded(loaded.value);
  }

  /** Forgets outcomes of hops between two shards that are settled at the source. Gives the number below which all are. */
  settle(tx: Transaction, shard: number, sourceShard: number, settledBelow: number): number {
    const known = tx.get(settledHopsTable, shard, sourceShard)?.below ?? 0;
    if (settledBelow <= known) return known;
    const forgotten: number[] = [];
    for (const { number } of tx.scan(decidedHopsTable, "by_source", [shard, sourceShard])) {
      if (number >= settledBelow) break;
      forgotten.push(number);
    }
    for (const number of forgotten) tx.delete(decidedHopsTable, shard, sourceShard, number);
    tx.put(settledHopsTable, { shard, sourceShard, below: settledBelow });
    return settledBelow;
  }

  #answer(hop: CarriedHop, prepared: PreparedHop | undefined): HopAnswer {
    const shard = this.#kernel.shards.of(hop.target);
    if (prepared === undefined || !this.#kernel.ownership.owns(shard)) return retry;
    try {
      return this.#kernel.transact((tx) => this.#decideOnce(tx, shard, hop, prepared));
    } catch (error) {
      if (error instanceof ShardNotOwned) return retry;
      throw error;
    }
  }

  #decideOnce(tx: Transaction, shard: number, hop: CarriedHop, prepared: PreparedHop): HopAnswer {
    const { sourceShard, number } = hop;
    if (number < this.settle(tx, shard, sourceShard, hop.settledBelow)) return { kind: "settled" };
    const isRepeated = tx.get(decidedHopsTable, shard, sourceShard, number) !== undefined;
    const outcome = this.decide(tx, prepared);
    if (outcome === undefined) return retry;
    const text = encodeOutcome(outcome);
    if (!isRepeated) tx.insert(decidedHopsTable, { shard, sourceShard, number, outcome: text });
    return { kind: "outcome", outcome: text };
  }

  #isDecided({ target, sourceShard, number }: IncomingHop): boolean {
    const table = this.#kernel.resident(decidedHopsTable);
    return table.get(table.keyString([this.#kernel.shards.of(target), sourceShard, number])) !== undefined;
  }

  /** A mistake of ours is an answer too: repeating the hop would repeat the mistake, and hold up what comes behind it. */
  #failure(error: unknown): ServiceError {
    this.#onError(error);
    return new ServiceError("InternalFailure", "The request processing has failed because of an unknown error.", {
      status: 500,
      senderFault: false,
    });
  }
}
