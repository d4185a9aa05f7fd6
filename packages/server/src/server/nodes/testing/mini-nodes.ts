/** Nodes of one operation over one store in memory, in one process, with real connections between them. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, request as httpRequest } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { Call } from "../../../kernel/call.ts";
import { hostNow, RealClock } from "../../../kernel/clock.ts";
import { Kernel } from "../../../kernel/kernel.ts";
import { MemoryLeases } from "../../../kernel/nodes/memory-leases.ts";
import { Node } from "../../../kernel/nodes/node.ts";
import { park } from "../../../kernel/operation.ts";
import type { AnyOperation } from "../../../kernel/operation.ts";
import { systemRandom } from "../../../kernel/random.ts";
import { metaTable } from "../../../kernel/meta.ts";
import { MemoryStore } from "../../../kernel/store/memory-store.ts";
import { turns } from "../../../kernel/testing/fixtures.ts";
import { createRequestHandler } from "../../../protocol/http/handler.ts";
import { sampleModel } from "../../../protocol/sample-model.ts";
import { WireService } from "../../../protocol/wire-service.ts";
import { nodeBodyBudgets } from "../../body-budgets.ts";
import type { BodyBudgets } from "../../body-budgets.ts";
import { listen } from "../../lifecycle.ts";
import { bodyBudgetLimits } from "../../limits.ts";
import { NodeClient } from "../node-client.ts";
import { operationRequest, ShardRouter } from "../shard-router.ts";

const shardCount = 4;
const leaseMs = 60_000;

export interface Mini extends AsyncDisposable {
  readonly node: Node;
  readonly kernel: Kernel;
  readonly url: string;
  readonly bodies: BodyBudgets;
  /** Texts decided here. */
  readonly decided: string[];
  readonly router: ShardRouter;
  /** With this status, and nothing else, to whatever is asked. */
  answersAll: number | undefined;
  /** Cuts every connection and listens no more. */
  die(): Promise<void>;
}

/** Limits of the router; `longestWaitMs` is the operation's. */
export interface ClusterLimits {
  readonly answerMsMax?: number;
  readonly longestWaitMs?: number;
  /** Of each node, for bodies of clients and once more for those of nodes. */
  readonly bodyBudgetBytes?: number;
}

export class Cluster implements AsyncDisposable {
  readonly clock = new RealClock();
  readonly leases = new MemoryLeases(() => this.clock.now());
  readonly store = new MemoryStore((fence) => this.leases.admits(fence));
  readonly minis: Mini[] = [];
  /** What routers have said. */
  readonly lines: string[] = [];
  readonly #limits: Required<ClusterLimits>;
  /** What `Echo` does before it answers; the text is its input. */
  operation: (mini: Mini, text: string, call: Call) => unknown = (_mini, text) => ({ Text: text });

  private constructor({
    answerMsMax = 60_000,
    longestWaitMs = 0,
    bodyBudgetBytes = bodyBudgetLimits.bytesMax,
  }: ClusterLimits) {
    this.#limits = { answerMsMax, longestWaitMs, bodyBudgetBytes };
  }

  static async open(count: number, limits: ClusterLimits = {}): Promise<Cluster> {
    const cluster = new Cluster(limits);
    await cluster.leases.install({ shardCount, secret: "s" });
    const row = { shard: 0, name: "shard-count", value: String(shardCount) };
    await cluster.store.commit([{ kind: "put", table: metaTable, values: metaTable.encode(row) }]);
    for (let index = 0; index < count; index += 1) await cluster.add(`n${index}`);
    await cluster.settled();
    return cluster;
  }

  async add(id: string): Promise<Mini> {
    const { clock, store } = this;
    const client = new NodeClient("s", hostNow);
    const listener = await listen(
      {
        any: (request, response) => answer(request, response),
        whole: (request, response) => answer(request, response),
      },
      "127.0.0.1",
      0,
    );
    const node = await this.#join(id, listener.url);
    const kernel = new Kernel({
      store,
      clock,
      random: systemRandom,
      lease: node.lease,
      onFatal: (error) => assert.fail(String(error)),
      onLeaseLost: () => undefined,
    });
    const router = new ShardRouter({
      clock,
      now: hostNow,
      secret: "s",
      client,
      waitMsMax: 2_000,
      answerMsMax: this.#limits.answerMsMax,
      log: (_level, message) => this.lines.push(`${id}: ${message}`),
      serving: () => ({ node, kernel }),
      isClosing: () => false,
    });
    const echo = this.#echo(() => mini);
    const bodies = nodeBodyBudgets(this.#limits.bodyBudgetBytes);
    const handle = createRequestHandler({
      services: [new WireService(sampleModel)],
      dispatch: (_service, name, input, call, raw) =>
        router.route(operationRequest(name, input, call, raw, () => echo)),
      newRequestId: () => `request of ${id}`,
      log: (_level, message, fields) => assert.fail(`${message} ${String(fields?.["error"])}`),
      count: () => undefined,
      bodyBytesMax: 1_000_000,
      bodyBudgetOf: bodies.of,
    });
    const answer: typeof handle = (request, response) => {
      if (mini.answersAll === undefined) return handle(request, response);
      response.writeHead(mini.answersAll, { "content-length": "0" });
      response.end("");
    };
    await kernel.start([]);
    node.serve(kernel);
    const die = async (): Promise<void> => {
      node.abandon();
      client.close();
      await listener.close();
    };
    const mini: Mini = {
      node,
      kernel,
      url: listener.url,
      bodies,
      decided: [],
      router,
      answersAll: undefined,
      die,
      [Symbol.asyncDispose]: die,
    };
    this.minis.push(mini);
    return mini;
  }

  #join(id: string, address: string): Promise<Node> {
    return Node.join({
      description: { id, address, version: "1" },
      leases: this.leases,
      leaseMs,
      clock: this.clock,
      log: () => undefined,
      poke: async () => {
        await Promise.all(this.minis.map((mini) => mini.node.look()));
      },
    });
  }

  #echo(mini: () => Mini): AnyOperation {
    return {
      longestWaitMs: this.#limits.longestWaitMs,
      target: (input) => `arn:${(input as { Text: string }).Text.split(" ")[0]}`,
      decide: (_tx, input, { call, expired }) => {
        const { Text } = input as { Text: string };
        if (Text.includes("wait") && !expired) return park(`arn:${Text}`, this.clock.now() + 30_000);
        mini().decided.push(Text);
        return this.operation(mini(), Text, call);
      },
    };
  }

  async settled(): Promise<void> {
    for (let round = 0; round < 100; round += 1) {
      await Promise.all(this.minis.map(({ node }) => node.look()));
      const { shards } = await this.leases.view();
      const held = this.minis.flatMap(({ kernel }) => kernel.ownership.open());
      const most = Math.max(...this.minis.map(({ kernel }) => kernel.ownership.open().length));
      const isDone = shards.every(({ owner }) => owner !== undefined) && held.length === shardCount;
      if (isDone && most <= Math.ceil(shardCount / this.minis.length)) break;
      await turns(2);
    }
    await Promise.all(this.minis.map(({ node }) => node.look()));
  }

  /** A text whose shard this node owns. */
  textOf(owner: Mini): string {
    for (let number = 0; ; number += 1)
      if (owner.kernel.ownership.owns(owner.kernel.shards.of(`arn:t${number}`))) return `t${number}`;
  }

  get two(): readonly [Mini, Mini] {
    const [first, second] = this.minis;
    assert.ok(first !== undefined && second !== undefined);
    return [first, second];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.minis.map((mini) => mini.die()));
  }
}

export interface Got {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Record<string, unknown>;
}

/** A request of a client over a connection of its own. */
export function ask(
  url: string,
  text: string,
  headers: Record<string, string> = {},
  operation = "Echo",
  localAddress = "127.0.0.1",
): [ClientRequest, Promise<Got>] {
  const request = httpRequest(`${url}/`, {
    method: "POST",
    localAddress,
    agent: new Agent({ keepAlive: false }),
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `Sample_20200101.${operation}`,
      ...headers,
    },
  });
  const got = once(request, "response").then(async ([response]: IncomingMessage[]) => {
    let body = "";
    for await (const chunk of response as AsyncIterable<Buffer>) body += chunk.toString();
    return {
      status: response?.statusCode ?? 0,
      headers: response?.headers ?? {},
      body: body === "" ? {} : (JSON.parse(body) as Record<string, unknown>),
    };
  });
  got.catch(() => undefined);
  request.end(JSON.stringify({ Text: text }));
  return [request, got];
}
