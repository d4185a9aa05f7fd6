/**
 * Leases in the database, next to what they are about (docs/decisions/0005): plain statements, each call a transaction.
 *
 * Rows of `kernel_nodes` are locked before rows of `kernel_shards`, always. A commit locks its node's row as well, so a
 * removal waits for a commit that is under way, and a commit after a removal finds no row. Leases end by the
 * database's clock as it stood when the transaction began.
 */
import { metaMigrations } from "../../meta.ts";
import { NodeIdInUse } from "../../nodes/leases.ts";
import type { ClusterView, Installation, Leases, Member } from "../../nodes/leases.ts";
import type { Migration } from "../migration.ts";
import type { Store } from "../store.ts";
import { holdMember, LeaseConnection, Refused } from "./lease-connection.ts";
import type { Run } from "./lease-connection.ts";
import { placeOf } from "./postgres-store.ts";

export const nodeMigrations: readonly Migration[] = [
  {
    module: "kernel-nodes",
    number: 1,
    statements: [
      `CREATE TABLE kernel_nodes (id text NOT NULL PRIMARY KEY, incarnation bigint NOT NULL, address text NOT NULL, version text NOT NULL,
        leaseEndsAt bigint NOT NULL, committed bigint NOT NULL)`,
      "CREATE TABLE kernel_shards (shard integer NOT NULL PRIMARY KEY, owner text, epoch bigint NOT NULL)",
    ],
  },
];

export interface PostgresLeasesOptions {
  /** How long one call may wait for the database. */
  readonly answerMsMax: number;
  /** Takes a server that does not sync what it has confirmed. */
  readonly allowUnsafe?: boolean;
}

const now = "CAST(EXTRACT(EPOCH FROM now()) * 1000 AS bigint)";
const metaNames = { shardCount: "shard-count", secret: "node-secret", incarnation: "node-incarnation" } as const;

/**
 * @param url as of `openPostgresStore`
 * @param store over the same database: makes the tables
 */
export function openPostgresLeases(url: string, store: Store, options: PostgresLeasesOptions): Leases {
  const { answerMsMax, allowUnsafe = false } = options;
  const session = { url, place: placeOf(url), answerMsMax, allowUnsafe };
  // A renewal must not wait for anything else.
  const renewals = new LeaseConnection({ ...session, applicationName: "tutti lease" });
  const changes = new LeaseConnection({ ...session, applicationName: "tutti shards" });
  return {
    install: async (wanted) => {
      await store.migrate([...metaMigrations, ...nodeMigrations]);
      return changes.transaction((run) => install(run, wanted));
    },
    register: (node, leaseMs) =>
      changes.transaction(async (run) => {
        const [counted] = await run(
          `UPDATE kernel_meta SET value = CAST(CAST(value AS bigint) + 1 AS text) WHERE name = '${metaNames.incarnation}' RETURNING value`,
        );
        const [earlier] = await run(
          `SELECT address FROM kernel_nodes WHERE id = $1::text AND address <> $2::text AND leaseEndsAt > ${now}`,
          node.id,
          node.address,
        );
        if (earlier !== undefined) throw new Refused(new NodeIdInUse(node.id, String(earlier[0])));
        await remove(run, "id = $1::text", node.id);
        const incarnation = Number(counted?.[0]);
        await run(
          `INSERT INTO kernel_nodes (id, incarnation, address, version, leaseEndsAt, committed)
            VALUES ($1::text, $2::bigint, $3::text, $4::text, ${now} + $5::bigint, 0)`,
          node.id,
          incarnation,
          node.address,
          node.version,
          leaseMs,
        );
        return { nodeId: node.id, incarnation };
      }),
    renew: async ({ nodeId, incarnation }, leaseMs) => {
      // Commit groups change the same row, and wait for whoever holds it.
      const text = `UPDATE kernel_nodes SET leaseEndsAt = ${now} + $3::bigint WHERE id = $1::text AND incarnation = $2::bigint RETURNING id`;
      return (await renewals.statement(text, nodeId, incarnation, leaseMs)).length > 0;
    },
    view: () => changes.transaction(view),
    take: (member, shards) =>
      changes.transaction(async (run) => {
        const taken = await change(run, member, shards, "$1::text", "(owner IS NULL OR owner = $1::text)");
        return taken.map(([shard]) => Number(shard)).toSorted((left, right) => left - right);
      }),
    give: (member, shards) =>
      changes.transaction(async (run) => void (await change(run, member, shards, "NULL", "owner = $1::text"))),
    removeExpired: () => changes.transaction((run) => remove(run, `leaseEndsAt <= ${now}`)),
    unregister: ({ nodeId, incarnation }) =>
      changes.transaction(async (run) => {
        await remove(run, "id = $1::text AND incarnation = $2::bigint", nodeId, incarnation);
      }),
    close: async () => {
      await Promise.all([renewals.close(), changes.close()]);
    },
  };
}

async function install(run: Run, wanted: Installation): Promise<Installation> {
  const values = {
    [metaNames.shardCount]: wanted.shardCount,
    [metaNames.secret]: wanted.secret,
    [metaNames.incarnation]: 0,
  };
  for (const [name, value] of Object.entries(values)) {
    const text =
      "INSERT INTO kernel_meta (shard, name, value) VALUES (0, $1::text, $2::text) ON CONFLICT (name) DO NOTHING";
    await run(text, name, value);
  }
  const rows = await run("SELECT name, value FROM kernel_meta");
  const stored = new Map(rows.map(([name, value]) => [String(name), String(value)]));
  const shardCount = Number(stored.get(metaNames.shardCount));
  await run(
    `INSERT INTO kernel_shards (shard, epoch) SELECT number, 0 FROM generate_series(0, $1::integer - 1) AS numbers (number)
      ON CONFLICT (shard) DO NOTHING`,
    shardCount,
  );
  return { shardCount, secret: stored.get(metaNames.secret) ?? "" };
}

async function view(run: Run): Promise<ClusterView> {
  const shards = await run("SELECT shard, owner, epoch FROM kernel_shards ORDER BY shard");
  const nodes = await run(
    `SELECT id, incarnation, address, version, leaseEndsAt - ${now}, committed FROM kernel_nodes ORDER BY id`,
  );
  return {
    nodes: nodes.map(([id, incarnation, address, version, leaseLeftMs, committed]) => ({
      id: String(id),
      incarnation: Number(incarnation),
      address: String(address),
      version: String(version),
      leaseLeftMs: Number(leaseLeftMs),
      committed: Number(committed),
    })),
    shards: shards.map(([shard, owner, epoch]) => ({
      shard: Number(shard),
      owner: owner === null || owner === undefined ? undefined : String(owner),
      epoch: Number(epoch),
    })),
  };
}

/** Gives shards another owner; those that have it now. */
async function change(run: Run, { nodeId, incarnation }: Member, shards: readonly number[], to: string, from: string) {
  await holdMember(run, nodeId, incarnation);
  return run(
    `UPDATE kernel_shards SET owner = ${to}, epoch = epoch + 1 WHERE shard = ANY ($2::integer[]) AND ${from} AND $1::text <> '' RETURNING shard`,
    nodeId,
    `{${shards.join(",")}}`,
  );
}

/** Removes nodes and sets their shards free. */
async function remove(run: Run, condition: string, ...values: (string | number)[]): Promise<string[]> {
  const removed = (await run(`DELETE FROM kernel_nodes WHERE ${condition} RETURNING id`, ...values)).map(([id]) =>
    String(id),
  );
  for (const id of removed)
    await run("UPDATE kernel_shards SET owner = NULL, epoch = epoch + 1 WHERE owner = $1::text", id);
  return removed;
}
