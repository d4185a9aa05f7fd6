/** What kind of server is at the other end, whether Tutti can keep its promise on it, and how a session on it is set up. */
import { StoreFault } from "../store-errors.ts";
import type { Connection } from "./connection.ts";

const versionOldest = 14;

export interface ServerFacts {
  /** As the server says it: `PostgreSQL 15.14 (Debian …) on …`. */
  readonly version: string;
  /** False for databases that speak PostgreSQL's protocol and are something else. */
  readonly isPostgresql: boolean;
  /** 0 where `isPostgresql` is false. */
  readonly major: number;
  readonly isReadOnly: boolean;
  /** By name; absent where the server does not know the setting. */
  readonly settings: ReadonlyMap<string, string>;
}

export async function serverFacts(connection: Connection): Promise<ServerFacts> {
  const [row] = await connection.query({
    text: "SELECT version(), current_setting('server_version_num'), current_setting('transaction_read_only')",
    values: [],
  });
  const settings = await connection.query({
    text: "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'max_connections')",
    values: [],
  });
  const version = String(row?.[0]);
  const isPostgresql = /^PostgreSQL \d/.test(version) && !version.includes("-YB-");
  return {
    version,
    isPostgresql,
    major: isPostgresql ? Math.floor(Number(row?.[1]) / 10_000) : 0,
    isReadOnly: row?.[2] === "on",
    settings: new Map(settings.map(([name, setting]) => [String(name), String(setting)])),
  };
}

/**
 * @param place the database, for people
 * @throws StoreFault when the server is too old, read-only, or does not sync to its disk
 */
export function checkServer(facts: ServerFacts, place: string, allowUnsafe: boolean): void {
  if (facts.isPostgresql && facts.major < versionOldest) {
    throw new StoreFault(
      "TUTTI-0102",
      `${place} is ${facts.version.split(" ", 2).join(" ")}; Tutti needs PostgreSQL ${versionOldest} or newer.`,
    );
  }
  if (facts.isReadOnly) {
    throw new StoreFault("TUTTI-0103", `${place} takes no writes: it is a standby, or its sessions are read-only.`);
  }
  const unsafe = ["fsync", "full_page_writes"].filter((name) => facts.settings.get(name) === "off");
  if (unsafe.length > 0 && !allowUnsafe) {
    throw new StoreFault(
      "TUTTI-0104",
      `${place} runs with ${unsafe.join(" and ")} off: what it has confirmed may be lost in a power cut. ` +
        "Switch it on, or start with --allow-unsafe-store if that is what you want.",
    );
  }
}

/**
 * The settings of a session. A commit must be on the disk when it is confirmed, whatever the server's default.
 *
 * Plans are made once for a statement, when its table may still be empty, and must be right when it has grown to millions
 * of rows: so the planner is told to walk indexes in any case. Every statement here has one that suits it.
 */
export function sessionSettings(facts: ServerFacts): string {
  if (!facts.isPostgresql) return "SELECT 1";
  const settings: Record<string, string> = {
    plan_cache_mode: "force_generic_plan",
    enable_seqscan: "off",
    enable_bitmapscan: "off",
    enable_hashjoin: "off",
    enable_mergejoin: "off",
    jit: "off",
    client_min_messages: "warning",
    // A client that has vanished in the middle of a transaction must not keep its locks.
    idle_in_transaction_session_timeout: "10s",
    tcp_keepalives_idle: "5",
    tcp_keepalives_interval: "2",
    tcp_keepalives_count: "3",
  };
  if (["off", "local", "remote_write"].includes(facts.settings.get("synchronous_commit") ?? ""))
    settings["synchronous_commit"] = "on";
  return Object.entries(settings)
    .map(([name, value]) => `SET ${name} = '${value}'`)
    .join("; ");
}
