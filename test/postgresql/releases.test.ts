/**
 * Two releases side by side over one database, as far as that can be seen with one: the later one has another version,
 * speaks the next protocol between nodes besides this one, and brings a migration.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { CreateQueueCommand, DeleteMessageBatchCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { Message } from "@aws-sdk/client-sqs";
import { DescribeExecutionCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import type { SFNClient } from "@aws-sdk/client-sfn";
import { ShardMap } from "../../packages/server/src/kernel/shards.ts";
import { nodeProtocols } from "../../packages/server/src/server/nodes/node-protocols.ts";
import { isBalanced, leaseSecondsFor, TestCluster, until } from "../support/cluster.ts";
import type { NodesShown } from "../support/cluster.ts";
import { ClusterLoad } from "../support/cluster-load.ts";
import { startPostgresql } from "../support/postgresql.ts";
import type { PostgresqlServer } from "../support/postgresql.ts";
import { requires } from "../support/requirements.ts";
import { startServerProcessOn } from "../support/server-process.ts";
import { createMachine, eventually, sfnClient } from "../support/sfn.ts";

const protocol = Math.max(...nodeProtocols);
/** The next release, and one that has forgotten the protocol of this one. */
const laterRelease = release(protocol, protocol + 1);
const muchLaterRelease = release(protocol + 1, protocol + 2);
const laterVersion = "999.0.0";
const account = "000000000000";
const arnPrefix = "arn:aws";

const names = Array.from({ length: 12 }, (_, index) => `jobs-${index}`);
const machineNames = Array.from({ length: 6 }, (_, index) => `machine-${index}`);

/** Words for Node that make a server one of a later release. */
function release(...protocols: readonly number[]): string[] {
  return ["--import", `${import.meta.resolve("../support/later-release.ts")}?protocols=${protocols.join()}`];
}

function queueUrl(url: string, name: string): string {
  return `${url}/${account}/${name}`;
}

/** Sends its input's name to each of `queues`, one after another. */
function relay(queues: readonly string[]): object {
  const task = (name: string, index: number): object => ({
    Type: "Task",
    Resource: "arn:aws:states:::sqs:sendMessage",
    Parameters: { QueueUrl: queueUrl("http://localhost", name), "MessageBody.$": "$.name" },
    ResultPath: null,
    ...(index + 1 < queues.length ? { Next: queues[index + 1] } : { End: true }),
  });
  return { StartAt: queues[0], States: Object.fromEntries(queues.map((name, index) => [name, task(name, index)])) };
}

async function shownAt(url: string): Promise<NodesShown> {
  return (await (await fetch(`${url}/_tutti/nodes`)).json()) as NodesShown;
}

async function balanced(url: string, count: number): Promise<NodesShown> {
  return until(`${count} nodes with their share`, 60, async () => {
    const shown = await shownAt(url);
    return isBalanced(shown, count) ? shown : undefined;
  });
}

async function hopsCarried(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^tutti_hops_carried_total (\d+)$/m.exec(metrics)?.[1]);
}

/** A client that tells every failure at once. */
function sqsClient(url: string): SQSClient {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  return new SQSClient({ endpoint: url, region: "us-east-1", credentials, maxAttempts: 1 });
}

/** What is in a queue, which must be so much. */
async function takeAll(sqs: SQSClient, QueueUrl: string, count: number): Promise<string[]> {
  const taken: Message[] = [];
  while (taken.length < count) {
    const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 });
    const { Messages = [] } = await sqs.send(receive);
    assert.ok(Messages.length > 0, `${QueueUrl} has ${taken.length} messages and not ${count}`);
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    taken.push(...Messages);
  }
  return taken.map(({ Body = "" }) => Body).toSorted();
}

async function succeeded(sfn: SFNClient, executionArn = ""): Promise<void> {
  await eventually(async () => {
    const { status } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    assert.ok(status === "RUNNING" || status === "SUCCEEDED", String(status));
    return status === "SUCCEEDED" ? true : undefined;
  }, `the end of ${executionArn}`);
}

/** Messages to each queue through one node, by clients and by executions, and their receipt and deletion through another. */
async function work(from: string, to: string): Promise<void> {
  const [sender, receiver] = [sqsClient(from), sqsClient(to)];
  const [starter, asker] = [sfnClient(from), sfnClient(to)];
  for (const name of names) {
    await sender.send(new CreateQueueCommand({ QueueName: name }));
    await sender.send(new SendMessageCommand({ QueueUrl: queueUrl(from, name), MessageBody: "client" }));
  }
  for (const name of machineNames) {
    const stateMachineArn = await createMachine(starter, name, relay(names));
    const input = JSON.stringify({ name });
    const { executionArn } = await starter.send(new StartExecutionCommand({ stateMachineArn, input }));
    await succeeded(asker, executionArn);
  }
  const expected = ["client", ...machineNames];
  for (const name of names)
    assert.deepEqual(await takeAll(receiver, queueUrl(to, name), expected.length), expected, name);
  for (const client of [sender, receiver, starter, asker]) client.destroy();
}

/** What migrations of a later release leave: more columns everywhere, another table, their numbers. */
async function migrateFurther(postgresql: PostgresqlServer, database: string): Promise<number> {
  const tables = await postgresql.query(
    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_name <> 'schema_migrations'",
    database,
  );
  const changes = tables.map(({ table_name: name }) => `ALTER TABLE ${String(name)} ADD COLUMN later text`);
  const numbers = "INSERT INTO schema_migrations SELECT module, 99 FROM schema_migrations WHERE number = 1";
  const other = "CREATE TABLE later_things (shard integer NOT NULL, arn text NOT NULL PRIMARY KEY)";
  // Each by itself: one transaction over all tables meets those of the nodes in another order.
  for (const statement of [...changes, other, numbers]) await postgresql.query(statement, database);
  return tables.length;
}

describe("two releases side by side", requires("postgresql"), () => {
  let postgresql: PostgresqlServer;
  before(async () => {
    postgresql = await startPostgresql();
  });
  after(() => postgresql.stop());

  test("work over one database that the later one has migrated, and the older one starts there again", async () => {
    const database = await postgresql.createDatabase();
    const leaseSeconds = await leaseSecondsFor(postgresql, 2);
    const words = ["--store", database, "--lease-seconds", String(leaseSeconds)];
    await using older = await startServerProcessOn([...words, "--node-id", "older"]);
    await work(older.url, older.url);
    assert.ok((await migrateFurther(postgresql, database)) > 10);
    await work(older.url, older.url);
    await using later = await startServerProcessOn([...words, "--node-id", "later"], laterRelease);
    const { nodes } = await balanced(older.url, 2);
    const versionOf = (id: string): string | undefined => nodes.find((node) => node.id === id)?.version;
    assert.deepEqual([versionOf("later"), versionOf("older") === laterVersion], [laterVersion, false]);
    await work(older.url, later.url);
    await work(later.url, older.url);
    assert.ok(Math.min(await hopsCarried(older.url), await hopsCarried(later.url)) > 0);
    assert.equal(await older.terminate(), 0);
    await using again = await startServerProcessOn([...words, "--node-id", "older"]);
    await balanced(again.url, 2);
    await work(later.url, again.url);
    assert.deepEqual([await again.terminate(), await later.terminate()], [0, 0]);
  });

  test("replace each other node by node under load: no request fails, nothing acknowledged is lost", async (context) => {
    // Nothing here waits for a lease to end, and on a slow machine none must.
    await using cluster = await TestCluster.start(postgresql, { names: ["a", "b"], leaseSeconds: 15 });
    await using load = new ClusterLoad(cluster.nodes.map(({ url }) => url));
    const progress = async (): Promise<void> => {
      const start = load.acknowledged;
      await until("the clients to get on", 60, async () => (load.acknowledged > start + 100 ? true : undefined));
    };
    await load.start();
    await progress();
    // There and, for one of them, back again.
    for (const [name, nodeWords] of [
      ["a", laterRelease],
      ["b", laterRelease],
      ["a", []],
    ] as const) {
      const node = cluster.node(name);
      await load.spare(node.url);
      assert.equal(await node.terminate(), 0);
      await progress();
      await node.start(nodeWords);
      const { nodes } = await balanced(node.url, 2);
      const isLater = nodes.find(({ id }) => id === name)?.version === laterVersion;
      assert.equal(isLater, nodeWords.length > 0);
      load.use(node.url);
      await progress();
    }
    const migrated = "SELECT number FROM schema_migrations WHERE module = 'later'";
    assert.deepEqual(await postgresql.query(migrated, cluster.database), [{ number: 1 }]);
    const report = await load.finish();
    context.diagnostic(JSON.stringify(report));
    assert.equal(report.unknown, 0, "a request has failed");
    for (const node of cluster.nodes) assert.equal(await node.terminate(), 0);
  });

  test("that have no protocol in common keep what is for each other until one goes", async () => {
    const database = await postgresql.createDatabase();
    const leaseSeconds = await leaseSecondsFor(postgresql, 2);
    const words = ["--store", database, "--lease-seconds", String(leaseSeconds)];
    await using older = await startServerProcessOn([...words, "--node-id", "older"]);
    const [here, there] = [sqsClient(older.url), sfnClient(older.url)];
    for (const QueueName of names) await here.send(new CreateQueueCommand({ QueueName }));
    await using stranger = await startServerProcessOn([...words, "--node-id", "stranger"], muchLaterRelease);
    const { nodes } = await balanced(older.url, 2);
    const shards = new ShardMap(nodes.flatMap((node) => node.shards).length);
    const ownerOf = (arn: string): string | undefined => nodes.find((node) => node.shards.includes(shards.of(arn)))?.id;
    const queueOf = (owner: string): string =>
      names.find((name) => ownerOf(`${arnPrefix}:sqs:us-east-1:${account}:${name}`) === owner) ?? "none";
    const machine = machineNames.find(
      (name) => ownerOf(`${arnPrefix}:states:us-east-1:${account}:stateMachine:${name}`) === "older",
    );
    const [ours, theirs] = [queueOf("older"), queueOf("stranger")];
    const stateMachineArn = await createMachine(there, machine ?? "none", relay([theirs]));
    const { executionArn } = await there.send(new StartExecutionCommand({ stateMachineArn, input: '{"name":"hop"}' }));
    const elsewhere = sqsClient(stranger.url);
    const send = (sqs: SQSClient, name: string, MessageBody: string): Promise<unknown> =>
      sqs.send(new SendMessageCommand({ QueueUrl: queueUrl(older.url, name), MessageBody }));
    const refused = { name: "ServiceUnavailable", $metadata: { httpStatusCode: 503 } };
    const isRefused = (error: { name: string; $metadata: { httpStatusCode: number } }): boolean => {
      const { name, $metadata } = error;
      assert.deepEqual({ name, $metadata: { httpStatusCode: $metadata.httpStatusCode } }, refused);
      return true;
    };
    await Promise.all([
      assert.rejects(send(here, theirs, "refused"), isRefused),
      assert.rejects(send(elsewhere, ours, "refused"), isRefused),
      send(here, ours, "own"),
      send(elsewhere, theirs, "own"),
    ]);
    const { status } = await there.send(new DescribeExecutionCommand({ executionArn }));
    assert.equal(status, "RUNNING");
    assert.equal(await stranger.terminate(), 0);
    await succeeded(there, executionArn);
    assert.deepEqual(await takeAll(here, queueUrl(older.url, theirs), 2), ["hop", "own"]);
    assert.deepEqual(await takeAll(here, queueUrl(older.url, ours), 1), ["own"]);
    for (const client of [here, there, elsewhere]) client.destroy();
    assert.equal(await older.terminate(), 0);
  });
});
