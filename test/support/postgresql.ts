/**
 * A PostgreSQL server of a test's own: made in a temporary folder, on a port nobody else has, gone when the test ends.
 *
 *     describe("…", requires("postgresql"), () => {
 *       before(async () => { server = await startPostgresql(); });
 *       after(() => server.stop());
 *
 * It syncs as a real one does, and sorts text as English does where its programs can, so that nothing rests on a
 * database that was created with code point order.
 */
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { freePort } from "./free-port.ts";
import { findRequirement } from "./requirements.ts";

const user = "tutti";
const portAttemptsMax = 5;

export interface PostgresqlServer {
  readonly port: number;
  /** The folder of the server's programs: `psql`, `pg_dump` … */
  readonly programs: string;
  /** Makes an empty database and gives its URL. */
  createDatabase(): Promise<string>;
  /** Runs one statement, in the first database or the one at `url`, and gives its rows. */
  query(sql: string, url?: string): Promise<readonly Record<string, unknown>[]>;
  /** Ends every process of the server at once, as a power cut would, but that the system's memory stays. */
  crash(): Promise<void>;
  /** After `crash`: over the same data, on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** @param settings of the server, such as `fsync=off` */
export async function startPostgresql(...settings: readonly string[]): Promise<PostgresqlServer> {
  const programs = findRequirement("postgresql");
  if (programs === undefined) throw new Error("PostgreSQL is not installed");
  const folder = mkdtempSync(join(tmpdir(), "tutti-postgresql-"));
  const owner = unprivileged();
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, "data");
  makeCluster(join(programs, "initdb"), data, owner);
  let running = await startOnFreePort(join(programs, "postgres"), data, owner, settings);
  const { port } = running;
  const endNow = (): void => void running.child.kill("SIGQUIT");
  process.once("exit", endNow);
  const urlOf = (database: string): string => `postgres://${user}@127.0.0.1:${port}/${database}`;
  let databases = 0;
  const query = async (sql: string, url = urlOf("postgres")): Promise<readonly Record<string, unknown>[]> => {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  return {
    port,
    programs,
    createDatabase: async () => {
      databases += 1;
      const name = `test${databases}`;
      await query(`CREATE DATABASE ${name}`);
      return urlOf(name);
    },
    query,
    crash: () => end(running.child, "SIGQUIT"),
    restart: async () => {
      running = { port, child: await start(join(programs, "postgres"), data, owner, port, settings) };
    },
    stop: async () => {
      await end(running.child, "SIGINT");
      process.off("exit", endNow);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/** Hands a folder over to the user that PostgreSQL runs as, with the files in it: of a key that others own it will not hear. */
export function giveToPostgresql(folder: string): void {
  const { uid, gid } = unprivileged();
  if (uid === undefined || gid === undefined) return;
  for (const path of [folder, ...readdirSync(folder).map((name) => join(folder, name))]) chownSync(path, uid, gid);
}

/** PostgreSQL does not run as root: there, its own user takes over, or nobody. */
function unprivileged(): Owner {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  const found = users.find(([name]) => name === "postgres") ?? users.find(([name]) => name === "nobody");
  if (found === undefined) throw new Error("there is no user to run PostgreSQL as");
  return { uid: Number(found[2]), gid: Number(found[3]) };
}

function makeCluster(initdb: string, data: string, owner: Owner): void {
  const words = ["-D", data, "-U", user, "--auth=trust", "--encoding=UTF8", "--no-sync"];
  const english = ["--locale-provider=icu", "--icu-locale=en", "--locale=C.UTF-8"];
  for (const locale of [english, ["--locale=C.UTF-8"], []]) {
    const { status, stderr } = spawnSync(initdb, [...words, ...locale], { ...owner, cwd: "/", encoding: "utf8" });
    if (status === 0) return;
    rmSync(data, { recursive: true, force: true });
    if (locale.length === 0) throw new Error(`initdb: ${stderr}`);
  }
}

async function startOnFreePort(
  postgres: string,
  data: string,
  owner: Owner,
  settings: readonly string[],
): Promise<{ port: number; child: ChildProcess }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return { port, child: await start(postgres, data, owner, port, settings) };
    } catch (error) {
      if (attempt >= portAttemptsMax) throw error;
    }
  }
}

function start(
  postgres: string,
  data: string,
  owner: Owner,
  port: number,
  settings: readonly string[],
): Promise<ChildProcess> {
  const own = ["listen_addresses=127.0.0.1", `port=${port}`, "unix_socket_directories=", "lc_messages=C", ...settings];
  const words = own.flatMap((setting) => ["-c", setting]);
  const child = spawn(postgres, ["-D", data, ...words], { ...owner, cwd: "/", stdio: ["ignore", "ignore", "pipe"] });
  return new Promise((resolve, reject) => {
    let log = "";
    child.stderr.on("data", (chunk: Buffer) => {
      if (log.length < 100_000) log += chunk.toString();
      if (log.includes("database system is ready to accept connections")) resolve(child);
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`PostgreSQL ended with ${code}: ${log}`)));
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}
