import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import assert from "node:assert/strict";
import { MemoryStore } from "./memory-store.ts";
import { checkedMigrations } from "./migration.ts";
import { openSqliteStore } from "./sqlite/sqlite-store.ts";
import type { TableDefinition } from "../table.ts";
import { note, notes, testStore } from "./store-conformance.ts";
import { StaleOwnerError } from "./store-errors.ts";
import type { WriteOperation } from "./store.ts";

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

test("the memory store applies nothing of a group whose fence is not admitted", async () => {
  const admitted: number[] = [];
  const store = new MemoryStore(({ incarnation, sequence }) => incarnation === 2 && admitted.push(sequence) > 0);
  const table = notes as unknown as TableDefinition;
  const insert = (page: number): WriteOperation => ({ kind: "insert", table, values: notes.encode(note("a", page)) });
  const fence = { nodeId: "n", incarnation: 2, sequence: 7 };
  await store.commit([insert(1)], fence);
  await assert.rejects(store.commit([insert(2)], { ...fence, incarnation: 1, sequence: 8 }), StaleOwnerError);
  assert.deepEqual([await store.load(notes), admitted], [[note("a", 1)], [7]]);
});

test("migrations are numbered without gaps", () => {
  const step = (number: number) => ({ module: "m", number, statements: [] });
  assert.equal(checkedMigrations([step(1), step(2)]).length, 2);
  assert.throws(() => checkedMigrations([step(1), step(3)]), /expected number 2/);
});
