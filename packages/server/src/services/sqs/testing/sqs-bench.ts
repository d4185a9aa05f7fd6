/** SQS over a real kernel with a store of its own and a virtual clock: what the tests of this service drive. */
import assert from "node:assert/strict";
import type { Message } from "@aws-sdk/client-sqs";
import { Hops } from "../../../delivery/hops.ts";
import { OperationRegistry } from "../../../delivery/operation-registry.ts";
import type { Metric } from "../../../delivery/service.ts";
import type { Call } from "../../../kernel/call.ts";
import { Kernel } from "../../../kernel/kernel.ts";
import { SeededRandom } from "../../../kernel/random.ts";
import { ServiceError } from "../../../kernel/service-error.ts";
import type { Store } from "../../../kernel/store/store.ts";
import { testStore } from "../../../kernel/testing/test-store.ts";
import { VirtualClock } from "../../../kernel/virtual-clock.ts";
import type { SqsOptions } from "../limits.ts";
import { createSqsService } from "../service.ts";

export const startMs = 1_700_000_000_000;

export const call: Call = {
  requestId: "request",
  account: "111122223333",
  region: "eu-west-1",
  accessKeyId: undefined,
  baseUrl: "http://host:4566",
  protocol: "json",
  path: "/",
  sourceAddress: undefined,
  signal: undefined,
  header: () => undefined,
};

/** What any operation may answer, all of it optional. */
export interface Answer {
  readonly QueueUrl?: string;
  readonly QueueUrls?: string[];
  readonly NextToken?: string;
  readonly Attributes?: Record<string, string>;
  readonly Messages?: Message[];
  readonly MessageId?: string;
  readonly MD5OfMessageBody?: string;
  readonly MD5OfMessageAttributes?: string;
  readonly MD5OfMessageSystemAttributes?: string;
  readonly Successful?: (Answer & { readonly Id: string })[];
  readonly Failed?: { Id: string; Code: string; Message: string; SenderFault: boolean }[];
}

export interface SqsBench {
  readonly kernel: Kernel;
  readonly store: Store;
  readonly fatal: unknown[];
  run(operation: string, input: object, overrides?: Partial<Call>): Promise<Answer>;
  /** Moves time and lets everything it causes happen. */
  advance(seconds: number): Promise<void>;
  metrics(): readonly Metric[];
  view(name: string, query: Record<string, string>): Promise<unknown>;
}

/** @param now where a clock that has no stored time starts */
export async function startSqs(given?: Store, now = startMs, seed = 1, options: SqsOptions = {}): Promise<SqsBench> {
  const store = given ?? (await testStore());
  const fatal: unknown[] = [];
  const kernel = new Kernel({
    store,
    clock: new VirtualClock(now),
    random: new SeededRandom(seed),
    onFatal: (error) => fatal.push(error),
  });
  const registry = new OperationRegistry();
  const hops = new Hops({ kernel, registry });
  const service = createSqsService(kernel, hops, options);
  registry.register("sqs", service.operations, () => undefined, service.internalOperations);
  await kernel.start([hops, service]);
  return {
    kernel,
    store,
    fatal,
    async run(operation, input, overrides = {}) {
      const found = service.operations[operation];
      if (found === undefined) throw new Error(`no operation ${operation}`);
      return (await kernel.execute(found, input, { ...call, ...overrides })) as Answer;
    },
    advance: (seconds) => kernel.advanceClock(seconds * 1000),
    metrics: () => service.metrics?.() ?? [],
    async view(name, query) {
      const found = service.views?.[name];
      if (found === undefined) throw new Error(`no view ${name}`);
      return found.show(new URLSearchParams(query));
    },
  };
}

export async function createQueue(
  bench: SqsBench,
  name = "queue",
  attributes: Record<string, string> = {},
  overrides: Partial<Call> = {},
): Promise<string> {
  const { QueueUrl = "" } = await bench.run("CreateQueue", { QueueName: name, Attributes: attributes }, overrides);
  return QueueUrl;
}

export async function receive(bench: SqsBench, queueUrl: string, options: object = {}): Promise<Message[]> {
  const { Messages } = await bench.run("ReceiveMessage", { QueueUrl: queueUrl, MaxNumberOfMessages: 10, ...options });
  return Messages ?? [];
}

export async function bodies(bench: SqsBench, queueUrl: string, options: object = {}): Promise<(string | undefined)[]> {
  return (await receive(bench, queueUrl, options)).map(({ Body }) => Body);
}

export async function assertRefused(
  answer: Promise<unknown>,
  code: string,
  message: string | RegExp,
  status = 400,
): Promise<void> {
  await assert.rejects(answer, (error: unknown) => {
    assert.ok(error instanceof ServiceError, String(error));
    assert.equal(error.code, code);
    if (typeof message === "string") assert.equal(error.message, message);
    else assert.match(error.message, message);
    assert.equal(error.status, status);
    return true;
  });
}
