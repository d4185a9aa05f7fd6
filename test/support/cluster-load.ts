/**
 * Clients of a cluster, and what they have been told: messages of a standard and of a FIFO queue, and executions. Each
 * client tries the nodes in turn; an answer that does not come, or says "try again", leaves what was asked unknown.
 */
import assert from "node:assert/strict";
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { Message } from "@aws-sdk/client-sqs";
import { until } from "./cluster.ts";
import { assertWhole, createMachine, historyOf } from "./sfn.ts";

const credentials = { accessKeyId: "test", secretAccessKey: "test" };
/** For an answer that has to come, whatever fails meanwhile. */
const patienceSeconds = 120;
const groups = ["a", "b", "c", "d"];
const naps = { Type: "Wait", Seconds: 1, Next: "Last" };
const definition = {
  StartAt: "First",
  States: { First: { Type: "Pass", Next: "Nap" }, Nap: naps, Last: { Type: "Pass", End: true } },
};

interface Endpoint {
  readonly url: string;
  readonly sqs: SQSClient;
  readonly sfn: SFNClient;
  /** Requests under way. */
  asked: number;
  isSpared: boolean;
}

export interface LoadReport {
  readonly sent: number;
  readonly ordered: number;
  readonly executions: number;
  readonly unknown: number;
}

export class ClusterLoad implements AsyncDisposable {
  readonly #endpoints: readonly Endpoint[];
  readonly #work: Promise<void>[] = [];
  readonly #failures: unknown[] = [];
  #turn = 0;
  #isEnding = false;
  #isGone = false;
  #unknown = 0;
  /** Bodies of the standard queue. Each attempt has a body of its own. */
  readonly #sent = new Set<string>();
  readonly #received = new Set<string>();
  /** With the moment at which the acknowledgement came. */
  readonly #deleted = new Map<string, number>();
  /** By group: the highest number acknowledged, the highest seen, and what was deleted, as of `#deleted`. */
  readonly #ordered = new Map(groups.map((group) => [group, { sent: 0, seen: 0, deleted: new Map<number, number>() }]));
  readonly #executions = new Set<string>();
  #queueUrl = "";
  #fifoUrl = "";
  #machines: string[] = [];

  constructor(urls: readonly string[]) {
    const options = { region: "us-east-1", credentials, maxAttempts: 1 };
    this.#endpoints = urls.map((endpoint) => ({
      url: endpoint,
      asked: 0,
      isSpared: false,
      sqs: new SQSClient({
        ...options,
        endpoint,
        requestHandler: { requestTimeout: 30_000, throwOnRequestTimeout: true },
      }),
      sfn: new SFNClient({
        ...options,
        endpoint,
        requestHandler: { requestTimeout: 30_000, throwOnRequestTimeout: true },
      }),
    }));
  }

  /** Everything acknowledged so far. @throws what a client has found wrong */
  get acknowledged(): number {
    this.#checkFailures();
    const ordered = [...this.#ordered.values()].reduce((sum, { sent }) => sum + sent, 0);
    return this.#sent.size + ordered + this.#executions.size;
  }

  /** Asks this node nothing more, as a load balancer does with one that is to stop; resolves when it has answered everything. */
  async spare(url: string): Promise<void> {
    const endpoint = this.#endpointAt(url);
    endpoint.isSpared = true;
    await until(`${url} to have answered`, patienceSeconds, async () => (endpoint.asked === 0 ? true : undefined));
  }

  /** Asks it again. */
  use(url: string): void {
    this.#endpointAt(url).isSpared = false;
  }

  /** Makes the queues and machines and lets the clients run. */
  async start(): Promise<void> {
    const attributes = { VisibilityTimeout: "5" };
    this.#queueUrl = await this.#createQueue("plain", attributes);
    this.#fifoUrl = await this.#createQueue("ordered.fifo", { ...attributes, FifoQueue: "true" });
    for (const name of ["one", "two", "three"])
      this.#machines.push(await this.#surely(({ sfn }) => createMachine(sfn, name, definition)));
    this.#run(this.#send("x"), this.#send("y"), this.#receive(), this.#receive());
    for (const group of groups) this.#run(this.#sendInOrder(group));
    this.#run(this.#receiveInOrder(), this.#receiveInOrder());
    for (const machine of this.#machines) this.#run(this.#startExecutions(machine));
  }

  /** What a client finds wrong is said as soon as somebody asks how far the load is. */
  #run(...work: readonly Promise<void>[]): void {
    for (const one of work) this.#work.push(one.catch((error: unknown) => void this.#failures.push(error)));
  }

  #checkFailures(): void {
    for (const failure of this.#failures) throw failure;
  }

  /** Ends the producers, has everything consumed, and checks what must be so. */
  async finish(): Promise<LoadReport> {
    this.#isEnding = true;
    await Promise.all(this.#work);
    this.#checkFailures();
    await until("every acknowledged message to be received", 60, async () => {
      await this.#receiveOnce();
      return [...this.#sent].every((body) => this.#received.has(body)) ? true : undefined;
    });
    await until("every ordered message to be received", 60, async () => {
      await this.#receiveInOrderOnce();
      return [...this.#ordered.values()].every(({ sent, seen }) => seen >= sent) ? true : undefined;
    });
    await this.#checkExecutions();
    const ordered = [...this.#ordered.values()].reduce((sum, { sent }) => sum + sent, 0);
    return { sent: this.#sent.size, ordered, executions: this.#executions.size, unknown: this.#unknown };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    this.#isGone = true;
    for (const { sqs, sfn } of this.#endpoints) {
      sqs.destroy();
      sfn.destroy();
    }
    await Promise.all(this.#work);
  }

  async #send(who: string): Promise<void> {
    for (let number = 1; !this.#isEnding; number += 1) {
      const MessageBody = `${who}-${number}`;
      const isSent = await this.#ask(({ sqs }) =>
        sqs.send(new SendMessageCommand({ QueueUrl: this.#queueUrl, MessageBody })),
      );
      if (isSent !== undefined) this.#sent.add(MessageBody);
    }
  }

  async #receive(): Promise<void> {
    while (!this.#isEnding) await this.#receiveOnce();
  }

  async #receiveOnce(): Promise<void> {
    const askedAt = performance.now();
    for (const { Body = "", ReceiptHandle } of await this.#take(this.#queueUrl)) {
      // One that another client deleted while it was being received a second time is not back.
      assert.ok((this.#deleted.get(Body) ?? askedAt) >= askedAt, `${Body} was deleted and has come back`);
      this.#received.add(Body);
      const command = new DeleteMessageCommand({ QueueUrl: this.#queueUrl, ReceiptHandle });
      if ((await this.#ask(({ sqs }) => sqs.send(command))) !== undefined) this.#deleted.set(Body, performance.now());
    }
  }

  async #sendInOrder(group: string): Promise<void> {
    const state = this.#state(group);
    for (let number = 1; !this.#isEnding; number += 1) {
      await this.#surely(({ sqs }) =>
        sqs.send(
          new SendMessageCommand({
            QueueUrl: this.#fifoUrl,
            MessageBody: String(number),
            MessageGroupId: group,
            MessageDeduplicationId: `${group}-${number}`,
          }),
        ),
      );
      state.sent = number;
    }
  }

  async #receiveInOrder(): Promise<void> {
    while (!this.#isEnding) await this.#receiveInOrderOnce();
  }

  async #receiveInOrderOnce(): Promise<void> {
    const askedAt = performance.now();
    for (const { Body = "", ReceiptHandle, Attributes } of await this.#take(this.#fifoUrl)) {
      const group = Attributes?.MessageGroupId ?? "";
      const state = this.#state(group);
      const number = Number(Body);
      assert.ok(number <= state.seen + 1, `group ${group}: ${number} came after ${state.seen}`);
      assert.ok(
        (state.deleted.get(number) ?? askedAt) >= askedAt,
        `group ${group}: ${number} was deleted and has come back`,
      );
      state.seen = Math.max(state.seen, number);
      const command = new DeleteMessageCommand({ QueueUrl: this.#fifoUrl, ReceiptHandle });
      if ((await this.#ask(({ sqs }) => sqs.send(command))) === undefined) return;
      state.deleted.set(number, performance.now());
    }
  }

  async #startExecutions(stateMachineArn: string): Promise<void> {
    for (let number = 1; !this.#isEnding; number += 1) {
      const start = new StartExecutionCommand({ stateMachineArn, name: `e${number}`, input: `{"number":${number}}` });
      // Asked again it is the same execution; once that has ended, its name is taken (API_StartExecution).
      const executionArn = `${stateMachineArn.replace(":stateMachine:", ":execution:")}:e${number}`;
      await this.#surely(({ sfn }) =>
        sfn.send(start).catch((error: unknown) => {
          if ((error as Error).name !== "ExecutionAlreadyExists") throw error;
          return {};
        }),
      );
      this.#executions.add(executionArn);
      await new Promise((resolve) => void setTimeout(resolve, 20));
    }
  }

  async #checkExecutions(): Promise<void> {
    for (const stateMachineArn of this.#machines) {
      await until(`the end of the executions of ${stateMachineArn}`, 60, async () => {
        const list = new ListExecutionsCommand({ stateMachineArn, statusFilter: "RUNNING", maxResults: 1 });
        const { executions = [] } = await this.#surely(({ sfn }) => sfn.send(list));
        return executions.length === 0 ? true : undefined;
      });
    }
    for (const executionArn of this.#executions) {
      const found = await this.#surely(({ sfn }) => sfn.send(new DescribeExecutionCommand({ executionArn })));
      assert.equal(found.status, "SUCCEEDED", executionArn);
      assertWhole(await this.#surely(({ sfn }) => historyOf(sfn, executionArn)));
    }
  }

  async #take(QueueUrl: string): Promise<Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ["MessageGroupId"],
    });
    return (await this.#ask(({ sqs }) => sqs.send(command)))?.Messages ?? [];
  }

  async #createQueue(QueueName: string, Attributes: Record<string, string>): Promise<string> {
    const command = new CreateQueueCommand({ QueueName, Attributes });
    return (await this.#surely(({ sqs }) => sqs.send(command))).QueueUrl ?? "";
  }

  #state(group: string): { sent: number; seen: number; readonly deleted: Map<number, number> } {
    const state = this.#ordered.get(group);
    assert.ok(state, `group ${group} was never sent to`);
    return state;
  }

  /** Asks again until there is an answer; for what may be asked twice. */
  async #surely<Output>(ask: (endpoint: Endpoint) => Promise<Output>): Promise<Output> {
    const start = performance.now();
    while (!this.#isGone && performance.now() - start < patienceSeconds * 1000) {
      const output = await this.#ask(ask);
      if (output !== undefined) return output;
    }
    throw new Error(`no answer within ${patienceSeconds} s, however often it was asked`);
  }

  #endpointAt(url: string): Endpoint {
    const endpoint = this.#endpoints.find((one) => one.url === url);
    assert.ok(endpoint, `no client asks ${url}`);
    return endpoint;
  }

  /** Undefined when nobody knows what came of it. @throws for a refusal, which no fault of the cluster may cause */
  async #ask<Output>(ask: (endpoint: Endpoint) => Promise<Output>): Promise<Output | undefined> {
    this.#turn += 1;
    const open = this.#endpoints.filter(({ isSpared }) => !isSpared);
    const endpoint = open[this.#turn % open.length];
    assert.ok(endpoint);
    endpoint.asked += 1;
    try {
      return await ask(endpoint);
    } catch (error) {
      const { $metadata, name } = error as { $metadata?: { httpStatusCode?: number }; name?: string };
      const status = $metadata?.httpStatusCode;
      // A handle that has expired with the visibility of its message: the deletion did nothing.
      const isLate = name === "InvalidParameterValue" || name === "ReceiptHandleIsInvalid";
      if (status !== undefined && status !== 503 && !isLate) throw error;
      if (!isLate) this.#unknown += 1;
      await new Promise((resolve) => void setTimeout(resolve, 50));
      return undefined;
    } finally {
      endpoint.asked -= 1;
    }
  }
}
