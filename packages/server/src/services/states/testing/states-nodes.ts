/** Step Functions on two nodes over one store, beside a queue service that only takes notes, and names each node decides for. */
import { HopNetwork } from "../../../delivery/testing/hop-network.ts";
import type { HopNode, ServiceMaker } from "../../../delivery/testing/hop-network.ts";
import type { Operation } from "../../../kernel/operation.ts";
import { SeededRandom } from "../../../kernel/random.ts";
import { ServiceError } from "../../../kernel/service-error.ts";
import { ShardMap } from "../../../kernel/shards.ts";
import { createStatesService } from "../service.ts";
import { call, owner, roleArn } from "./states-bench.ts";
import type { Answer } from "./states-bench.ts";

const shardCount = 4;
export const leftShards = [0, 1];
export const rightShards = [2, 3];

export interface StatesNodes {
  readonly net: HopNetwork;
  /** Bodies of messages, in the order they came. */
  readonly sent: string[];
  /** Asks the node that decides; any when it does not matter. */
  run(operation: string, input: object): Promise<Answer>;
  runOn(node: HopNode, operation: string, input: object): Promise<Answer>;
  createMachine(name: string, states: object): Promise<string>;
  start(machineArn: string, name?: string): Promise<string>;
  /** Types of an execution's events. */
  types(executionArn: string): Promise<string[]>;
}

/** A name in one of these shards. */
export function nameIn(shards: readonly number[], type: "activity" | "stateMachine", prefix: string): string {
  const map = new ShardMap(shardCount);
  for (let number = 1; ; number += 1) {
    const name = `${prefix}-${number}`;
    if (shards.includes(map.of(`${owner}:${type}:${name}`))) return name;
  }
}

/** A queue one of these shards decides for; its URL is its ARN. */
export function queueIn(shards: readonly number[]): string {
  const map = new ShardMap(shardCount);
  for (let number = 1; ; number += 1) {
    const arn = `arn:aws:sqs:eu-west-1:111122223333:queue-${number}`;
    if (shards.includes(map.of(arn))) return arn;
  }
}

export async function startStatesNodes(seed = 1): Promise<StatesNodes> {
  const sent: string[] = [];
  const net = new HopNetwork({ random: new SeededRandom(seed), shardCount, services: servicesWith(sent) });
  await net.start("left", leftShards);
  await net.start("right", rightShards);
  const runOn = async (node: HopNode, operation: string, input: object): Promise<Answer> => {
    const found = node.registry.find("states", operation);
    if (found === undefined) throw new Error(`no operation ${operation}`);
    return (await node.kernel.execute(found, input, call)) as Answer;
  };
  const run = async (operation: string, input: object): Promise<Answer> => {
    const [any] = net.nodes.values();
    if (any === undefined) throw new Error("there is no node");
    const target = any.registry.find("states", operation)?.target?.(input, call);
    return runOn(target === undefined ? any : net.nodeOf(target), operation, input);
  };
  return {
    net,
    sent,
    run,
    runOn,
    async createMachine(name, states) {
      const definition = JSON.stringify({ StartAt: Object.keys(states)[0], States: states });
      return (await run("CreateStateMachine", { name, definition, roleArn })).stateMachineArn ?? "";
    },
    async start(stateMachineArn, name) {
      const input = { stateMachineArn, input: "{}", ...(name !== undefined && { name }) };
      return (await run("StartExecution", input)).executionArn ?? "";
    },
    async types(executionArn) {
      const { events = [] } = await run("GetExecutionHistory", { executionArn, maxResults: 1000 });
      return events.map(({ type }) => type);
    },
  };
}

function servicesWith(sent: string[]): ServiceMaker {
  return ({ kernel, hops, registry }) => {
    const sendMessage: Operation<{ readonly QueueUrl: string; readonly MessageBody: string }, object> = {
      target: ({ QueueUrl }) => QueueUrl,
      decide(_tx, { QueueUrl, MessageBody }) {
        if (!QueueUrl.includes("queue")) {
          throw new ServiceError("QueueDoesNotExist", "The specified queue does not exist.");
        }
        sent.push(MessageBody);
        return { MessageId: "message", MD5OfMessageBody: "md5" };
      },
    };
    registry.register("sqs", { SendMessage: sendMessage }, () => undefined);
    const service = createStatesService(kernel, hops);
    registry.register("states", service.operations, () => undefined, service.internalOperations);
    return [service];
  };
}
