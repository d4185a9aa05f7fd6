/**
 * One seeded run over queues of every kind: standard with delays, fair, FIFO with and without dead-letter queues, and some that are
 * purged and deleted. Clients send, send again, receive with any visibility timeout, delete, change, move dead letters back,
 * while the process dies at commits. The ledger says at every answer whether it can be; at the end everything is taken out.
 */
import { SeededRandom } from "../../packages/server/src/kernel/random.ts";
import { ServiceError } from "../../packages/server/src/kernel/service-error.ts";
import { QueueLedger } from "../support/queue-ledger.ts";
import type { LedgerQueue, ReceivedMessage } from "../support/queue-ledger.ts";
import { QueueClient } from "./queue-client.ts";
import { arnOf, queues, setUp, takeOut } from "./queue-setting.ts";
import { SimulatedServer } from "./simulated-server.ts";
import type { ServerMaker, Simulated } from "./simulated-server.ts";

const clientsMax = 6;
const crashShare = 0.02;
/** Batches of a flood: more messages than a queue holds in memory, so that the rest is read from the store page by page. */
const floodBatches = 230;
/** One command in so many is a flood. */
const commandsPerFlood = 500;
/** How much later the receive of a standard queue is written; see `saveReceives`. */
const forgottenMs = 50;

export interface QueueReport {
  readonly crashes: number;
  readonly messages: number;
  readonly received: number;
  readonly duplicates: number;
  readonly moves: number;
  readonly refusals: number;
}

export class QueueSimulation {
  readonly server: Simulated;
  readonly ledger: QueueLedger;
  readonly #random: SeededRandom;
  readonly #client: QueueClient;
  readonly #handles: { readonly queue: LedgerQueue; readonly received: ReceivedMessage }[] = [];
  readonly #attempts: { readonly queue: LedgerQueue; readonly id: string }[] = [];
  #count = 0;
  #moves = 0;
  #refusals = 0;

  /** @param makeServer what is simulated; one process when absent */
  constructor(seed: number, makeServer: ServerMaker = (random, share) => new SimulatedServer(random, share)) {
    this.#random = new SeededRandom(seed);
    this.server = makeServer(this.#random, crashShare);
    this.ledger = new QueueLedger({
      forgottenMs: forgottenMs + (this.server.commitMsMax ?? 0),
      waitMsMax: this.server.waitMsMax ?? 0,
      now: () => this.server.now,
    });
    this.server.onCrash = (now) => this.ledger.crashed(now);
    this.#client = new QueueClient(this.server, this.ledger);
  }

  async run(steps: number): Promise<QueueReport> {
    await setUp(this.server);
    for (let step = 0; step < steps; step += 1) {
      const clients = 1 + this.#random.below(clientsMax);
      await Promise.all(Array.from({ length: clients }, () => this.#command()));
      if (this.#random.below(3) === 0) await this.server.advance(this.#pick([0.01, 0.05, 1, 5, 20, 40]));
    }
    this.server.crashShare = 0;
    await this.server.endProcess();
    await takeOut(this.server, this.#client, this.ledger);
    this.ledger.checkAllTaken();
    return {
      crashes: this.server.crashCount,
      messages: this.ledger.messages.size,
      received: this.ledger.received,
      duplicates: this.#client.duplicates,
      moves: this.#moves,
      refusals: this.#refusals,
    };
  }

  async #command(): Promise<void> {
    try {
      if (this.#random.below(commandsPerFlood) === 0) return await this.#flood();
      const dice = this.#random.below(100);
      if (dice < 25) await this.#send();
      else if (dice < 35) await this.#sendBatch();
      else if (dice < 42) await this.#sendAgain();
      else if (dice < 80) await this.#receive();
      else if (dice < 85) await this.#useOldHandle();
      else if (dice < 90) await this.#repeatAttempt();
      else if (dice < 96) await this.#move();
      else await this.#clear();
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      this.#refusals += 1;
    }
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#random.below(items.length)] as Item;
  }

  /** A message for a queue: groups of FIFO queues are few, one tenant of a fair queue is loud. */
  #newMessage(queue: LedgerQueue): { body: string; group?: string; delaySeconds?: number } {
    this.#count += 1;
    const body = `${queue.name}-${this.#count}`;
    if (queue.isFifo) return { body, group: this.#pick(["a", "b", "c"]) };
    if (queue === queues.fair) return { body, group: this.#pick(["loud", "loud", "loud", "loud", "quiet", "calm"]) };
    return { body, delaySeconds: this.#pick([0, 0, 5, 30]) };
  }

  async #send(): Promise<void> {
    const queue = this.#pick(Object.values(queues));
    await this.#client.send(queue, [this.#newMessage(queue)]);
  }

  async #sendBatch(): Promise<void> {
    const queue = this.#pick(Object.values(queues));
    const messages = Array.from({ length: 1 + this.#random.below(10) }, () => this.#newMessage(queue));
    // A batch may hold a message twice: a FIFO queue takes it once.
    const [first] = messages;
    if (queue.isFifo && first !== undefined && messages.length < 10 && this.#random.below(3) === 0)
      messages.push(first);
    await this.#client.send(queue, messages);
  }

  async #flood(): Promise<void> {
    const queue = this.#pick([queues.plain, queues.fair, queues.strict]);
    for (let sent = 0; sent < floodBatches; sent += 1)
      await this.#client.send(
        queue,
        Array.from({ length: 10 }, () => this.#newMessage(queue)),
      );
  }

  /** A client that was not told, or does not remember, sends the same message again. */
  async #sendAgain(): Promise<void> {
    const known = [...this.ledger.messages.values()]
      .slice(-100)
      .filter((message) => message.queue.isFifo && this.ledger.isWithinWindow(message, this.server.now));
    if (known.length === 0) return;
    const { queue, body, group } = this.#pick(known);
    await this.#client.send(queue, [{ body, ...(group !== undefined && { group }) }]);
  }

  async #receive(): Promise<void> {
    const queue = this.#pick(Object.values(queues));
    const attemptId = queue.isFifo && this.#random.below(4) === 0 ? `attempt-${(this.#count += 1)}` : undefined;
    if (attemptId !== undefined) this.#attempts.push({ queue, id: attemptId });
    const visibilitySeconds = this.#pick([0, 5, 30, 30, 60]);
    const max = this.#pick([1, 1, 3, 10]);
    const received = await this.#client.receive(queue, { max, visibilitySeconds, attemptId });
    const works = this.#random.below(4);
    if (works === 0) await this.#client.remove(queue, received);
    else
      for (const message of received) {
        const dice = this.#random.below(10);
        if (dice < 4) await this.#client.remove(queue, [message]);
        else if (dice < 6) await this.#client.change(queue, message, this.#pick([0, 5, 60]));
        else this.#handles.push({ queue, received: message });
      }
  }

  /** A consumer that comes late with its handle. */
  async #useOldHandle(): Promise<void> {
    if (this.#handles.length === 0) return;
    const [old] = this.#handles.splice(this.#random.below(this.#handles.length), 1);
    if (old === undefined) return;
    await (this.#random.below(2) === 0
      ? this.#client.remove(old.queue, [old.received])
      : this.#client.change(old.queue, old.received, this.#pick([0, 60])));
  }

  async #repeatAttempt(): Promise<void> {
    const attempt = this.#attempts[Math.max(0, this.#attempts.length - 1 - this.#random.below(3))];
    if (attempt === undefined) return;
    await this.#client.receive(attempt.queue, { max: 3, visibilitySeconds: 30, attemptId: attempt.id });
  }

  async #move(): Promise<void> {
    const source = this.#pick([queues.dead, queues.deadFifo]);
    const rate = this.#pick([undefined, 1, 50]);
    const input = { SourceArn: arnOf(source), ...(rate !== undefined && { MaxNumberOfMessagesPerSecond: rate }) };
    const answer = await this.server.ask("sqs", "StartMessageMoveTask", input);
    this.#moves += 1;
    if (!answer.known || this.#random.below(4) > 0) return;
    const { TaskHandle } = answer.output as { TaskHandle: string };
    await this.server.ask("sqs", "CancelMessageMoveTask", { TaskHandle });
  }

  async #clear(): Promise<void> {
    const queue = this.#pick([queues.short, queues.shortFifo]);
    await this.#client.clear(queue, this.#random.below(3) === 0 ? "DeleteQueue" : "PurgeQueue");
  }
}
