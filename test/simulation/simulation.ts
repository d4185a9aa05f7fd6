/**
 * One seeded run: random commands from several clients at once, a process that may die at any commit, and a plain model of
 * what was acknowledged. `checks.ts` holds what must be so, whatever happened.
 *
 * The same seed gives the same run.
 */
import { SeededRandom } from "../../packages/server/src/kernel/random.ts";
import { ServiceError } from "../../packages/server/src/kernel/service-error.ts";
import { checkExecutions, checkMessages, checkSent } from "./checks.ts";
import { activityArn, machineArn, machines, queueUrl } from "./machines.ts";
import { SimulatedServer } from "./simulated-server.ts";
import type { ServerMaker, Simulated } from "./simulated-server.ts";

const plainQueueUrl = "http://simulated/000000000000/plain";
/** Where messages of the plain queue go that were received three times and not deleted. */
const deadQueueUrl = "http://simulated/000000000000/dead";
const clientsMax = 6;
const crashShare = 0.03;

export interface Model {
  /** Messages of the plain queue by body. `maybe`: nobody was told. */
  readonly messages: Map<string, "sent" | "maybe-sent" | "deleted" | "maybe-deleted">;
  /** Names of executions: whether their start was acknowledged. */
  readonly executions: Map<string, { readonly machine: string; isAcknowledged: boolean }>;
}

export interface Report {
  readonly crashes: number;
  readonly executions: number;
  readonly messages: number;
  readonly refusals: number;
}

export class Simulation {
  readonly server: Simulated;
  readonly model: Model = { messages: new Map(), executions: new Map() };
  readonly #random: SeededRandom;
  #count = 0;
  #refusals = 0;

  /** @param makeServer what is simulated; one process when absent */
  constructor(seed: number, makeServer: ServerMaker = (random, share) => new SimulatedServer(random, share)) {
    this.#random = new SeededRandom(seed);
    this.server = makeServer(this.#random, crashShare);
  }

  async run(steps: number): Promise<Report> {
    await this.#setUp();
    for (let step = 0; step < steps; step += 1) {
      const clients = 1 + this.#random.below(clientsMax);
      await Promise.all(Array.from({ length: clients }, () => this.#command()));
      if (this.#random.below(4) === 0) await this.server.advance(this.#random.below(60));
    }
    await this.#finish();
    await checkExecutions(this.server, this.model);
    await checkSent(this.server, this.model);
    await checkMessages(this.server, this.model, [plainQueueUrl, deadQueueUrl]);
    return {
      crashes: this.server.crashCount,
      executions: this.model.executions.size,
      messages: this.model.messages.size,
      refusals: this.#refusals,
    };
  }

  async #setUp(): Promise<void> {
    for (const name of ["tasks", "sent", "dead"]) await this.#surely("sqs", "CreateQueue", { QueueName: name });
    const deadLetterTargetArn = "arn:aws:sqs:us-east-1:000000000000:dead";
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 });
    await this.#surely("sqs", "CreateQueue", { QueueName: "plain", Attributes: { RedrivePolicy } });
    await this.#surely("states", "CreateActivity", { name: "work" });
    for (const [name, definition] of Object.entries(machines)) {
      const roleArn = "arn:aws:iam::000000000000:role/any";
      await this.#surely("states", "CreateStateMachine", { name, roleArn, definition: JSON.stringify(definition) });
    }
  }

  /** Asks again until there is an answer; for what may be asked twice. */
  async #surely(service: string, operation: string, input: object): Promise<unknown> {
    for (;;) {
      const answer = await this.server.ask(service, operation, input);
      if (answer.known) return answer.output;
    }
  }

  async #command(): Promise<void> {
    try {
      switch (this.#random.below(8)) {
        case 0:
        case 1:
          return await this.#send();
        case 2:
          return await this.#receive(this.#random.below(2) === 0);
        case 3:
        case 4:
        case 5:
          return await this.#start();
        case 6:
          return await this.#workOnMessages();
        default:
          return await this.#workOnActivity();
      }
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      this.#refusals += 1;
    }
  }

  async #send(): Promise<void> {
    this.#count += 1;
    const body = `message-${this.#count}`;
    const DelaySeconds = this.#random.below(3) * 10;
    const input = { QueueUrl: plainQueueUrl, MessageBody: body, DelaySeconds };
    const { known } = await this.server.ask("sqs", "SendMessage", input);
    // An answer may be so late that another client has received and deleted the message before it comes.
    if (!this.model.messages.has(body)) this.model.messages.set(body, known ? "sent" : "maybe-sent");
  }

  async #receive(deletes: boolean): Promise<void> {
    const url = this.#random.below(4) === 0 ? deadQueueUrl : plainQueueUrl;
    for (const { body, handle } of await this.#take(url, 5)) {
      if (!deletes) continue;
      this.model.messages.set(body, "maybe-deleted");
      const { known } = await this.server.ask("sqs", "DeleteMessage", {
        QueueUrl: url,
        ReceiptHandle: handle,
      });
      if (known) this.model.messages.set(body, "deleted");
    }
  }

  async #start(): Promise<void> {
    const names = Object.keys(machines);
    const machine = names[this.#random.below(names.length)] ?? "chain";
    this.#count += 1;
    const name = `execution-${this.#count}`;
    const execution = { machine, isAcknowledged: false };
    this.model.executions.set(name, execution);
    // Two clients may start the same at once, or one may ask again because it was not told.
    const asks = 1 + this.#random.below(2);
    const input = { stateMachineArn: machineArn(machine), name, input: '{"a":1}' };
    await Promise.all(
      Array.from({ length: asks }, async () => {
        const { known } = await this.server.ask("states", "StartExecution", input);
        if (known) execution.isAcknowledged = true;
      }),
    );
  }

  async #workOnMessages(): Promise<void> {
    for (const { body, handle } of await this.#take(queueUrl, 10)) {
      const { token } = JSON.parse(body) as { token: string };
      await this.#end(token);
      await this.server.ask("sqs", "DeleteMessage", { QueueUrl: queueUrl, ReceiptHandle: handle });
    }
  }

  async #workOnActivity(workers = 1): Promise<void> {
    const input = { activityArn, workerName: "worker" };
    const polls = Array.from({ length: workers }, () => this.server.ask("states", "GetActivityTask", input));
    // An empty poll ends when its minute is over.
    const [answers] = await Promise.all([Promise.all(polls), this.server.advance(61)]);
    for (const answer of answers) {
      const { taskToken } = (answer.known ? answer.output : {}) as { taskToken?: string };
      if (taskToken !== undefined) await this.#end(taskToken);
    }
  }

  /** Ends a task, well or badly; one that is over already is no news. */
  async #end(taskToken: string): Promise<void> {
    const isWell = this.#random.below(4) > 0;
    try {
      await (isWell
        ? this.server.ask("states", "SendTaskSuccess", { taskToken, output: '"done"' })
        : this.server.ask("states", "SendTaskFailure", { taskToken, error: "Busy", cause: "again" }));
    } catch (error) {
      if (!(error instanceof ServiceError) || error.code !== "TaskTimedOut") throw error;
    }
  }

  async #take(url: string, max: number): Promise<{ body: string; handle: string }[]> {
    const answer = await this.server.ask("sqs", "ReceiveMessage", { QueueUrl: url, MaxNumberOfMessages: max });
    const { Messages = [] } = (answer.known ? answer.output : {}) as {
      Messages?: { Body: string; ReceiptHandle: string }[];
    };
    return Messages.map(({ Body, ReceiptHandle }) => ({ body: Body, handle: ReceiptHandle }));
  }

  /** No more crashes: lets every execution come to its end. */
  async #finish(): Promise<void> {
    this.server.crashShare = 0;
    await this.server.endProcess();
    for (let round = 0; round < 400; round += 1) {
      await this.#workOnMessages();
      await this.#workOnActivity(50);
      if (await this.#isQuiet()) return;
    }
    throw new Error("executions are still running after 400 rounds");
  }

  async #isQuiet(): Promise<boolean> {
    for (const name of Object.keys(machines)) {
      const input = { stateMachineArn: machineArn(name), statusFilter: "RUNNING", maxResults: 1 };
      const { executions } = (await this.#surely("states", "ListExecutions", input)) as { executions: unknown[] };
      if (executions.length > 0) return false;
    }
    return true;
  }
}
