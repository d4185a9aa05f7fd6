/**
 * `npm run bench -- nodes`: the embedded store with one node, PostgreSQL with one, two and three, on the same machine, in one run,
 * taking turns. Clients come in groups, each with a queue (a state machine) and a node of its own; so behind n nodes (n−1)/n of
 * the requests come to a node that is not the owner. Two and three nodes are measured twice: under the load that one node
 * has (`in all`), and each under that load (`each`). Statements for a message are counted between the same moments as the rates;
 * a commit holds as much as is waiting, so whether more nodes cost the database more is seen where each node is given
 * the same to do at a rate it keeps up with (`nodes-at-rate.ts`).
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgresql } from "../test/support/postgresql.ts";
import { measureAtRate } from "./nodes-at-rate.ts";
import { call, createQueue, host, startTutti, startTuttiOn } from "./servers.ts";
import type { Server } from "./servers.ts";
import { cycleRate, sendBatchRate, sendRate } from "./sqs-clients.ts";
import type { Load } from "./sqs-clients.ts";
import { createPassMachine, executionRate } from "./states-pass5.ts";
import { inTurns, median, print, ratio, roundsDefault as rounds } from "./statistics.ts";

const load = { connections: 16, seconds: 2, warmUpSeconds: 1 };
/** Of one node, and of all nodes together where the load is the same in all. */
const groupsOfOne = 3;

const atRate = "SendMessage at a fixed rate";

/** `BENCH_ONLY` is a part of a measurement's name, when not all are wanted. */
function isChosen(name: string): boolean {
  return name.includes(process.env["BENCH_ONLY"] ?? "");
}

interface Setup {
  readonly nodes: readonly Server[];
  readonly groups: number;
}

/** What a group of clients gets done in a second. */
type Measure = (node: Server, group: number, observe: () => void) => Promise<number>;

const measurements: Readonly<Record<string, Measure>> = {
  SendMessage: onFreshQueue(sendRate),
  "SendMessageBatch of 10": onFreshQueue(sendBatchRate),
  "send, receive, delete by 10": onFreshQueue(cycleRate),
  "executions of five Pass states": ({ port }, group, observe) =>
    executionRate({ port, machine: machineOf(group), observe, ...load }),
};

export async function measureNodes(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tutti-bench-"));
  const sqlite = await startTutti(folder);
  try {
    await withNodes(async ({ one, two, three, version }) => {
      for (const node of [sqlite, one[0], two[0], three[0]]) if (node !== undefined) await createMachines(node);
      print(
        `PostgreSQL ${version} and SQLite, ${groupsOfOne} groups of ${load.connections} connections, ${rounds} rounds, medians; every answer waits for the disk`,
      );
      const setups = {
        SQLite: { nodes: [sqlite], groups: groupsOfOne },
        "1 node": { nodes: one, groups: groupsOfOne },
        "2 nodes, load in all": { nodes: two, groups: groupsOfOne },
        "3 nodes, load in all": { nodes: three, groups: groupsOfOne },
        "2 nodes, load each": { nodes: two, groups: 2 * groupsOfOne },
        "3 nodes, load each": { nodes: three, groups: 3 * groupsOfOne },
      };
      for (const [name, measure] of Object.entries(measurements))
        if (isChosen(name)) await compare(name, setups, measure);
      if (isChosen(atRate))
        await measureAtRate(atRate, { "1 node": one, "2 nodes": two, "3 nodes": three }, rounds, statementsOf);
    });
  } finally {
    await sqlite.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Nodes {
  readonly one: readonly Server[];
  readonly two: readonly Server[];
  readonly three: readonly Server[];
  /** Of PostgreSQL. */
  readonly version: string;
}

/** One, two and three nodes, each number over a database of its own. */
async function withNodes(body: (nodes: Nodes) => Promise<void>): Promise<void> {
  const postgresql = await startPostgresql();
  const started: Server[] = [];
  const start = async (count: number): Promise<readonly Server[]> => {
    const words = ["--store", await postgresql.createDatabase()];
    const nodes: Server[] = [];
    for (let index = 0; index < count; index += 1) nodes.push(await startTuttiOn(words));
    started.push(...nodes);
    return nodes;
  };
  try {
    const [one, two, three] = [await start(1), await start(2), await start(3)];
    const [{ server_version: version } = {}] = await postgresql.query("SHOW server_version");
    await body({ one, two, three, version: String(version) });
  } finally {
    await Promise.all(started.map((server) => server.stop()));
    await postgresql.stop();
  }
}

async function compare<Name extends string>(
  title: string,
  setups: Readonly<Record<Name | "SQLite" | "1 node", Setup>>,
  measure: Measure,
): Promise<void> {
  type Names = Name | "SQLite" | "1 node";
  const names = Object.keys(setups) as Names[];
  const statements = new Map<string, number[]>(names.map((name) => [name, []]));
  const turns = Object.fromEntries(
    names.map((name) => [
      name,
      async () => {
        const { rate, statementsEach } = await total(setups[name], measure);
        statements.get(name)?.push(statementsEach);
        return rate;
      },
    ]),
  ) as Record<Names, () => Promise<number>>;
  const rates = await inTurns(rounds, turns);
  print(`  ${title}`);
  for (const name of names) {
    const [toSqlite, toOne] = [ratio(rates[name], rates.SQLite), ratio(rates[name], rates["1 node"])];
    print(
      `    ${name.padEnd(22)} ${median(rates[name]).toFixed(0).padStart(6)}/s, ${toSqlite.toFixed(2)} of SQLite, ` +
        `${toOne.toFixed(2)} of 1 node${name === "SQLite" ? "" : `, ${median(statements.get(name) ?? []).toFixed(4)} statements each`}`,
    );
  }
}

/** What all groups get done in a second, and the statements for each of it. */
async function total(
  { nodes, groups }: Setup,
  measure: Measure,
): Promise<{ readonly rate: number; readonly statementsEach: number }> {
  const samples: Promise<number>[] = [];
  const observe = (): void => void samples.push(statementsOf(nodes));
  const rates = Array.from({ length: groups }, (_, group) => {
    const node = nodes[group % nodes.length];
    return node === undefined ? Promise.resolve(0) : measure(node, group, group === 0 ? observe : () => undefined);
  });
  const rate = (await Promise.all(rates)).reduce((sum, each) => sum + each, 0);
  const [before = Number.NaN, after = Number.NaN] = await Promise.all(samples);
  return { rate, statementsEach: (after - before) / (rate * load.seconds) };
}

let queues = 0;

function onFreshQueue(measure: (load: Load) => Promise<{ readonly rate: number }>): Measure {
  return async (node, _group, observe) => {
    queues += 1;
    const queueUrl = await createQueue(node, `bench-${queues}`);
    const { rate } = await measure({ port: node.port, queueUrl, observe, ...load });
    await call(node, "AmazonSQS.DeleteQueue", { QueueUrl: queueUrl });
    return rate;
  };
}

function machineOf(group: number): string {
  return `bench-${group}`;
}

async function createMachines(node: Server): Promise<void> {
  for (let group = 0; group < 3 * groupsOfOne; group += 1) await createPassMachine(node, machineOf(group));
}

/** What the nodes count of their commits' statements; SQLite counts none. */
async function statementsOf(nodes: readonly Server[]): Promise<number> {
  const each = nodes.map(async ({ port }) => {
    const text = await (await fetch(`http://${host}:${port}/metrics`)).text();
    return Number(/^tutti_store_statements_total (\d+)/m.exec(text)?.[1] ?? Number.NaN);
  });
  return (await Promise.all(each)).reduce((sum, count) => sum + count, 0);
}
