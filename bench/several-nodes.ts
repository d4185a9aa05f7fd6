/**
 * `npm run bench -- several-nodes`: one, two and three nodes over one PostgreSQL on the same machine, in one run, taking turns, under
 * the same work: three queues, each with clients of its own that go to a node of their own; so behind n nodes (n−1)/n of the
 * requests come to a node that is not the owner. Statements a message says whether more nodes cost the database more.
 *
 * Then what the loss of a node costs: `kill -9` of an owner, and when a client of its queue is answered again; and the longest a
 * client of another node's queue waits meanwhile.
 */
import { startPostgresql } from "../test/support/postgresql.ts";
import type { PostgresqlServer } from "../test/support/postgresql.ts";
import { call, createQueue, host, startTuttiOn } from "./servers.ts";
import type { Server } from "./servers.ts";
import { cycleRate, sendBatchRate } from "./sqs-clients.ts";
import type { Load } from "./sqs-clients.ts";
import { inTurns, median, print, ratio, roundsDefault as rounds } from "./statistics.ts";

const counts = [1, 2, 3] as const;
const clientGroups = 3;
const load = { connections: 16, seconds: 3, warmUpSeconds: 1 };
const kills = Number(process.env["BENCH_KILLS"] ?? 3);

interface Cluster {
  readonly nodes: Server[];
  readonly words: readonly string[];
}

export async function measureSeveralNodes(): Promise<void> {
  const postgresql = await startPostgresql();
  const clusters: Cluster[] = [];
  for (const count of counts) clusters.push(await start(postgresql, count));
  try {
    print(`1, 2 and 3 nodes, ${clientGroups} queues, ${load.connections} connections each, ${rounds} rounds, medians`);
    if (rounds > 0) {
      await compare("SendMessageBatch of 10", clusters, sendBatchRate);
      await compare("send, receive, delete by 10", clusters, cycleRate);
    }
    const last = clusters.at(-1);
    if (last !== undefined) await measureTakeover(last);
  } finally {
    await Promise.all(clusters.flatMap(({ nodes }) => nodes.map((node) => node.stop())));
    await postgresql.stop();
  }
}

async function start(postgresql: PostgresqlServer, count: number): Promise<Cluster> {
  const words = ["--store", await postgresql.createDatabase()];
  const nodes: Server[] = [];
  for (let index = 0; index < count; index += 1) nodes.push(await startTuttiOn(words));
  return { nodes, words };
}

async function compare(
  name: string,
  clusters: readonly Cluster[],
  measure: (load: Load) => Promise<{ readonly rate: number }>,
): Promise<void> {
  const [one = () => Promise.resolve(0), two = one, three = one] = clusters.map(
    (cluster) => () => total(cluster, measure),
  );
  const before = await Promise.all(clusters.map(statements));
  const results = await inTurns(rounds, { one, two, three });
  const after = await Promise.all(clusters.map(statements));
  const all = [results.one, results.two, results.three];
  const shown = all.map((rates, index) => {
    const messages = rates.reduce((sum, rate) => sum + rate, 0) * (load.seconds + load.warmUpSeconds);
    const each = ((after[index] ?? 0) - (before[index] ?? 0)) / messages;
    return `${counts[index]}: ${median(rates).toFixed(0)}/s, ratio ${ratio(rates, results.one).toFixed(2)}, ${each.toFixed(4)} statements a message`;
  });
  print(`  ${name.padEnd(28)} ${shown.join("; ")}`);
}

let queues = 0;

/** Messages a second of all client groups together. */
async function total({ nodes }: Cluster, measure: (load: Load) => Promise<{ readonly rate: number }>): Promise<number> {
  const rates = Array.from({ length: clientGroups }, async (_, group) => {
    const node = nodes[group % nodes.length];
    if (node === undefined) return 0;
    queues += 1;
    const queueUrl = await createQueue(node, `bench-${queues}`);
    const { rate } = await measure({ port: node.port, queueUrl, ...load });
    await call(node, "AmazonSQS.DeleteQueue", { QueueUrl: queueUrl });
    return rate;
  });
  return (await Promise.all(rates)).reduce((sum, rate) => sum + rate, 0);
}

async function statements({ nodes }: Cluster): Promise<number> {
  const each = nodes.map(async ({ port }) => {
    const text = await (await fetch(`http://${host}:${port}/metrics`)).text();
    return Number(/^tutti_store_statements_total (\d+)/m.exec(text)?.[1] ?? 0);
  });
  return (await Promise.all(each)).reduce((sum, count) => sum + count, 0);
}

async function measureTakeover({ nodes, words }: Cluster): Promise<void> {
  const takeoverMs: number[] = [];
  const othersMs: number[] = [];
  const quietMs: number[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const [witness, victim] = [nodes[0], nodes.pop()];
    if (witness === undefined || victim === undefined) return;
    const mine = await queueOwnedBy(witness, witness);
    const lost = await queueOwnedBy(witness, victim);
    quietMs.push(await longest(witness, mine, waitMs(2_000)));
    await victim.stop("SIGKILL");
    const answered = answeredAgain(witness, lost);
    const [waited, longestOfOthers] = await Promise.all([answered, longest(witness, mine, answered)]);
    takeoverMs.push(waited);
    othersMs.push(longestOfOthers);
    nodes.push(await startTuttiOn(words));
    await balanced(witness, nodes.length);
  }
  print(
    `  takeover after kill -9, lease 5 s, ${kills} times: ${list(takeoverMs)} ms; longest send to another node's queue ` +
      `meanwhile ${list(othersMs)} ms, in two quiet seconds before ${list(quietMs)} ms`,
  );
}

function list(values: readonly number[]): string {
  return values.map((value) => value.toFixed(0)).join(", ");
}

/** Makes queues until one belongs to a node. */
async function queueOwnedBy(through: Server, owner: Server): Promise<string> {
  for (;;) {
    queues += 1;
    const queueUrl = await createQueue(through, `bench-${queues}`);
    const before = await queueCount(owner);
    if (before.includes(`bench-${queues}`)) return queueUrl;
  }
}

/** The queues in a node's memory: those it owns. */
async function queueCount({ port }: Server): Promise<string> {
  return (await fetch(`http://${host}:${port}/metrics`)).text();
}

/** Milliseconds until a send is answered. */
async function answeredAgain(server: Server, QueueUrl: string): Promise<number> {
  const begun = performance.now();
  for (;;) {
    const isAnswered = await call(server, "AmazonSQS.SendMessage", { QueueUrl, MessageBody: "x" }).then(
      () => true,
      () => false,
    );
    if (isAnswered) return performance.now() - begun;
  }
}

/** The longest of the sends that follow each other until something has happened. */
async function longest(server: Server, QueueUrl: string, ended: Promise<unknown>): Promise<number> {
  const progress = { isOver: false };
  void ended.then(() => (progress.isOver = true));
  let max = 0;
  while (!progress.isOver) {
    const begun = performance.now();
    await call(server, "AmazonSQS.SendMessage", { QueueUrl, MessageBody: "x" });
    max = Math.max(max, performance.now() - begun);
  }
  return max;
}

function waitMs(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds));
}

async function balanced({ port }: Server, count: number): Promise<void> {
  for (;;) {
    const shown = (await (await fetch(`http://${host}:${port}/_tutti/nodes`)).json()) as {
      readonly nodes: readonly { readonly shards: readonly number[] }[];
    };
    if (shown.nodes.length === count && shown.nodes.every(({ shards }) => shards.length > 0)) return;
    await waitMs(50);
  }
}
