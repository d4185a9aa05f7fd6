/** SQS on two nodes over one store, and names of queues that one or the other decides for. */
import type { Message } from "@aws-sdk/client-sqs";
import { HopNetwork } from "../../../delivery/testing/hop-network.ts";
import type { HopNode, ServiceMaker } from "../../../delivery/testing/hop-network.ts";
import { SeededRandom } from "../../../kernel/random.ts";
import { ShardMap } from "../../../kernel/shards.ts";
import { queueArn } from "../queue-url.ts";
import { createSqsService } from "../service.ts";
import { call } from "./sqs-bench.ts";
import type { Answer } from "./sqs-bench.ts";

const shardCount = 4;
export const leftShards = [0, 1];
export const rightShards = [2, 3];

const services: ServiceMaker = ({ kernel, hops, registry }) => {
  const service = createSqsService(kernel, hops);
  registry.register("sqs", service.operations, () => undefined, service.internalOperations);
  return [service];
};

export interface MoveTaskEntry {
  readonly Status: string;
  readonly ApproximateNumberOfMessagesMoved: number;
  readonly FailureReason?: string;
}

export type NodesAnswer = Answer & {
  readonly queueUrls?: string[];
  readonly TaskHandle?: string;
  readonly Results?: MoveTaskEntry[];
};

export interface SqsNodes {
  readonly net: HopNetwork;
  /** Asks the node that decides; any when it does not matter. */
  run(operation: string, input: object): Promise<NodesAnswer>;
  /** Asks this node. */
  runOn(node: HopNode, operation: string, input: object): Promise<NodesAnswer>;
  receive(queue: string, options?: object): Promise<Message[]>;
  /** A queue's counts of messages: visible and in flight. */
  counts(queue: string): Promise<readonly [visible: number, inFlight: number]>;
}

export function urlOf(name: string): string {
  return `${call.baseUrl}/${call.account}/${name}`;
}

export function arnOf(name: string): string {
  return queueArn(call.region, call.account, name);
}

/** A name of a queue in one of these shards. */
export function nameIn(shards: readonly number[], prefix: string, suffix = ""): string {
  const map = new ShardMap(shardCount);
  for (let number = 1; ; number += 1) {
    const name = `${prefix}-${number}${suffix}`;
    if (shards.includes(map.of(arnOf(name)))) return name;
  }
}

export async function startSqsNodes(seed = 1): Promise<SqsNodes> {
  const net = new HopNetwork({ random: new SeededRandom(seed), shardCount, services });
  await net.start("left", leftShards);
  await net.start("right", rightShards);
  const runOn = async (node: HopNode, operation: string, input: object): Promise<NodesAnswer> => {
    const found = node.registry.find("sqs", operation);
    if (found === undefined) throw new Error(`no operation ${operation}`);
    return (await node.kernel.execute(found, input, call)) as NodesAnswer;
  };
  const run = async (operation: string, input: object): Promise<NodesAnswer> => {
    const [any] = net.nodes.values();
    if (any === undefined) throw new Error("there is no node");
    const target = any.registry.find("sqs", operation)?.target?.(input, call);
    return runOn(target === undefined ? any : net.nodeOf(target), operation, input);
  };
  return {
    net,
    run,
    runOn,
    async receive(queue, options = {}) {
      const input = { QueueUrl: urlOf(queue), MaxNumberOfMessages: 10, AttributeNames: ["All"], ...options };
      return (await run("ReceiveMessage", input)).Messages ?? [];
    },
    async counts(queue) {
      const names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
      const { Attributes = {} } = await run("GetQueueAttributes", { QueueUrl: urlOf(queue), AttributeNames: names });
      const [visible = "", inFlight = ""] = names.map((name) => Attributes[name]);
      return [Number(visible), Number(inFlight)];
    },
  };
}
