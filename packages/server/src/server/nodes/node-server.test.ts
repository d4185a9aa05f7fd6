/** A node as a whole, over a store and leases in memory: what it says of itself, and how it lives on after a loss. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { describe, test } from "node:test";
import { RealClock } from "../../kernel/clock.ts";
import { NodeIdInUse } from "../../kernel/nodes/leases.ts";
import { MemoryLeases } from "../../kernel/nodes/memory-leases.ts";
import { metaTable } from "../../kernel/meta.ts";
import { MemoryStore } from "../../kernel/store/memory-store.ts";
import { StoreFault, StoreUnavailableError } from "../../kernel/store/store-errors.ts";
import type { TableDefinition } from "../../kernel/table.ts";
import { turns } from "../../kernel/testing/fixtures.ts";
import { VirtualClock } from "../../kernel/virtual-clock.ts";
import { Origins } from "../../protocol/http/origins.ts";
import type { TuttiServer } from "../tutti-server.ts";
import { nodeProtocols } from "./node-protocols.ts";
import { startNodeServer } from "./node-server.ts";
import type { NodeServerOptions } from "./node-server.ts";

const shardCount = 4;

class Shared implements AsyncDisposable {
  readonly leases = new MemoryLeases(() => Date.now());
  readonly store = new MemoryStore((fence) => this.leases.admits(fence));
  readonly lines: string[] = [];
  readonly servers: TuttiServer[] = [];

  async start(change: Partial<NodeServerOptions> = {}): Promise<TuttiServer> {
    const row = { shard: 0, name: "shard-count", value: String(shardCount) };
    await this.store.commit([{ kind: "put", table: metaTable, values: metaTable.encode(row) }]);
    const server = await startNodeServer({
      host: "127.0.0.1",
      port: 0,
      publicUrl: undefined,
      origins: new Origins(),
      store: this.store,
      leases: this.leases,
      clock: new RealClock(),
      log: (_level, message) => this.lines.push(message),
      leaseMs: 2_000,
      nodeId: undefined,
      advertise: undefined,
      shardCount,
      onFatal: (error) => assert.fail(String(error)),
      ...change,
    });
    this.servers.push(server);
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
  }
}

interface Nodes {
  readonly self: { readonly nodeId: string; readonly incarnation: number } | null;
  readonly lives: number;
  readonly nodes: readonly { readonly id: string; readonly address: string; readonly shards: readonly number[] }[];
  readonly freeShards: readonly number[];
}

async function nodesOf({ url }: TuttiServer): Promise<Nodes> {
  return (await (await fetch(`${url}/_tutti/nodes`)).json()) as Nodes;
}

async function sqs({ url }: TuttiServer, action: string, body: object): Promise<[number, Record<string, unknown>]> {
  const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AmazonSQS.${action}` };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  return [answer.status, (await answer.json()) as Record<string, unknown>];
}

describe("a node", () => {
  test("owns everything when it is ready, and says so", async () => {
    await using shared = new Shared();
    const server = await shared.start();
    const { host } = new URL(server.url);
    const { nodes, self, lives, freeShards } = await nodesOf(server);
    assert.deepEqual([self?.nodeId, lives, freeShards], [host, 1, []]);
    assert.deepEqual(
      nodes.map(({ id, address, shards }) => [id, address, shards]),
      [[host, server.url, [0, 1, 2, 3]]],
    );
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    assert.match(metrics, /^tutti_node_shards 4$/m);
    assert.match(metrics, /^tutti_nodes 1$/m);
  });

  test("whose database answers late at the first start says so, by a code that has a page", async () => {
    await using shared = new Shared();
    const late = async (): Promise<never> => {
      throw new StoreUnavailableError("the database db:5432/tutti did not answer: timeout");
    };
    for (const method of ["install", "register", "view"] as const) {
      const leases = Object.assign(new MemoryLeases(() => Date.now()), { [method]: late });
      await assert.rejects(shared.start({ leases }), (error) => {
        assert.ok(error instanceof StoreFault, method);
        assert.equal(error.code, "TUTTI-0109");
        assert.match(
          error.message,
          /^TUTTI-0109: .* within 2 s.*: the database db:5432\/tutti did not answer: timeout$/,
        );
        return true;
      });
    }
  });

  test("is not ready when what it owns cannot be loaded in time", async () => {
    await using shared = new Shared();
    class LateStore extends MemoryStore {
      override async load<Row>(table: TableDefinition<Row>, shards?: readonly number[]): Promise<Row[]> {
        if (shards !== undefined || table.name === "sqs_queues")
          throw new StoreUnavailableError("TUTTI-0105: the database db:5432/tutti did not answer a read in time");
        return super.load(table, shards);
      }
    }
    const store = new LateStore((fence) => shared.leases.admits(fence));
    const row = { shard: 0, name: "shard-count", value: String(shardCount) };
    await store.commit([{ kind: "put", table: metaTable, values: metaTable.encode(row) }]);
    await assert.rejects(shared.start({ store }), /^StoreFault: TUTTI-0109: .*did not answer a read in time$/);
    assert.ok(!shared.lines.includes("started"));
  });

  test("that was removed joins again, with everything acknowledged, behind the same address", async () => {
    await using shared = new Shared();
    const server = await shared.start();
    const [, { QueueUrl }] = await sqs(server, "CreateQueue", { QueueName: "kept" });
    const before = (await nodesOf(server)).self;
    assert.ok(before);
    await shared.leases.unregister(before);
    // The commit of this one is refused, so its client is told to try again; nobody may take it for done.
    const [status, refusal] = await sqs(server, "SendMessage", { QueueUrl, MessageBody: "unknown" });
    assert.deepEqual([status, refusal["__type"]], [503, "com.amazon.coral.service#ServiceUnavailable"]);
    assert.equal((await sqs(server, "SendMessage", { QueueUrl, MessageBody: "kept" }))[0], 200);
    const [, { Messages }] = await sqs(server, "ReceiveMessage", { QueueUrl, MaxNumberOfMessages: 10 });
    assert.deepEqual(
      (Messages as { Body: string }[]).map(({ Body }) => Body),
      ["kept"],
    );
    const after = await nodesOf(server);
    assert.equal(after.lives, 2);
    assert.ok((after.self?.incarnation ?? 0) > before.incarnation);
  });

  test("does not take another number of shards than the installation has", async () => {
    await using shared = new Shared();
    await shared.start();
    await assert.rejects(shared.start({ shardCount: shardCount + 1 }), /made with 4 shards/);
  });

  test("hands everything over when it stops", async () => {
    await using shared = new Shared();
    const first = await shared.start();
    const second = await shared.start();
    while ((await nodesOf(second)).nodes.some(({ shards }) => shards.length !== 2)) await turns(5);
    await first.stop();
    const { nodes } = await nodesOf(second);
    assert.equal(nodes.length, 1);
    while ((await nodesOf(second)).freeShards.length > 0) await turns(5);
  });

  test("does not take a name that is in use", async () => {
    await using shared = new Shared();
    await shared.start({ nodeId: "a" });
    await assert.rejects(shared.start({ nodeId: "a" }), NodeIdInUse);
  });

  test("takes a name back whose node died, once its lease has ended", async () => {
    await using shared = new Shared();
    await shared.leases.install({ shardCount, secret: "s" });
    await shared.leases.register({ id: "a", address: "http://127.0.0.1:1", version: "1" }, 1_000);
    const server = await shared.start({ nodeId: "a" });
    assert.equal((await nodesOf(server)).nodes.length, 1);
  });

  test("with a virtual clock is alone, or does not start", async () => {
    await using shared = new Shared();
    const first = await shared.start({ clock: new VirtualClock(Date.now()) });
    const before = first.now();
    await first.advance(3_600);
    assert.equal(first.now() - before, 3_600_000);
    await assert.rejects(shared.start(), /virtual clock must be the only one/);
  });
});

test("messages between nodes are for nodes", async () => {
  await using shared = new Shared();
  const server = await shared.start();
  const answer = await fetch(`${server.url}/_tutti/node/look`, { method: "POST" });
  assert.equal(answer.status, 404);
});

test("what is sent to a path between nodes is bounded: by what anybody may send, and by what nodes may hold together", async () => {
  await using shared = new Shared();
  const server = await shared.start({ bodyBudgetBytes: 300_000 });
  const url = `${server.url}/_tutti/node/hops`;
  await assert.rejects(fetch(url, { method: "POST", body: "x".repeat(100_000) }));
  const begun = [1, 2].map(() => {
    const headers = { "x-tutti-node": "1;nobody", "content-length": 200_000 };
    const request = httpRequest(url, { method: "POST", headers }).on("error", () => undefined);
    request.flushHeaders();
    return request;
  });
  const shown = async (): Promise<string[]> => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    return text.split("\n").filter((line) => /^tutti_request_bod.*="nodes"/.test(line));
  };
  const expected = [
    'tutti_request_body_bytes{from="nodes"} 200000',
    'tutti_request_bodies_waiting{from="nodes"} 1',
  ].join();
  while ((await shown()).join() !== expected) continue;
  const statuses = begun.map(async (request) => {
    const [response] = (await once(request, "response")) as [IncomingMessage];
    return response.resume().statusCode;
  });
  for (const request of begun) request.end(" ".repeat(200_000));
  assert.deepEqual(await Promise.all(statuses), [404, 404]);
});

test("a message in another release's protocol is refused before it is read", async () => {
  await using shared = new Shared();
  const server = await shared.start();
  const headers = { "x-tutti-node": `${Math.max(...nodeProtocols) + 1};whatever a later release says` };
  const answer = await fetch(`${server.url}/_tutti/node/hops`, { method: "POST", headers, body: "not JSON" });
  assert.deepEqual([answer.status, answer.headers.get("x-tutti-node")], [426, nodeProtocols.join()]);
});
