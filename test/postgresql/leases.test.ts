/** Leases in a real PostgreSQL. Time passes by moving the ends of the leases: the database's clock is its own. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client } from "pg";
import { testLeases } from "../../packages/server/src/kernel/nodes/leases-conformance.ts";
import { openPostgresLeases } from "../../packages/server/src/kernel/store/postgres/postgres-leases.ts";
import { openPostgresStore } from "../../packages/server/src/kernel/store/postgres/postgres-store.ts";
import { StoreUnavailableError } from "../../packages/server/src/kernel/store/store-errors.ts";
import { startPostgresql } from "../support/postgresql.ts";
import type { PostgresqlServer } from "../support/postgresql.ts";
import { requires } from "../support/requirements.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

const requirement = requires("postgresql");
let server: PostgresqlServer | undefined;
before(async () => {
  if (requirement.skip === false) server = await startPostgresql();
});
after(() => server?.stop());

testLeases(
  "PostgreSQL",
  async () => {
    if (server === undefined) throw new Error("PostgreSQL is not running");
    const { query } = server;
    const url = await server.createDatabase();
    const store = await openPostgresStore(url);
    const leases = openPostgresLeases(url, store, { answerMsMax: 20_000 });
    return {
      leases,
      commit: (fence) => store.commit([], fence),
      pass: async (milliseconds) =>
        void (await query(`UPDATE kernel_nodes SET leaseEndsAt = leaseEndsAt - ${milliseconds}`, url)),
      [Symbol.asyncDispose]: async () => {
        await leases.close();
        await store.close();
      },
    };
  },
  requirement,
);

test("a renewal holds its node's row, which commits change as well, for no round trip", requirement, async () => {
  if (server === undefined) throw new Error("PostgreSQL is not running");
  const url = await server.createDatabase();
  const store = await openPostgresStore(url);
  const leases = openPostgresLeases(url, store, { answerMsMax: 20_000 });
  await leases.install({ shardCount: 1, secret: "s" });
  const member = await leases.register({ id: "n", address: "http://127.0.0.1:1", version: "1" }, 5_000);
  assert.equal(await leases.renew(member, 5_000), true);
  // Of a transaction of several messages the last would be its COMMIT.
  const [last] = await server.query(
    "SELECT query, state FROM pg_stat_activity WHERE application_name = 'tutti lease' AND datname = current_database()",
    url,
  );
  assert.match(String(last?.["query"]), /^UPDATE kernel_nodes/);
  assert.equal(last?.["state"], "idle");
  await leases.close();
  await store.close();
});

test(
  "what a member takes waits for what it gave when its connection broke: the COMMIT may come late",
  requirement,
  async () => {
    if (server === undefined) throw new Error("PostgreSQL is not running");
    const url = await server.createDatabase();
    await using proxy = await startTcpProxy(Number(new URL(url).port));
    const store = await openPostgresStore(url);
    const through = new URL(url);
    through.port = String(proxy.port);
    const leases = openPostgresLeases(through.href, store, { answerMsMax: 20_000 });
    await leases.install({ shardCount: 2, secret: "s" });
    const member = await leases.register({ id: "n", address: "http://127.0.0.1:1", version: "1" }, 60_000);
    await leases.take(member, [0, 1]);

    // A COMMIT that changes the owner of a shard takes as long as this client holds the lock.
    const slow = new Client({ connectionString: url });
    await slow.connect();
    await slow.query(`
    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER slow AFTER UPDATE ON kernel_shards DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait();
    SELECT pg_advisory_lock(1)`);
    const given = assert.rejects(leases.give(member, [0]), StoreUnavailableError);
    const waiting = async (kind: string): Promise<void> => {
      const text = `SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = '${kind}'`;
      while ((await slow.query(text)).rowCount === 0);
    };
    await waiting("advisory");
    proxy.cut();
    await given;
    assert.equal((await leases.view()).shards[0]?.owner, "n");
    const taken = leases.take(member, [0]);
    await waiting("transactionid");
    await slow.query("SELECT pg_advisory_unlock(1)");
    assert.deepEqual(await taken, [0]);
    await slow.query("DROP TRIGGER slow ON kernel_shards");
    assert.deepEqual(
      (await leases.view()).shards.map(({ owner, epoch }) => [owner, epoch]),
      [
        ["n", 3],
        ["n", 1],
      ],
    );
    await leases.close();
    await store.close();
    await slow.end();
  },
);
