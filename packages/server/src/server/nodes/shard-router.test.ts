/** Two and three nodes of one operation, over real connections: what a client sees of a request that comes to the wrong one. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { describe, test } from "node:test";
import { ServiceError } from "../../kernel/service-error.ts";
import { turns } from "../../kernel/testing/fixtures.ts";
import { checkProof, proofHeaders } from "./node-auth.ts";
import { NodeClient } from "./node-client.ts";
import { nodeProtocols } from "./node-protocols.ts";
import { ask, Cluster } from "./testing/mini-nodes.ts";
import type { Mini } from "./testing/mini-nodes.ts";

/** A request whose body is still to come. */
function begin(url: string, bodyBytes: number) {
  const request = httpRequest(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "Sample_20200101.Echo",
      "content-length": bodyBytes,
      connection: "close",
    },
  });
  request.flushHeaders();
  const status = once(request, "response").then(([response]: IncomingMessage[]) => {
    response?.resume();
    return response?.statusCode;
  });
  return { request, status };
}

const laterProtocol = Math.max(...nodeProtocols) + 1;

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

  test("has room for its body there, also when both nodes have passed on to each other all that clients may hold", async () => {
    const bodyBytes = 200_000;
    await using cluster = await Cluster.open(2, { bodyBudgetBytes: bodyBytes });
    const [first, second] = cluster.two;
    const pairs = [
      { asked: first, owner: second },
      { asked: second, owner: first },
    ];
    const begun = pairs.map(({ asked, owner }) => {
      const body = JSON.stringify({ Text: cluster.textOf(owner) }).padEnd(bodyBytes, " ");
      return { ...begin(asked.url, body.length), body };
    });
    const isHeld = ({ bodies }: Mini): boolean => bodies.all["clients"]?.heldBytes === bodyBytes;
    while (!isHeld(first) || !isHeld(second)) await turns(1);
    for (const { request, body } of begun) request.end(body);
    const statuses = await Promise.all(begun.map(({ status }) => status));
    assert.deepEqual(statuses, [200, 200]);
    assert.deepEqual([first.decided.length, second.decided.length], [1, 1]);
    const left = [first, second].flatMap(({ bodies }) => Object.values(bodies.all));
    while (left.some(({ heldBytes }) => heldBytes > 0)) await turns(1);
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

describe("an owner that does not answer, its connection open", () => {
  test("is given up after its time: the client is told to try again, and nobody else decides", async () => {
    await using cluster = await Cluster.open(2, { answerMsMax: 100 });
    const [first, second] = cluster.two;
    const { status, body } = await ask(first.url, `${cluster.textOf(second)} wait`)[1];
    assert.deepEqual([status, body["__type"]], [503, "ServiceUnavailable"]);
    assert.deepEqual([first.decided, second.decided], [[], []]);
  });

  test("is waited for as much longer as the operation may wait for something to happen", async () => {
    await using cluster = await Cluster.open(2, { answerMsMax: 0, longestWaitMs: 60_000 });
    const [first, second] = cluster.two;
    const text = `${cluster.textOf(second)} wait`;
    const [, got] = ask(first.url, text);
    while (second.kernel.waiters.count(`arn:${text}`) === 0) await turns(1);
    second.kernel.waiters.expireAll();
    assert.deepEqual((await got).body, { Text: text });
  });
});

describe("a node of another release", () => {
  /** What a node sends that knows `protocols`, to the first node. */
  async function statusesOf(cluster: Cluster, protocols: readonly number[], count: number): Promise<unknown[]> {
    const [first] = cluster.two;
    const client = new NodeClient("s", () => cluster.clock.now(), protocols);
    const raw = {
      method: "POST",
      url: "/",
      headers: ["content-type", "application/x-amz-json-1.1", "x-amz-target", "Sample_20200101.Echo"],
      body: Buffer.from(JSON.stringify({ Text: cluster.textOf(first) })),
    };
    const statuses: unknown[] = [];
    for (let number = 0; number < count; number += 1) {
      const sent = await client.send(first.url, raw, { connectMsMax: 5_000, answerMsMax: 5_000 });
      statuses.push(sent.kind === "answer" ? sent.answer.status : sent.kind);
    }
    client.close();
    return statuses;
  }

  test("that still knows the protocol here speaks it, after one refusal", async () => {
    await using cluster = await Cluster.open(2);
    const [first] = cluster.two;
    assert.deepEqual(await statusesOf(cluster, [...nodeProtocols, laterProtocol], 3), [200, 200, 200]);
    assert.deepEqual(cluster.lines, ["n0: refused a request of a node that speaks another protocol"]);
    assert.equal(first.decided.length, 3);
  });

  test("that knows no protocol of those here is told so, and what it asks is not read", async () => {
    await using cluster = await Cluster.open(2);
    const [first] = cluster.two;
    assert.deepEqual(await statusesOf(cluster, [laterProtocol], 1), [426]);
    const later = { "x-tutti-node": `${laterProtocol};whatever a later release says` };
    const { status, headers } = await ask(first.url, cluster.textOf(first), later)[1];
    assert.deepEqual([status, headers["x-tutti-node"]], [426, nodeProtocols.join()]);
    assert.deepEqual(first.decided, []);
  });

  test("that owns a shard is asked again until one that understands does, or the deadline has come", async () => {
    await using cluster = await Cluster.open(2);
    const [first, second] = cluster.two;
    const text = cluster.textOf(second);
    second.answersAll = 426;
    const refused = await ask(first.url, text)[1];
    assert.deepEqual([refused.status, refused.body["__type"]], [503, "ServiceUnavailable"]);
    assert.ok(cluster.lines.includes("n0: the owner of a shard speaks another protocol"));
    const [, got] = ask(first.url, text);
    await second.node.leave();
    assert.deepEqual((await got).body, { Text: text });
    assert.deepEqual([first.decided, second.decided], [[text], []]);
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
  test("proves it in any protocol that is understood, and in that one only", () => {
    const request = { method: "POST", url: "/", headers: [], body: Buffer.from("x") };
    const check = (protocol: number, value = ""): unknown => {
      const [name = "", proof = ""] = proofHeaders("s", request, 1_000, protocol);
      return checkProof(
        "s",
        { ...request, headers: [name, value === "" ? proof : value + proof.slice(1)] },
        1_000,
        [1, 2],
      ).kind;
    };
    assert.deepEqual([check(1), check(2), check(3)], ["valid", "valid", "unknown protocol"]);
    assert.equal(check(1, "2"), "invalid");
  });

  test("and cannot prove it is refused; nodes do not take a client's word to each other", async () => {
    await using cluster = await Cluster.open(2);
    const [first, second] = cluster.two;
    const forged = { "x-tutti-node": `${nodeProtocols.at(-1)};${Date.now()};127.0.0.1;${"0".repeat(64)}` };
    assert.equal((await ask(first.url, cluster.textOf(first), forged)[1]).status, 403);
    assert.deepEqual([first.decided, second.decided], [[], []]);
  });

  test("with another client's address than the one that was proven is refused", () => {
    const request = { method: "POST", url: "/", headers: [], body: Buffer.from("x"), sourceAddress: "10.0.0.1" };
    const [name = "", value = ""] = proofHeaders("s", request, 1_000, 1);
    const check = (proof: string) => checkProof("s", { ...request, headers: [name, proof] }, 1_000);
    assert.deepEqual(check(value), { kind: "valid", sourceAddress: "10.0.0.1" });
    assert.deepEqual(check(value.replace("10.0.0.1", "10.0.0.2")), { kind: "invalid" });
  });

  test("and is one whose clock is minutes away is told to ask again, and its operator is told why", async () => {
    await using cluster = await Cluster.open(2);
    const [first] = cluster.two;
    const client = new NodeClient("s", () => Date.now() + 600_000);
    const raw = {
      method: "POST",
      url: "/",
      headers: ["content-type", "application/x-amz-json-1.1", "x-amz-target", "Sample_20200101.Echo"],
      body: Buffer.from(JSON.stringify({ Text: cluster.textOf(first) })),
    };
    const sent = await client.send(first.url, raw, { connectMsMax: 5_000, answerMsMax: 5_000 });
    assert.equal(sent.kind === "answer" ? sent.answer.status : sent.kind, 421);
    assert.deepEqual(cluster.lines, ["n0: refused a request of a node whose clock differs too much from this one's"]);
    assert.deepEqual(first.decided, []);
    client.close();
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
