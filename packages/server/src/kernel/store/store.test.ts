import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import assert from "node:assert/strict";
import { MemoryStore } from "./memory-store.ts";
import { checkedMigrations } from "./migration.ts";
import { openSqliteStore } from "./sqlite/sqlite-store.ts";
import { testStore } from "./store-conformance.ts";

testStore("memory store", async () => {
  const store = new MemoryStore();
  return { open: () => store, remove: async () => undefined };
});

for (const thread of ["worker", "main"] as const) {
  testStore(`SQLite store on the ${thread} thread`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "tutti-store-"));
    return {
      open: () => openSqliteStore(join(folder, "tutti.db"), thread),
      remove: () => rm(folder, { recursive: true }),
    };
  });
}

test("migrations are numbered without gaps", () => {
  const step = (number: number) => ({ module: "m", number, statements: [] });
  assert.equal(checkedMigrations([step(1), step(2)]).length, 2);
  assert.throws(() => checkedMigrations([step(1), step(3)]), /expected number 2/);
});
