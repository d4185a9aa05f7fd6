import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import type { TableDefinition } from "../../table.ts";
import { note, noteMigrations, notes } from "../store-conformance.ts";
import { openSqliteStore } from "./sqlite-store.ts";

test("the store's thread starts in a process whose own flags would not suit it", () => {
  const store = JSON.stringify(new URL("./sqlite-store.ts", import.meta.url).href);
  const program = `
    const { openSqliteStore } = await import(${store});
    const store = openSqliteStore(":memory:");
    await store.migrate([]);
    await store.close();
    console.log("closed");`;
  const flags = ["--input-type=module", "--disable-warning=ExperimentalWarning", "--eval", program];
  const { stdout, stderr } = spawnSync(process.execPath, flags, { encoding: "utf8" });
  assert.deepEqual({ stdout, stderr }, { stdout: "closed\n", stderr: "" });
});

test("what has been written for a while is in the database file, though no log was full", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-checkpoint-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "tutti.db");
  const store = openSqliteStore(path);
  await store.migrate(noteMigrations);
  const table = notes as unknown as TableDefinition;
  const text = "x".repeat(100_000);
  const commit = (page: number): Promise<void> =>
    store.commit([{ kind: "insert", table, values: notes.encode(note("a", page, text)) }]);
  let pages = 0;
  // SQLite itself writes a log back at 32 MB.
  while (statSync(path).size < 5_000_000 && pages < 250) await commit((pages += 1));
  assert.ok(pages < 250, "the log was written back before it was full");
  await store.close();
  const again = openSqliteStore(path);
  await again.migrate(noteMigrations);
  assert.equal(await again.count(notes, []), pages);
  await again.close();
});

test("a commit that is durable is heard of without a turn of the event loop", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-heard-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const store = openSqliteStore(join(folder, "tutti.db"));
  await store.migrate(noteMigrations);
  const table = notes as unknown as TableDefinition;
  const seen = { isDurable: false, hasTurned: false };
  const commit = async (): Promise<void> => {
    await store.commit([{ kind: "insert", table, values: notes.encode(note("a", 1)) }]);
    seen.isDurable = true;
  };
  const committed = commit();
  setImmediate(() => (seen.hasTurned = true));
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  for (let times = 0; times < 2_000 && !seen.isDurable; times += 1) {
    Atomics.wait(nobody, 0, 0, 5);
    store.hearNow?.();
    for (let step = 0; step < 5; step += 1) await Promise.resolve();
  }
  assert.deepEqual(seen, { isDurable: true, hasTurned: false });
  await committed;
  store.hearNow?.();
  assert.equal(await store.count(notes, []), 1);
  await store.close();
});

test("a commit waits while somebody else writes to the database, such as a person with sqlite3", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-busy-"));
  const path = join(folder, "tutti.db");
  const store = openSqliteStore(path);
  context.after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  await store.migrate(noteMigrations);
  const person = new DatabaseSync(path);
  person.exec("BEGIN IMMEDIATE");
  const table = notes as unknown as TableDefinition;
  const commit: { outcome: unknown } = { outcome: "waits" };
  const committed = store.commit([{ kind: "insert", table, values: notes.encode(note("a", 1)) }]).then(
    () => (commit.outcome = "durable"),
    (error: unknown) => (commit.outcome = error),
  );
  // Time for the store's thread to come to it; with too little of it this test would not fail.
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  for (let times = 0; times < 20 && commit.outcome === "waits"; times += 1) {
    Atomics.wait(nobody, 0, 0, 5);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(commit.outcome, "waits");
  person.exec("COMMIT");
  person.close();
  await committed;
  assert.equal(commit.outcome, "durable");
});
