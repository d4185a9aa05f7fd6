import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { metaTable, unfinishedMove } from "../kernel/meta.ts";
import { shardCountDefault, ShardMap } from "../kernel/shards.ts";
import { DataDirectoryInUse, lockDataDirectory } from "../kernel/store/data-directory.ts";
import { openSqliteStore } from "../kernel/store/sqlite/sqlite-store.ts";
import { StoreFault } from "../kernel/store/store-errors.ts";
import type { TableDefinition } from "../kernel/table.ts";
import { startTutti } from "../testing/index.ts";
import { moveInstallation } from "./move-installation.ts";

const folder = mkdtempSync(join(tmpdir(), "tutti-move-"));
after(() => rmSync(folder, { recursive: true }));
const place = (name: string): string => join(folder, name);

async function ask(
  url: string,
  operation: string,
  input: object,
  service = "AmazonSQS",
): Promise<Record<string, unknown>> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": `${service}.${operation}` },
    body: JSON.stringify(input),
  });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
}

/** An installation with one queue and one message. */
async function makeInstallation(directory: string): Promise<void> {
  await using tutti = await startTutti({ dataDirectory: directory });
  const { QueueUrl } = await ask(tutti.url, "CreateQueue", { QueueName: "jobs" });
  await ask(tutti.url, "SendMessage", { QueueUrl, MessageBody: "moved \u{1f600}" });
}

async function move(from: string, to: string): Promise<string[]> {
  const lines: string[] = [];
  await moveInstallation({ from, to, allowUnsafeStore: false, report: (line) => lines.push(line) });
  return lines;
}

function fault(code: string, message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof StoreFault && error.code === code && message.test(error.message);
}

test("what was in one store is in the other, and says how much of it", async () => {
  await makeInstallation(place("a"));
  const lines = await move(place("a"), place("b"));
  assert.ok(lines.some((line) => /^sqs_parcels +1 rows {2}[0-9a-f]{16}$/.test(line)));
  assert.ok(lines.some((line) => /^states_history +0 rows {2}e3b0c44298fc1c14$/.test(line)));
  await using tutti = await startTutti({ dataDirectory: place("b") });
  const { Messages } = await ask(tutti.url, "ReceiveMessage", { QueueUrl: `${tutti.url}/000000000000/jobs` });
  assert.deepEqual(
    (Messages as { Body: string }[]).map(({ Body }) => Body),
    ["moved \u{1f600}"],
  );
});

/** The tables of what belongs to executions. */
const executionTables = ["executions", "running", "scopes", "history", "tasks"].map((name) => `states_${name}`);

/** An execution that waits for a task's token and for a deadline, its rows in the shard that its own ARN has. */
async function makeEarlierInstallation(directory: string): Promise<string> {
  const token = { Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken", TimeoutSeconds: 600 };
  let machineArn = "";
  let executionArn = "";
  {
    await using tutti = await startTutti({ dataDirectory: directory });
    const { QueueUrl } = await ask(tutti.url, "CreateQueue", { QueueName: "jobs" });
    const task = { ...token, Parameters: { QueueUrl, MessageBody: { "token.$": "$$.Task.Token" } }, End: true };
    const definition = JSON.stringify({ StartAt: "Task", States: { Task: task } });
    const machine = { name: "m", definition, roleArn: "arn:aws:iam::000000000000:role/r" };
    const made = await ask(tutti.url, "CreateStateMachine", machine, "AWSStepFunctions");
    machineArn = String(made["stateMachineArn"]);
    const start = { stateMachineArn: machineArn, name: "e" };
    executionArn = String((await ask(tutti.url, "StartExecution", start, "AWSStepFunctions"))["executionArn"]);
    await ask(tutti.url, "ReceiveMessage", { QueueUrl, WaitTimeSeconds: 10 });
  }
  const earlier = new ShardMap(shardCountDefault).of(executionArn);
  assert.notEqual(earlier, new ShardMap(shardCountDefault).of(machineArn));
  using database = new DatabaseSync(join(directory, "tutti.db"));
  for (const table of [...executionTables, "kernel_timers"]) {
    const { changes } = database.prepare(`UPDATE ${table} SET shard = ?`).run(earlier);
    assert.ok(changes > 0, table);
  }
  return machineArn;
}

test("executions of before they lived with their state machines come into its shard", async () => {
  const machineArn = await makeEarlierInstallation(place("h"));
  await move(place("h"), place("i"));
  const shard = new ShardMap(shardCountDefault).of(machineArn);
  using database = new DatabaseSync(join(place("i"), "tutti.db"));
  for (const table of [...executionTables, "kernel_timers", "states_machines", "states_revisions"]) {
    const found = database.prepare(`SELECT DISTINCT shard FROM ${table}`).all();
    assert.deepEqual(
      found.map((row) => row["shard"]),
      [shard],
      table,
    );
  }
});

test("such executions are not moved while something is on its way between resources, and nothing is written then", async () => {
  await makeEarlierInstallation(place("j"));
  using database = new DatabaseSync(join(place("j"), "tutti.db"));
  const hop = "INSERT INTO delivery_hops (shard, number, target, service, operation, input, identity) VALUES ";
  database.exec(`${hop} (1, 1, 'arn:t', 'sqs', 'SendMessage', 'x', '{}')`);
  database.close();
  await assert.rejects(
    move(place("j"), place("k")),
    fault("TUTTI-0106", /executions of an earlier version, and 1 messages/),
  );
  using target = new DatabaseSync(join(place("k"), "tutti.db"));
  assert.deepEqual(target.prepare("SELECT name FROM kernel_meta").all(), []);
});

test("nothing is moved from nowhere, from under a server, or onto another installation", async () => {
  await makeInstallation(place("c"));
  await makeInstallation(place("d"));
  await assert.rejects(move(place("absent"), place("e")), fault("TUTTI-0106", /no installation in/));
  await assert.rejects(move(place("c"), place("d")), fault("TUTTI-0106", /is not empty: table kernel_meta/));
  const lock = lockDataDirectory(place("c"));
  await assert.rejects(move(place("c"), place("e")), DataDirectoryInUse);
  lock.release();
});

test("no server starts on an installation that was moved in part, and none is moved from there", async () => {
  await makeInstallation(place("f"));
  const store = openSqliteStore(join(place("f"), "tutti.db"));
  const row = { shard: 0, name: unfinishedMove, value: "elsewhere" };
  await store.commit([
    { kind: "insert", table: metaTable as unknown as TableDefinition, values: metaTable.encode(row) },
  ]);
  await store.close();
  await assert.rejects(startTutti({ dataDirectory: place("f") }), fault("TUTTI-0107", /only in part/));
  await assert.rejects(move(place("f"), place("g")), fault("TUTTI-0107", /only in part/));
});
