/** The commands docs/postgresql.md gives for backup and restore, of both stores, taken from under a running server. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startPostgresql } from "../support/postgresql.ts";
import type { PostgresqlServer } from "../support/postgresql.ts";
import { requires } from "../support/requirements.ts";
import { startServerProcessOn, temporaryFolder } from "../support/server-process.ts";

const run = promisify(execFile);

function client(url: string): SQSClient {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  return new SQSClient({ endpoint: url, region: "us-east-1", credentials });
}

async function send(url: string, body: string): Promise<void> {
  const sqs = client(url);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "jobs" }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
  sqs.destroy();
}

async function bodies(words: readonly string[]): Promise<(string | undefined)[]> {
  await using server = await startServerProcessOn(words);
  const sqs = client(server.url);
  const QueueUrl = `${server.url}/000000000000/jobs`;
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  sqs.destroy();
  return Messages.map(({ Body }) => Body);
}

test("a copy of the embedded store, made while the server runs, is an installation", async () => {
  await using folder = await temporaryFolder();
  const [directory, backup] = [join(folder.path, "data"), join(folder.path, "backup")];
  await mkdir(backup);
  await using server = await startServerProcessOn(["--data-dir", directory]);
  await send(server.url, "kept");
  // What the command sqlite3 of the page does with this statement.
  const database = new DatabaseSync(join(directory, "tutti.db"));
  database.exec(`VACUUM INTO '${join(backup, "tutti.db")}'`);
  database.close();
  await send(server.url, "later");
  assert.deepEqual(await bodies(["--data-dir", backup]), ["kept"]);
});

describe("PostgreSQL", requires("postgresql", "pgDump"), () => {
  let postgresql: PostgresqlServer;
  before(async () => {
    postgresql = await startPostgresql();
  });
  after(() => postgresql.stop());

  test("a dump made while the server runs is an installation in a new database", async () => {
    await using folder = await temporaryFolder();
    const [url, restored] = [await postgresql.createDatabase(), await postgresql.createDatabase()];
    const dump = join(folder.path, "tutti.dump");
    {
      await using server = await startServerProcessOn(["--store", url]);
      await send(server.url, "kept \u{1f600}");
      await run(join(postgresql.programs, "pg_dump"), ["--format=custom", `--file=${dump}`, url]);
      await send(server.url, "later");
      await server.terminate();
    }
    await run(join(postgresql.programs, "pg_restore"), [`--dbname=${restored}`, dump]);
    assert.deepEqual(await bodies(["--store", restored]), ["kept \u{1f600}"]);
  });
});
