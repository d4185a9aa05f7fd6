/** Two and three nodes of one operation, over real connections: what a client sees of a request that comes to the wrong one. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, request as httpRequest } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import { describe, test } from "node:test";
import type { Call } from "../../kernel/call.ts";
import { RealClock } from "../../kernel/clock.ts";
import { Kernel } from "../../kernel/kernel.ts";
import { MemoryLeases } from "../../kernel/nodes/memory-leases.ts";
import { Node } from "../../kernel/nodes/node.ts";
import { park } from "../../kernel/operation.ts";
import type { AnyOperation } from "../../kernel/operation.ts";
import { systemRandom } from "../../kernel/random.ts";
import { metaTable } from "../../kernel/meta.ts";
import { ServiceError } from "../../kernel/service-error.ts";
import { MemoryStore } from "../../kernel/store/memory-store.ts";
import { turns } from "../../kernel/testing/fixtures.ts";
import { createRequestHandler } from "../../protocol/http/handler.ts";
import { sampleModel } from "../../protocol/sample-model.ts";
import { WireService } from "../../protocol/wire-service.ts";
import { listen } from "../lifecycle.ts";
import { checkProof, proofHeaders } from "./node-auth.ts";
import { NodeClient } from "./node-client.ts";
import { operationRequest, ShardRouter } from "./shard-router.ts";

const shardCount = 4;
const leaseMs = 60_000;

interface Mini extends AsyncDisposable {
  readonly node: Node;
  readonly kernel: Kernel;
  readonly url: string;
  /** Texts decided here. */
  readonly decided: string[];
  readonly router: ShardRouter;
  /** Cuts every connection and listens no more. */
  die(): Promise<void>;
}

class Cluster implements AsyncDisposable {
  readonly clock = new RealClock();
  readonly leases = new MemoryLeases(() => this.clock.now());
  readonly store = new MemoryStore((fence) => this.leases.admits(fence));
  readonly minis: Mini[] = [];
  /** What `Echo` does before it answers; the text is its input. */
  operation: (mini: Mini, text: string, call: Call) => unknown = (_mini, text) => ({ Text: text });

  static async open(count: number): Promise<Cluster> {
    const cluster = new Cluster();
    await cluster.leases.install({ shardCount, secret: "s" });
    const row = { shard: 0, name: "shard-count", value: String(shardCount) };
    await cluster.store.commit([{ kind: "put", table: metaTable, values: metaTable.encode(row) }]);
    for (let index = 0; index < count; index += 1) await cluster.add(`n${index}`);
    await cluster.settled();
    return cluster;
  }

  async add(id: string): Promise<Mini> {
    const { clock, leases, store } = this;
    const client = new NodeClient("s", () => clock.now());
    const listener = await listen(
      {
        any: (request, response) => handle(request, response),
        whole: (request, response) => handle(request, response),
      },
      "127.0.0.1",
      0,
    );
    const node = await Node.join({
      description: { id, address: listener.url, version: "1" },
      leases,
      leaseMs,
      clock,
      log: () => undefined,
      poke: () => this.minis.forEach((mini) => void mini.node.look()),
    });
    const kernel = new Kernel({
      store,
      clock,
      random: systemRandom,
      lease: node.lease,
      onFatal: (error) => assert.fail(String(error)),
      onLeaseLost: () => undefined,
    });
    const decided: string[] = [];
    const router = new ShardRouter({
      clock,
      secret: "s",
      client,
      waitMsMax: 2_000,
      serving: () => ({ node, kernel }),
      isClosing: () => false,
    });
    const echo: AnyOperation = {
      target: (input) => `arn:${(input as { Text: string }).Text.split(" ")[0]}`,
      decide: (_tx, input, { call, expired }) => {
        const { Text } = input as { Text: string };
        if (Text.includes("wait") && !expired) return park(`arn:${Text}`, clock.now() + 30_000);
        decided.push(Text);
        return this.operation(mini, Text, call);
      },
    };
    const handle = createRequestHandler({
      services: [new WireService(sampleModel)],
      dispatch: (_service, name, input, call, raw) =>
        router.route(operationRequest(name, input, call, raw, () => echo)),
      newRequestId: () => `request of ${id}`,
      log: (_level, message, fields) => assert.fail(`${message} ${String(fields?.["error"])}`),
      count: () => undefined,
      bodyBytesMax: 1_000_000,
    });
    await kernel.start([]);
    node.serve(kernel);
    const die = async (): Promise<void> => {
      node.abandon();
      client.close();
      await listener.close();
    };
    const mini: Mini = { node, kernel, url: listener.url, decided, router, die, [Symbol.asyncDispose]: die };
    this.minis.push(mini);
    return mini;
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

interface Got {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Record<string, unknown>;
}

function ask(
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
      body: body === "" ? {} : JSON.parse(body),
    };
  });
  got.catch(() => undefined);
  request.end(JSON.stringify({ Text: text }));
  return [request, got];
}

describe("a request that comes to a node that is not the owner", () => {
  test("is answered as the owner answers, with the client's Host, and decided there only", async () => {
    await using cluster = await Cluster.open(2);
    const [first, second] = cluster.two;
    const text = cluster.textOf(second);
    const [, got] = ask(first.url, text, { host: "queues.example.com" });
    const { status, headers, body } = await got;
    assert.deepEqual([status, body, headers["x-amzn-requestid"]], [200, { Text: text }, "request of n1"]);
    assert.deepEqual([first.decided, second.decided], [[], [text]]);
  });

  test("comes from the client's address for the owner too, and not from the node's", async () => {
    await using cluster = await Cluster.open(2);
    const [first, second] = cluster.two;
    cluster.operation = (_mini, _text, call) => ({ Text: call.sourceAddress });
    for (const address of ["127.0.0.1", "127.0.0.2"])
      for (const owner of [first, second]) {
        const headers = { "x-forwarded-for": "10.9.9.9" };
        const { body } = await ask(first.url, cluster.textOf(owner), headers, "Echo", address)[1];
        assert.deepEqual(body, { Text: address });
      }
  });

  test("a refusal comes back in its own words", async () => {
    await using cluster = await Cluster.open(2);
    const [first, second] = cluster.two;
    cluster.operation = () => {
      throw new ServiceError("Full", "there is no room", { status: 400 });
    };
    const { status, body } = await ask(first.url, cluster.textOf(second))[1];
    assert.deepEqual([status, body["message"]], [400, "there is no room"]);
  });

  test("a client that goes away is gone for the owner too", async () => {
    await using cluster = await Cluster.open(2);
    const [first, second] = cluster.two;
    const text = cluster.textOf(second);
    const key = `arn:${text} wait`;
    const [request] = ask(first.url, `${text} wait`);
    request.on("error", () => undefined);
    while (second.kernel.waiters.count(key) === 0) await turns(1);
    request.destroy();
    while (second.kernel.waiters.count(key) > 0) await turns(1);
    assert.deepEqual(second.decided, []);
  });

  test("what waits at an owner that hands over is answered by the next one", async () => {
    await using cluster = await Cluster.open(2);
    const [first, second] = cluster.two;
    const text = cluster.textOf(second);
    const key = `arn:${text} wait`;
    const [, got] = ask(first.url, `${text} wait`);
    while (second.kernel.waiters.count(key) === 0) await turns(1);
    await second.node.leave();
    while (first.kernel.waiters.count(key) === 0) await turns(1);
    first.kernel.waiters.expireAll();
    assert.deepEqual((await got).body, { Text: `${text} wait` });
    assert.deepEqual([first.decided, second.decided], [[`${text} wait`], []]);
  });
});

describe("an owner that dies", () => {
  test("with a request that may have reached it: the client is told to try again, and nobody else decides it", async () => {
    await using cluster = await Cluster.open(2);
    const [first, second] = cluster.two;
    const text = cluster.textOf(second);
    const [, got] = ask(first.url, `${text} wait`);
    while (second.kernel.waiters.count(`arn:${text} wait`) === 0) await turns(1);
    void second.die();
    await cluster.leases.unregister(second.node.member);
    await first.node.look();
    const { status, body } = await got;
    assert.deepEqual([status, body["__type"]], [503, "ServiceUnavailable"]);
    assert.deepEqual([first.decided, second.decided], [[], []]);
  });

  test("before a request reached it: the next owner answers", async () => {
    await using cluster = await Cluster.open(2);
    const [first, second] = cluster.two;
    const text = cluster.textOf(second);
    await second.die();
    const [, got] = ask(first.url, text);
    await cluster.leases.unregister(second.node.member);
    assert.deepEqual((await got).body, { Text: text });
    assert.deepEqual(first.decided, [text]);
  });
});

describe("a shard without an owner", () => {
  test("is waited for, up to a deadline; then the client is told to try again", async () => {
    await using cluster = await Cluster.open(1);
    const [only] = cluster.minis;
    assert.ok(only);
    const text = cluster.textOf(only);
    await only.node.leave();
    const [, got] = ask(only.url, text);
    const { status, body } = await got;
    assert.deepEqual([status, body["__type"]], [503, "ServiceUnavailable"]);
    assert.deepEqual(only.decided, []);
  });
});

describe("who claims to be a node", () => {
  test("and cannot prove it is refused; nodes do not take a client's word to each other", async () => {
    await using cluster = await Cluster.open(2);
    const [first, second] = cluster.two;
    const forged = { "x-tutti-node": `${Date.now()};127.0.0.1;${"0".repeat(64)}` };
    assert.equal((await ask(first.url, cluster.textOf(first), forged)[1]).status, 403);
    assert.deepEqual([first.decided, second.decided], [[], []]);
  });

  test("with another client's address than the one that was proven is refused", () => {
    const request = { method: "POST", url: "/", headers: [], body: Buffer.from("x"), sourceAddress: "10.0.0.1" };
    const [name = "", value = ""] = proofHeaders("s", request, 1_000);
    const check = (proof: string) => checkProof("s", { ...request, headers: [name, proof] }, 1_000);
    assert.deepEqual(check(value), { kind: "valid", sourceAddress: "10.0.0.1" });
    assert.deepEqual(check(value.replace("10.0.0.1", "10.0.0.2")), { kind: "invalid" });
  });

  test("and is one, but asks the wrong node, is told so and asked nothing on", async () => {
    await using cluster = await Cluster.open(2);
    const [first, second] = cluster.two;
    const client = new NodeClient("s", () => cluster.clock.now());
    const raw = {
      method: "POST",
      url: "/",
      headers: ["content-type", "application/x-amz-json-1.1", "x-amz-target", "Sample_20200101.Echo"],
      body: Buffer.from(JSON.stringify({ Text: cluster.textOf(second) })),
    };
    const sent = await client.send(first.url, raw, { connectMsMax: 5_000, answerMsMax: 5_000 });
    assert.equal(sent.kind === "answer" ? sent.answer.status : sent.kind, 421);
    assert.deepEqual(second.decided, []);
    client.close();
  });
});
