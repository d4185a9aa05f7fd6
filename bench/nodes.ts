/**
 * `npm run bench -- nodes`: the embedded store against PostgreSQL on the same machine, in one run, taking turns: messages sent
 * in batches of ten, their whole life (send, receive, delete) in batches of ten, and executions of five Pass states.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgresql } from "../test/support/postgresql.ts";
import type { ClientsResult } from "./clients.ts";
import { call, createQueue, host, startTutti, startTuttiOn } from "./servers.ts";
import type { Server } from "./servers.ts";
import { cycleRate, sendBatchRate, sendRate } from "./sqs-clients.ts";
import { createPassMachine, passRate } from "./states-pass5.ts";
import { inTurns, median, print, ratio, roundsDefault as rounds } from "./statistics.ts";

const load = { connections: 64, seconds: 3, warmUpSeconds: 1 };

const measurements = {
  SendMessage: (server: Server) => onFreshQueue(server, sendRate),
  "SendMessageBatch of 10": (server: Server) => onFreshQueue(server, sendBatchRate),
  "send, receive, delete by 10": (server: Server) => onFreshQueue(server, cycleRate),
  "executions of five Pass states": passRate,
} as const;

export async function measureNodes(): Promise<void> {
  const postgresql = await startPostgresql();
  const folder = await mkdtemp(join(tmpdir(), "tutti-bench-"));
  const sqlite = await startTutti(folder);
  const node = await startTuttiOn(["--store", await postgresql.createDatabase()]);
  const [{ server_version: version } = {}] = await postgresql.query("SHOW server_version");
  try {
    print(
      `PostgreSQL ${String(version)} and SQLite, ${load.connections} connections, ${rounds} rounds, medians; every answer waits for the disk`,
    );
    for (const server of [sqlite, node]) await createPassMachine(server);
    for (const [name, measure] of Object.entries(measurements)) {
      const before = await commits(node);
      const results = await inTurns(rounds, { sqlite: () => measure(sqlite), postgresql: () => measure(node) });
      const perGroup = statementsPerGroup(before, await commits(node));
      print(
        `  ${name.padEnd(32)} SQLite ${median(results.sqlite).toFixed(0)}/s, PostgreSQL ${median(results.postgresql).toFixed(0)}/s, ` +
          `ratio ${ratio(results.postgresql, results.sqlite).toFixed(2)}; ${perGroup}`,
      );
    }
  } finally {
    await Promise.all([sqlite.stop(), node.stop()]);
    await postgresql.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

let queues = 0;

async function onFreshQueue(
  server: Server,
  measure: (options: { port: number; queueUrl: string } & typeof load) => Promise<ClientsResult>,
): Promise<number> {
  queues += 1;
  const queueUrl = await createQueue(server, `bench-${queues}`);
  const { rate } = await measure({ port: server.port, queueUrl, ...load });
  await call(server, "AmazonSQS.DeleteQueue", { QueueUrl: queueUrl });
  return rate;
}

type Commits = Readonly<Record<"groups" | "statements" | "operations", number>>;

/** What the server counts of its commits. */
async function commits(server: Server): Promise<Commits> {
  const text = await (await fetch(`http://${host}:${server.port}/metrics`)).text();
  const value = (name: string): number => Number(new RegExp(`^${name} (\\d+)`, "m").exec(text)?.[1] ?? 0);
  return {
    groups: value("tutti_commits_total"),
    statements: value("tutti_store_statements_total"),
    operations: value("tutti_commit_operations_total"),
  };
}

function statementsPerGroup(before: Commits, after: Commits): string {
  const groups = after.groups - before.groups;
  const each = (name: keyof Commits): string => ((after[name] - before[name]) / groups).toFixed(1);
  return `a commit of ${each("operations")} row changes takes ${each("statements")} statements`;
}
