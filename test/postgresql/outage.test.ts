/**
 * Nodes that lose what they stand on for longer than a lease: the database, or the way to each other. Clients are told to try
 * again within their deadline, nodes recover by themselves, and nothing acknowledged is lost.
 *
 * `TUTTI_OUTAGE_SECONDS=60 npm test -- outage` has the database away for a minute; otherwise until every client has been told.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isBalanced, TestCluster, until } from "../support/cluster.ts";
import { ClusterLoad } from "../support/cluster-load.ts";
import { startPostgresql } from "../support/postgresql.ts";
import type { PostgresqlServer } from "../support/postgresql.ts";
import { requires } from "../support/requirements.ts";

const outageSeconds = Number(process.env["TUTTI_OUTAGE_SECONDS"] ?? 0);
const patienceSeconds = 60;

/** An answer of SQS: its status, and the type of the error in it. */
async function ask(url: string, operation: string, input: object): Promise<readonly [number, string?]> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AmazonSQS.${operation}` },
    body: JSON.stringify(input),
    signal: AbortSignal.timeout(patienceSeconds * 1000),
  });
  const { __type: type } = JSON.parse((await answer.text()) || "{}") as { readonly __type?: string };
  return type === undefined ? [answer.status] : [answer.status, type.replace(/^.*#/, "")];
}

const send = (url: string, queue: string): Promise<readonly [number, string?]> =>
  ask(url, "SendMessage", { QueueUrl: `${url}/000000000000/${queue}`, MessageBody: "x" });

async function wholeAgain(cluster: TestCluster): Promise<void> {
  const { nodes } = cluster;
  await until("every node to have its share", patienceSeconds, async () => {
    const shown = await Promise.all(nodes.map((node) => node.nodes()));
    return shown.every((one) => isBalanced(one, nodes.length)) ? true : undefined;
  });
}

describe("nodes over PostgreSQL", { ...requires("postgresql"), timeout: 240_000 + outageSeconds * 1000 }, () => {
  let postgresql: PostgresqlServer;
  before(async () => {
    postgresql = await startPostgresql();
  });
  after(() => postgresql.stop());

  test("with their database away refuse with a retryable error, then go on where they were", async (context) => {
    await using cluster = await TestCluster.start(postgresql, { names: ["a", "b"], leaseSeconds: 2 });
    await using load = new ClusterLoad(cluster.nodes.map(({ url }) => url));
    await load.start();
    await wholeAgain(cluster);
    // Of the test's own: the load counts what it sends.
    const [created] = await ask(cluster.node("a").url, "CreateQueue", { QueueName: "probes" });
    assert.equal(created, 200);
    const refuse = async (): Promise<void> => {
      const answers = await Promise.all(cluster.nodes.map(({ url }) => send(url, "probes")));
      for (const answer of answers) assert.deepEqual(answer, [503, "ServiceUnavailable"]);
    };
    const processes = cluster.nodes.map(({ process }) => process?.pid);
    await until("the load to be under way", patienceSeconds, async () => (load.acknowledged > 100 ? true : undefined));
    await postgresql.crash();
    const awayAt = performance.now();
    do await refuse();
    while (performance.now() - awayAt < outageSeconds * 1000);
    const awaySeconds = (performance.now() - awayAt) / 1000;
    await postgresql.restart();
    const backAt = performance.now();
    await until("every node to answer again", patienceSeconds, async () => {
      const answers = await Promise.all(cluster.nodes.map(({ url }) => send(url, "probes")));
      return answers.every(([status]) => status === 200) ? true : undefined;
    });
    const backSeconds = (performance.now() - backAt) / 1000;
    context.diagnostic(
      `away for ${awaySeconds.toFixed(1)} s, answers from every node ${backSeconds.toFixed(1)} s later`,
    );
    await wholeAgain(cluster);
    const already = load.acknowledged;
    await until("clients to get on", patienceSeconds, async () =>
      load.acknowledged > already + 50 ? true : undefined,
    );
    const report = await load.finish();
    context.diagnostic(JSON.stringify(report));
    assert.deepEqual(
      cluster.nodes.map(({ process }) => process?.pid),
      processes,
    );
    for (const node of cluster.nodes) {
      assert.ok(((await node.nodes())?.lives ?? 0) > 1, `${node.name} has not joined again`);
      assert.equal(await node.terminate(), 0);
    }
  });

  test("whose way to each other stalls with its connections open refuse what they cannot pass on, and only that", async () => {
    await using cluster = await TestCluster.start(postgresql, { names: ["a", "b"], leaseSeconds: 1 });
    await wholeAgain(cluster);
    const [a, b] = [cluster.node("a"), cluster.node("b")];
    const queues = Array.from({ length: 24 }, (_, index) => `q${index}`);
    // With so short a lease a node may lose it on a slow machine: its clients try again.
    for (const QueueName of queues)
      await until(`${QueueName} to be made`, patienceSeconds, async () =>
        (await ask(a.url, "CreateQueue", { QueueName }))[0] === 200 ? true : undefined,
      );
    const sendAll = (): Promise<(readonly [number, string?])[]> =>
      Promise.all(queues.map((queue) => send(a.url, queue)));
    b.fromNodes.stalls = true;
    const refused = (await sendAll()).filter(([status]) => status !== 200);
    assert.ok(refused.length > 0 && refused.length < queues.length, `${refused.length} were refused`);
    for (const answer of refused) assert.deepEqual(answer, [503, "ServiceUnavailable"]);
    b.fromNodes.stalls = false;
    await until("everything to be answered again", patienceSeconds, async () =>
      (await sendAll()).every(([status]) => status === 200) ? true : undefined,
    );
  });
});
