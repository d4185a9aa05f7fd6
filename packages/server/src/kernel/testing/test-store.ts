/**
 * The store of a test that does not care which one it is: memory, or, where `TUTTI_TEST_STORE` names a PostgreSQL
 * database, a schema of its own in there. So the same suites run over both:
 *
 *     TUTTI_TEST_STORE=postgres://tutti@127.0.0.1:5432/tutti npm test -- services/sqs
 */
import { randomUUID } from "node:crypto";
import { after } from "node:test";
import { Client } from "pg";
import { MemoryStore } from "../store/memory-store.ts";
import { openPostgresStore } from "../store/postgres/postgres-store.ts";
import type { Store } from "../store/store.ts";

/** The store is closed when the test that asks for it ends. */
export async function testStore(): Promise<Store> {
  const url = process.env["TUTTI_TEST_STORE"];
  if (url === undefined) return new MemoryStore();
  const store = await openPostgresStore(await schemaUrl(url, randomUUID()), { allowUnsafe: true });
  after(() => store.close());
  // Like the memory store, it outlives the kernel that writes to it: another may start over it.
  return { ...store, close: async () => undefined };
}

/** Makes a schema named after `name` unless it is there, and gives the URL at which it is the only one. */
export async function schemaUrl(url: string, name: string): Promise<string> {
  const schema = `test_${name.replaceAll(/\W/g, "_").toLowerCase()}`;
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  } finally {
    await client.end();
  }
  const own = new URL(url);
  own.searchParams.set("options", `-csearch_path=${schema}`);
  return own.href;
}
