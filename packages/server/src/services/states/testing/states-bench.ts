/** Step Functions over a real kernel with a store of its own and a virtual clock, beside a queue service that only takes notes. */
import { Hops } from "../../../delivery/hops.ts";
import { OperationRegistry } from "../../../delivery/operation-registry.ts";
import type { Call } from "../../../kernel/call.ts";
import { Kernel } from "../../../kernel/kernel.ts";
import { SeededRandom } from "../../../kernel/random.ts";
import { ServiceError } from "../../../kernel/service-error.ts";
import type { Store } from "../../../kernel/store/store.ts";
import { testStore } from "../../../kernel/testing/test-store.ts";
import { VirtualClock } from "../../../kernel/virtual-clock.ts";
import { createStatesService } from "../service.ts";

export const startMs = 1_700_000_000_000;
export const roleArn = "arn:aws:iam::111122223333:role/any";
export const owner = "arn:aws:states:eu-west-1:111122223333";
/** The one queue there is. */
export const queueUrl = "http://host:4566/111122223333/jobs";

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
  readonly activityArn?: string;
  readonly cause?: string;
  readonly definition?: string;
  readonly error?: string;
  readonly events?: readonly { id: number; previousEventId: number; type: string; [details: string]: unknown }[];
  readonly executionArn?: string;
  readonly executions?: readonly { name: string; status: string }[];
  readonly input?: string;
  readonly nextToken?: string;
  readonly output?: string;
  readonly revisionId?: string;
  readonly startDate?: Date;
  readonly stateMachineArn?: string;
  readonly stateMachines?: readonly { name: string }[];
  readonly status?: string;
  readonly stopDate?: Date;
  readonly tags?: readonly { key: string; value: string }[];
  readonly taskToken?: string;
}

export interface StatesBench {
  readonly kernel: Kernel;
  readonly store: Store;
  readonly fatal: unknown[];
  /** Bodies of the messages that were sent. */
  readonly sent: string[];
  run(operation: string, input: object, overrides?: Partial<Call>): Promise<Answer>;
  /** Moves time and lets everything it causes happen. */
  advance(seconds: number): Promise<void>;
}

export async function startStates(given?: Store, now = startMs, seed = 1): Promise<StatesBench> {
  const store = given ?? (await testStore());
  const fatal: unknown[] = [];
  const sent: string[] = [];
  const kernel = new Kernel({
    store,
    clock: new VirtualClock(now),
    random: new SeededRandom(seed),
    onFatal: (error) => fatal.push(error),
  });
  const registry = new OperationRegistry();
  const sendMessage = {
    decide(_tx: unknown, input: unknown) {
      const { QueueUrl, MessageBody } = input as { QueueUrl: string; MessageBody: string };
      if (QueueUrl !== queueUrl) throw new ServiceError("QueueDoesNotExist", "The specified queue does not exist.");
      sent.push(MessageBody);
      return { MessageId: "message", MD5OfMessageBody: "md5" };
    },
  };
  registry.register("sqs", { SendMessage: sendMessage }, () => undefined);
  const hops = new Hops({ kernel, registry });
  const service = createStatesService(kernel, hops);
  registry.register("states", service.operations, () => undefined, service.internalOperations);
  await kernel.start([hops, service]);
  return {
    kernel,
    store,
    fatal,
    sent,
    async run(operation, input, overrides = {}) {
      const found = service.operations[operation];
      if (found === undefined) throw new Error(`no operation ${operation}`);
      return (await kernel.execute(found, input, { ...call, ...overrides })) as Answer;
    },
    advance: (seconds) => kernel.advanceClock(seconds * 1000),
  };
}

export async function createMachine(
  bench: StatesBench,
  name: string,
  states: object,
  startAt?: string,
): Promise<string> {
  const definition = JSON.stringify({ StartAt: startAt ?? Object.keys(states)[0], States: states });
  const { stateMachineArn = "" } = await bench.run("CreateStateMachine", { name, definition, roleArn });
  return stateMachineArn;
}

export async function start(
  bench: StatesBench,
  stateMachineArn: string,
  input: unknown = {},
  name?: string,
): Promise<string> {
  const { executionArn = "" } = await bench.run("StartExecution", {
    stateMachineArn,
    input: JSON.stringify(input),
    name,
  });
  return executionArn;
}

export async function outcome(bench: StatesBench, executionArn: string): Promise<Answer> {
  const { status, output, error, cause } = await bench.run("DescribeExecution", { executionArn });
  return { status, output, error, cause } as Answer;
}

/** `id<previousEventId type` of every event. */
export async function links(bench: StatesBench, executionArn: string): Promise<string[]> {
  const { events = [] } = await bench.run("GetExecutionHistory", { executionArn, maxResults: 1000 });
  return events.map(({ id, previousEventId, type }) => `${id}<${previousEventId} ${type}`);
}

export async function refusal(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
  } catch (error) {
    if (error instanceof ServiceError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "no refusal";
}
