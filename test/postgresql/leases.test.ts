/** Leases in a real PostgreSQL. Time passes by moving the ends of the leases: the database's clock is its own. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { testLeases } from "../../packages/server/src/kernel/nodes/leases-conformance.ts";
import { openPostgresLeases } from "../../packages/server/src/kernel/store/postgres/postgres-leases.ts";
import { openPostgresStore } from "../../packages/server/src/kernel/store/postgres/postgres-store.ts";
import { startPostgresql } from "../support/postgresql.ts";
import type { PostgresqlServer } from "../support/postgresql.ts";
import { requires } from "../support/requirements.ts";

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
