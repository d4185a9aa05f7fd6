/** Two releases side by side over one database, whose tables have already what the later one brings. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DescribeExecutionCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { isBalanced, until } from "../support/cluster.ts";
import type { NodesShown } from "../support/cluster.ts";
import { startPostgresql } from "../support/postgresql.ts";
import type { PostgresqlServer } from "../support/postgresql.ts";
import { requires } from "../support/requirements.ts";
import { startServerProcessOn } from "../support/server-process.ts";
import { createMachine, sfnClient } from "../support/sfn.ts";

const laterRelease = ["--import", fileURLToPath(new URL("../support/later-release.ts", import.meta.url))];
const laterVersion = "999.0.0";
const names = Array.from({ length: 12 }, (_, index) => `jobs-${index}`);

async function balanced(url: string, count: number): Promise<NodesShown> {
  return until(`${count} nodes with their share`, 60, async () => {
    const shown = (await (await fetch(`${url}/_tutti/nodes`)).json()) as NodesShown;
    return isBalanced(shown, count) ? shown : undefined;
  });
}

function sqsClient(url: string): SQSClient {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  return new SQSClient({ endpoint: url, region: "us-east-1", credentials });
}

/** A message to each queue through one node, and its receipt and deletion through another. */
async function work(from: string, to: string): Promise<void> {
  const [sender, receiver] = [sqsClient(from), sqsClient(to)];
  for (const name of names) {
    const { QueueUrl } = await sender.send(new CreateQueueCommand({ QueueName: name }));
    await sender.send(new SendMessageCommand({ QueueUrl, MessageBody: name }));
    const receive = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 });
    const { Messages: [message] = [] } = await receiver.send(receive);
    assert.equal(message?.Body, name);
    await receiver.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
  }
  const [starter, asker] = [sfnClient(from), sfnClient(to)];
  const states = { Only: { Type: "Pass", End: true } };
  const stateMachineArn = await createMachine(starter, "machine", { StartAt: "Only", States: states });
  const { executionArn } = await starter.send(new StartExecutionCommand({ stateMachineArn }));
  const { status } = await asker.send(new DescribeExecutionCommand({ executionArn }));
  assert.equal(status, "SUCCEEDED");
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
  await postgresql.query([...changes, other, numbers].join("; "), database);
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
    const words = ["--store", database, "--lease-seconds", "2"];
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
    assert.equal(await older.terminate(), 0);
    await using again = await startServerProcessOn([...words, "--node-id", "older"]);
    await balanced(again.url, 2);
    await work(later.url, again.url);
    assert.deepEqual([await again.terminate(), await later.terminate()], [0, 0]);
  });
});
