/**
 * Connections to the database break, stall and come back: every group that is confirmed was applied once, and who cannot
 * know says so.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { SeededRandom } from "../../packages/server/src/kernel/random.ts";
import { openPostgresStore } from "../../packages/server/src/kernel/store/postgres/postgres-store.ts";
import type { PostgresOptions } from "../../packages/server/src/kernel/store/postgres/postgres-store.ts";
import { note, noteMigrations, notes } from "../../packages/server/src/kernel/store/store-conformance.ts";
import { StaleOwnerError, StoreUnavailableError } from "../../packages/server/src/kernel/store/store-errors.ts";
import type { CommitFence, Store, WriteOperation } from "../../packages/server/src/kernel/store/store.ts";
import type { TableDefinition } from "../../packages/server/src/kernel/table.ts";
import { startPostgresql } from "../support/postgresql.ts";
import type { PostgresqlServer } from "../support/postgresql.ts";
import { requires } from "../support/requirements.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";
import type { Fault, TcpProxy } from "../support/tcp-proxy.ts";

const table = notes as unknown as TableDefinition;
const insert = (page: number): WriteOperation[] => [{ kind: "insert", table, values: notes.encode(note("a", page)) }];
const fence = (sequence: number, incarnation = 1): CommitFence => ({ nodeId: "node", incarnation, sequence });

/** What the store needs of the table that the owners of shards keep. */
const nodes = {
  module: "test-nodes",
  number: 1,
  statements: [
    "CREATE TABLE kernel_nodes (id text NOT NULL PRIMARY KEY, incarnation bigint NOT NULL, committed bigint NOT NULL)",
    "INSERT INTO kernel_nodes (id, incarnation, committed) VALUES ('node', 1, 0)",
  ],
};

describe("connections to PostgreSQL that break", requires("postgresql"), () => {
  let server: PostgresqlServer;
  before(async () => {
    server = await startPostgresql();
  });
  after(() => server.stop());

  interface Parts {
    readonly store: Store;
    readonly proxy: TcpProxy;
    readonly url: string;
    pages(): Promise<number[]>;
  }

  async function withStore(options: PostgresOptions, body: (parts: Parts) => Promise<void>): Promise<void> {
    const url = await server.createDatabase();
    await using proxy = await startTcpProxy(server.port);
    const store = await openPostgresStore(url.replace(`:${server.port}/`, `:${proxy.port}/`), options);
    try {
      await store.migrate([...noteMigrations, nodes]);
      const pages = async (): Promise<number[]> => {
        const rows = await server.query("SELECT page::integer AS page FROM test_notes ORDER BY page", url);
        return rows.map(({ page }) => Number(page));
      };
      await body({ store, proxy, url, pages });
    } finally {
      await store.close();
    }
  }

  for (const fault of ["cut before", "cut after", "silence"] as const satisfies readonly Fault[]) {
    test(`${fault}: a group with a fence is applied once`, () =>
      withStore({ answerMsMax: fault === "silence" ? 500 : 20_000 }, async ({ store, proxy, pages }) => {
        await store.commit(insert(1), fence(1));
        const happened = proxy.inject(fault);
        await store.commit(insert(2), fence(2));
        await happened;
        await store.commit(insert(3), fence(3));
        assert.deepEqual(await pages(), [1, 2, 3]);
      }));
  }

  test("many groups under faults at random moments: each is there once", () =>
    withStore({ answerMsMax: 1_000 }, async ({ store, proxy, pages, url }) => {
      const random = new SeededRandom(4);
      const faults: readonly Fault[] = ["cut before", "cut after", "cut after", "silence"];
      const count = 60;
      for (let sequence = 1; sequence <= count; sequence += 1) {
        // May also strike while the store connects again, looks up its fence, or ends the earlier process.
        if (random.random() < 0.4)
          void proxy.inject(faults[Math.floor(random.random() * faults.length)] ?? "cut after");
        if (random.random() < 0.1) proxy.cut();
        await store.commit(insert(sequence), fence(sequence));
      }
      assert.deepEqual(
        await pages(),
        [...Array(count).keys()].map((index) => index + 1),
      );
      assert.deepEqual(await server.query("SELECT committed::integer AS committed FROM kernel_nodes", url), [
        { committed: count },
      ]);
    }));

  test("a sequence that was used before is refused, and nothing is applied", () =>
    withStore({}, async ({ store, pages }) => {
      await store.commit(insert(1), fence(1));
      await assert.rejects(store.commit(insert(2), fence(1)), StaleOwnerError);
      assert.deepEqual(await pages(), [1]);
    }));

  test("who is not the owner any more applies nothing, also when the connection broke", () =>
    withStore({}, async ({ store, proxy, pages, url }) => {
      await store.commit(insert(1), fence(1));
      await server.query("UPDATE kernel_nodes SET incarnation = 2, committed = 0", url);
      await assert.rejects(store.commit(insert(2), fence(2)), StaleOwnerError);
      await store.commit(insert(3), fence(1, 2));
      const happened = proxy.inject("cut before");
      await server.query("DELETE FROM kernel_nodes", url);
      await assert.rejects(store.commit(insert(4), fence(2, 2)), StaleOwnerError);
      await happened;
      assert.deepEqual(await pages(), [1, 3]);
    }));

  test("without a fence nobody can tell: the group is not tried again", () =>
    withStore({}, async ({ store, proxy, pages }) => {
      await store.commit(insert(1));
      const happened = proxy.inject("cut after");
      await assert.rejects(store.commit(insert(2)), unavailable(/TUTTI-0105.*while a commit was under way/));
      await happened;
      // The connection broke with the first bytes of the answer: the server may not have come to the end of the commit.
      assert.match(String(await pages()), /^1(,2)?$/);
    }));

  test("a connection that broke while nothing was under way is replaced", () =>
    withStore({}, async ({ store, proxy, pages }) => {
      await store.commit(insert(1));
      const opened = proxy.connections;
      await server.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tutti writer'",
      );
      await until(async () => (await server.query(writers)).length === 0);
      await store.commit(insert(2), fence(1));
      assert.deepEqual(await pages(), [1, 2]);
      assert.ok(proxy.connections > opened);
    }));

  test("reads are asked again over another connection", () =>
    withStore({ answerMsMax: 500 }, async ({ store, proxy }) => {
      await store.commit(insert(1));
      for (const fault of ["cut before", "cut after", "silence"] as const) {
        const happened = proxy.inject(fault);
        assert.deepEqual(await store.load(notes), [note("a", 1)]);
        await happened;
      }
    }));

  test("after the deadline the database counts as unavailable, and is there again when it is back", () =>
    withStore({ deadlineMs: 300 }, async ({ store, proxy, pages }) => {
      proxy.refuses = true;
      proxy.cut();
      await assert.rejects(store.commit(insert(1), fence(1)), unavailable(/TUTTI-0105/));
      await assert.rejects(store.load(notes), unavailable(/TUTTI-0105.*did not answer a read in time/));
      proxy.refuses = false;
      await store.commit(insert(2), fence(2));
      assert.deepEqual(await pages(), [2]);
    }));

  test("a group waits for a database that crashed, and is applied once it is back", () =>
    withStore({}, async ({ store, pages }) => {
      await store.commit(insert(1), fence(1));
      await server.crash();
      const committed = store.commit(insert(2), fence(2));
      const loaded = store.load(notes);
      await server.restart();
      await committed;
      assert.ok((await loaded).length > 0);
      assert.deepEqual(await pages(), [1, 2]);
    }));
});

const writers = "SELECT pid FROM pg_stat_activity WHERE application_name = 'tutti writer'";

function unavailable(message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof StoreUnavailableError && message.test(error.message);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => void setImmediate(resolve));
}
