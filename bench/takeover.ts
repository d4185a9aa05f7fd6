/**
 * `npm run bench -- takeover`: what the loss of one of three nodes over PostgreSQL costs: `kill -9` of an owner, and when a client
 * of its queue is answered again; and the longest a client of another node's queue waits meanwhile. `BENCH_KILLS` says how often (3).
 */
import { startPostgresql } from "../test/support/postgresql.ts";
import { call, createQueue, host, startTuttiOn } from "./servers.ts";
import type { Server } from "./servers.ts";
import { print } from "./statistics.ts";

const kills = Number(process.env["BENCH_KILLS"] ?? 3);
let queues = 0;

export async function measureTakeovers(): Promise<void> {
  const postgresql = await startPostgresql();
  const words = ["--store", await postgresql.createDatabase()];
  const nodes: Server[] = [];
  try {
    for (let index = 0; index < 3; index += 1) nodes.push(await startTuttiOn(words));
    await measureKills(nodes, words);
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
    await postgresql.stop();
  }
}

async function measureKills(nodes: Server[], words: readonly string[]): Promise<void> {
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
