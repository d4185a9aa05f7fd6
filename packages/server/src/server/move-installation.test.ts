import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { metaTable, unfinishedMove } from "../kernel/meta.ts";
import { DataDirectoryInUse, lockDataDirectory } from "../kernel/store/data-directory.ts";
import { openSqliteStore } from "../kernel/store/sqlite/sqlite-store.ts";
import { StoreFault } from "../kernel/store/store-errors.ts";
import type { TableDefinition } from "../kernel/table.ts";
import { startTutti } from "../testing/index.ts";
import { moveInstallation } from "./move-installation.ts";

const folder = mkdtempSync(join(tmpdir(), "tutti-move-"));
after(() => rmSync(folder, { recursive: true }));
const place = (name: string): string => join(folder, name);

async function ask(url: string, operation: string, input: object): Promise<Record<string, unknown>> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AmazonSQS.${operation}` },
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
  assert.ok(lines.some((line) => /^sqs_messages +1 rows {2}[0-9a-f]{16}$/.test(line)));
  assert.ok(lines.some((line) => /^states_history +0 rows {2}e3b0c44298fc1c14$/.test(line)));
  await using tutti = await startTutti({ dataDirectory: place("b") });
  const { Messages } = await ask(tutti.url, "ReceiveMessage", { QueueUrl: `${tutti.url}/000000000000/jobs` });
  assert.deepEqual(
    (Messages as { Body: string }[]).map(({ Body }) => Body),
    ["moved \u{1f600}"],
  );
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
