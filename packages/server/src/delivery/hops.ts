/**
 * One resource tells another to do something: a step sends a message, a message goes to a dead-letter queue, a child
 * tells its parent how it ended. This is the only place that knows whether both are decided on the same node
 * (docs/decisions/0006).
 *
 *     send ──target here, nothing to read, none under way before it──▶ runs in the caller's transaction: outcome now
 *       └──otherwise──▶ row in the source's shard ──tried until answered──▶ outcome: row gone, reply handled, one commit
 *
 * A row's way: after its commit it joins a lane (`hop-lanes.ts`); a lane's hops are carried to the target's owner
 * (`hop-carrier.ts`), who decides each once (`hop-receiver.ts`), or are decided here when this node is the owner.
 *
 * Invariants: a hop takes effect when and only when the decision that sent it is durable, once; its reply is handled
 * once; between two shards hops take effect in the order they were sent.
 */
import type { Kernel, Module } from "../kernel/kernel.ts";
import { ShardNotOwned } from "../kernel/ownership.ts";
import { ServiceError } from "../kernel/service-error.ts";
import type { TableDefinition } from "../kernel/table.ts";
import type { Transaction } from "../kernel/transaction.ts";
import type { CarriedHop, HopAnswer, HopCarrier } from "./hop-carrier.ts";
import { HopLanes } from "./hop-lanes.ts";
import { HopReceiver } from "./hop-receiver.ts";
import type { PreparedHop } from "./hop-receiver.ts";
import { decidedHopsTable, hopMigrations, hopNumbersTable, hopsTable, settledHopsTable } from "./hop-tables.ts";
import { nonceBytes, open, seal, secretBytes } from "./hop-seal.ts";
import type { HopReply, HopRow } from "./hop-tables.ts";
import { decodeOutcome, encodeValue } from "./hop-values.ts";
import type { HopOutcome } from "./hop-values.ts";
import { unknownOperation } from "./operation-registry.ts";
import type { HopIdentity, OperationRegistry } from "./operation-registry.ts";
import type { Metric } from "./service.ts";

export interface HopRequest {
  /** ARN of the resource whose decision this is part of. */
  readonly source: string;
  /** ARN of the resource that decides the operation; as the operation says when absent. */
  readonly target?: string;
  readonly service: string;
  readonly operation: string;
  /** JSON, with `Uint8Array` and `Date` besides. */
  readonly input: unknown;
  readonly identity: HopIdentity;
  /** What to do with an outcome that is `pending`; it is of no interest when absent. */
  readonly reply?: HopReply;
}

/** Runs at the source, in the transaction that ends the hop. What it throws stops the process. */
export type ReplyHandler = (tx: Transaction, context: unknown, outcome: HopOutcome) => void;

/** Numbers reserved with one row written. */
const numbersReserved = 1_000;

export interface HopsOptions {
  readonly kernel: Kernel;
  readonly registry: OperationRegistry;
  /** Told of operations that failed for no reason of their input. */
  readonly onError?: (error: unknown) => void;
}

export class Hops implements Module {
  readonly tables = [
    hopsTable,
    hopNumbersTable,
    decidedHopsTable,
    settledHopsTable,
  ] as unknown as readonly TableDefinition<never>[];
  readonly migrations = hopMigrations;
  readonly #kernel: Kernel;
  readonly #registry: OperationRegistry;
  readonly #receiver: HopReceiver;
  readonly #lanes: HopLanes;
  readonly #replies = new Map<string, ReplyHandler>();
  /** The last number given, by source shard. */
  readonly #lastNumbers = new Map<number, number>();
  /** Hops that are not settled, by source and target shard; also those of decisions that are not durable yet. */
  readonly #unsettled = new Map<string, number>();
  readonly #counts = { sent: 0, local: 0, settled: 0, received: 0, failures: 0, failedAttempts: 0 };
  #carrier: HopCarrier | undefined;
  #stopped = false;

  constructor({ kernel, registry, onError = () => undefined }: HopsOptions) {
    this.#kernel = kernel;
    this.#registry = registry;
    this.#receiver = new HopReceiver(kernel, registry, (error) => {
      this.#counts.failures += 1;
      onError(error);
    });
    this.#lanes = new HopLanes({ kernel, attempt: (shard, rows) => this.#attempt(shard, rows) });
  }

  /** Says how hops reach other nodes. */
  connect(carrier: HopCarrier): void {
    this.#carrier = carrier;
  }

  /** Says what is done with the outcome of hops sent with this kind of reply. */
  onReply(kind: string, handler: ReplyHandler): void {
    if (this.#replies.has(kind)) throw new Error(`reply kind ${kind} has a handler`);
    this.#replies.set(kind, handler);
  }

  /**
   * Makes another resource do something, as part of this decision. A refusal undoes only what the operation had changed.
   * @returns the outcome, or `pending` when it comes later, to the handler of `reply`
   */
  send(tx: Transaction, request: HopRequest): HopOutcome | "pending" {
    const { source, service, operation, input, identity, reply } = request;
    const { shards, ownership } = this.#kernel;
    const invocation = this.#registry.invocation(service, operation, input, identity);
    if (invocation === undefined) return { kind: "refused", error: unknownOperation(service, operation) };
    // What anybody can refuse is refused here.
    const target = request.target ?? invocation.target ?? source;
    const targetShard = shards.of(target);
    if (ownership.owns(targetShard) && !invocation.loads) {
      if (this.#unsettled.size === 0 || !this.#unsettled.has(pairOf(shards.of(source), targetShard))) {
        this.#counts.local += 1;
        try {
          return { kind: "done", output: invocation.decide(tx, undefined) };
        } catch (error) {
          if (!(error instanceof ServiceError)) throw error;
          return { kind: "refused", error };
        }
      }
    }
    this.#enqueue(tx, {
      shard: shards.of(source),
      target,
      service,
      operation,
      input: encodeValue(input),
      identity,
      reply: reply ?? null,
    });
    return "pending";
  }

  /** Decides hops that a carrier brought from another node. @throws when the node is stopping */
  async receive(hops: readonly CarriedHop[]): Promise<readonly HopAnswer[]> {
    this.#counts.received += hops.length;
    return this.#receiver.receive(hops);
  }

  /** Goes on with the hops of these shards that are not settled. */
  start(shards: ReadonlySet<number>): void {
    for (const row of this.#kernel.resident(hopsTable).values()) {
      if (!shards.has(row.shard)) continue;
      this.#countUnsettled(row, 1);
      this.#lanes.restore(row);
    }
    // The shards are open when everything has started.
    this.#kernel.clock.soon(() => this.#lanes.wake());
  }

  /** Shards have new owners: what could not be carried before is tried again at once. */
  ownersChanged(): void {
    this.#lanes.wake();
  }

  /** These shards are another node's from now on; their rows have left the memory of this one. */
  drop(shards: ReadonlySet<number>): void {
    this.#lanes.drop(shards);
    for (const shard of shards) {
      this.#lastNumbers.delete(shard);
      for (const pair of this.#unsettled.keys()) if (pair.startsWith(`${shard} `)) this.#unsettled.delete(pair);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#lanes.stop();
  }

  metrics(): Metric[] {
    const single = (name: string, help: string, type: Metric["type"], value: number): Metric => ({
      name: `tutti_hops_${name}`,
      help,
      type,
      samples: [{ labels: {}, value }],
    });
    const { local, sent, settled, received, failures, failedAttempts } = this.#counts;
    return [
      single("local_total", "Effects on another resource that were part of their cause's commit.", "counter", local),
      single("sent_total", "Effects on another resource that were left to a later commit.", "counter", sent),
      single("settled_total", "Of these, those whose outcome has come.", "counter", settled),
      single("received_total", "Effects that other nodes asked for, repetitions included.", "counter", received),
      single(
        "failed_attempts_total",
        "Attempts that did not reach the owner of their target.",
        "counter",
        failedAttempts,
      ),
      single("failures_total", "Effects that failed by a fault of the server.", "counter", failures),
      single("pending", "Effects whose outcome has not come yet.", "gauge", this.#lanes.size),
    ];
  }

  /** @param hop with its input as it is */
  #enqueue(tx: Transaction, hop: Omit<HopRow, "number">): void {
    const { number, secret } = this.#nextNumber(tx, hop.shard);
    const input = seal(secret, this.#kernel.random.bytes(nonceBytes), hop.input);
    const row: HopRow = { ...hop, number, input };
    tx.insert(hopsTable, row);
    this.#countUnsettled(row, 1);
    tx.onUndo(() => this.#countUnsettled(row, -1));
    tx.afterCommit(() => {
      this.#counts.sent += 1;
      this.#lanes.add(row);
    });
  }

  /** Greater than every number the shard has given, also before a restart or on another node; and the shard's secret. */
  #nextNumber(tx: Transaction, shard: number): { readonly number: number; readonly secret: string } {
    const known = tx.get(hopNumbersTable, shard);
    const reservedTo = known?.reservedTo ?? 0;
    const secret = known?.secret ?? Buffer.from(this.#kernel.random.bytes(secretBytes)).toString("base64");
    const number = (this.#lastNumbers.get(shard) ?? reservedTo) + 1;
    this.#lastNumbers.set(shard, number);
    if (number > reservedTo || known?.secret !== secret)
      tx.put(hopNumbersTable, { shard, reservedTo: Math.max(reservedTo, number + numbersReserved), secret });
    return { number, secret };
  }

  #inputOf({ shard, input }: HopRow): string {
    const numbers = this.#kernel.resident(hopNumbersTable);
    return open(numbers.get(numbers.keyString([shard]))?.secret ?? "", input);
  }

  #countUnsettled({ shard, target }: HopRow, step: number): void {
    const pair = pairOf(shard, this.#kernel.shards.of(target));
    const count = (this.#unsettled.get(pair) ?? 0) + step;
    if (count > 0) this.#unsettled.set(pair, count);
    else this.#unsettled.delete(pair);
  }

  async #attempt(targetShard: number, rows: readonly HopRow[]): Promise<readonly HopRow[]> {
    try {
      const isHere = this.#kernel.ownership.owns(targetShard);
      const settled = isHere ? await this.#decideHere(targetShard, rows) : await this.#carry(targetShard, rows);
      await this.#kernel.pipeline.flush();
      return settled;
    } catch {
      // The owner was not reached, or the store was not: the lane tries again. A fault of an operation is an outcome.
      this.#counts.failedAttempts += 1;
      return [];
    }
  }

  async #decideHere(targetShard: number, rows: readonly HopRow[]): Promise<HopRow[]> {
    const { ownership } = this.#kernel;
    const prepared = await this.#receiver.prepare(
      rows.map((row) => ({ ...row, sourceShard: row.shard, input: this.#inputOf(row) })),
    );
    const settled: HopRow[] = [];
    for (const [index, hop] of prepared.entries()) {
      const row = rows[index];
      const isOurs = !this.#stopped && settled.length === index && ownership.owns(targetShard);
      if (row !== undefined && isOurs && this.#settle(row, (tx) => this.#decideAtHome(tx, hop))) settled.push(row);
      this.#receiver.dispose(hop);
    }
    return settled;
  }

  /** Another node may have carried the hop here before this one took over its source: what is under way comes too late now. */
  #decideAtHome(tx: Transaction, prepared: PreparedHop): HopOutcome | undefined {
    const outcome = this.#receiver.decide(tx, prepared);
    const { target, sourceShard, number } = prepared.hop;
    if (outcome !== undefined && this.#carrier !== undefined)
      this.#receiver.settle(tx, this.#kernel.shards.of(target), sourceShard, number + 1);
    return outcome;
  }

  async #carry(targetShard: number, rows: readonly HopRow[]): Promise<HopRow[]> {
    if (this.#carrier === undefined) throw new Error(`shard ${targetShard} is not owned and there is no carrier`);
    const hops = rows.map((row) => {
      const { shard: sourceShard, number, target, service, operation, identity } = row;
      const settledBelow = this.#lanes.first(sourceShard, targetShard) ?? number;
      return { sourceShard, number, settledBelow, target, service, operation, input: this.#inputOf(row), identity };
    });
    const answers = await this.#carrier.carry(targetShard, hops);
    return rows.filter((row, index) => {
      const answer = answers[index];
      return answer?.kind === "outcome" && this.#settle(row, () => decodeOutcome(answer.outcome));
    });
  }

  /** Ends a hop and handles its reply. False when that is not for this node to do, or the outcome is not known. */
  #settle(row: HopRow, outcomeOf: (tx: Transaction) => HopOutcome | undefined): boolean {
    const { pipeline, ownership } = this.#kernel;
    if (this.#stopped || pipeline.failed || !ownership.owns(row.shard)) return false;
    try {
      return this.#kernel.transact((tx) => this.#end(tx, row, outcomeOf));
    } catch (error) {
      // A reply that cannot be handled would come again and again.
      if (!(error instanceof ShardNotOwned)) pipeline.fail(error);
      return false;
    }
  }

  #end(tx: Transaction, row: HopRow, outcomeOf: (tx: Transaction) => HopOutcome | undefined): boolean {
    if (tx.get(hopsTable, row.shard, row.number) === undefined) return false;
    const outcome = outcomeOf(tx);
    if (outcome === undefined) return false;
    tx.delete(hopsTable, row.shard, row.number);
    this.#countUnsettled(row, -1);
    tx.onUndo(() => this.#countUnsettled(row, 1));
    tx.afterCommit(() => (this.#counts.settled += 1));
    this.#handleReply(tx, row.reply, outcome);
    return true;
  }

  #handleReply(tx: Transaction, reply: HopReply | null, outcome: HopOutcome): void {
    if (reply === null) return;
    const handler = this.#replies.get(reply.kind);
    if (handler === undefined) throw new Error(`no handler for replies of kind ${reply.kind}`);
    handler(tx, reply.context, outcome);
  }
}

function pairOf(sourceShard: number, targetShard: number): string {
  return `${sourceShard} ${targetShard}`;
}
