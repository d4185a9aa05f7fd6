/**
 * What a message costs the database when each node has the same to do and none is busy: SendMessage at a fixed rate a node. Every
 * node owns as many queues as any other, and each queue is reached through all nodes in turn, so that (n−1)/n of the
 * requests come to a node that is not the owner.
 */
import { runAtRate } from "./fixed-rate.ts";
import type { FixedRateResult } from "./fixed-rate.ts";
import { call, createQueue, host } from "./servers.ts";
import type { Server } from "./servers.ts";
import { singles } from "./sqs-clients.ts";
import { median, print } from "./statistics.ts";

/** Requests a second for each node: about one in every commit, and several. */
const perSecondEach = [100, 1_000];
const seconds = 3;
const queuesEach = 3;

/** @param statementsOf how many statements the nodes have sent for commits so far */
export async function measureAtRate(
  title: string,
  setups: Readonly<Record<string, readonly Server[]>>,
  rounds: number,
  statementsOf: (nodes: readonly Server[]) => Promise<number>,
): Promise<void> {
  const prepared = new Map<string, readonly string[]>();
  for (const [name, nodes] of Object.entries(setups)) prepared.set(name, await queuesOfEach(nodes));
  for (const rate of perSecondEach) {
    print(`  ${title}, ${rate}/s for each node`);
    const found = new Map<string, Measured[]>(Object.keys(setups).map((name) => [name, []]));
    for (let round = 0; round < rounds; round += 1)
      for (const [name, nodes] of Object.entries(setups))
        found.get(name)?.push(await measure(nodes, prepared.get(name) ?? [], rate, round, statementsOf));
    for (const [name, results] of found) print(`    ${name.padEnd(22)} ${summary(results)}`);
  }
  for (const [name, nodes] of Object.entries(setups))
    for (const QueueUrl of prepared.get(name) ?? []) {
      const [node] = nodes;
      if (node !== undefined) await call(node, "AmazonSQS.DeleteQueue", { QueueUrl });
    }
}

interface Measured extends FixedRateResult {
  readonly statementsEach: number;
}

function summary(results: readonly Measured[]): string {
  const of = (value: (result: Measured) => number): number => median(results.map(value));
  const at = (share: number): ((result: Measured) => number) => {
    return ({ latenciesMs }) =>
      latenciesMs.toSorted((left, right) => left - right)[Math.floor(latenciesMs.length * share)] ?? Number.NaN;
  };
  return (
    `${of(({ rate }) => rate).toFixed(0)}/s in all, ${of(({ statementsEach }) => statementsEach).toFixed(3)} statements each, ` +
    `answered after ${of(at(0.5)).toFixed(1)} ms, p99 ${of(at(0.99)).toFixed(1)}`
  );
}

async function measure(
  nodes: readonly Server[],
  queueUrls: readonly string[],
  rate: number,
  round: number,
  statementsOf: (nodes: readonly Server[]) => Promise<number>,
): Promise<Measured> {
  const arrivals = queueUrls.flatMap((queueUrl) => {
    const request = singles({ queueUrl })();
    return nodes.map(({ port }) => ({ port, request }));
  });
  const samples: Promise<number>[] = [];
  const observe = (): void => void samples.push(statementsOf(nodes));
  const perSecond = rate * nodes.length;
  const result = await runAtRate({ arrivals, perSecond, seconds, warmUpSeconds: 1, seed: round + 1, observe });
  const [before = Number.NaN, after = Number.NaN] = await Promise.all(samples);
  return { ...result, statementsEach: (after - before) / (result.rate * seconds) };
}

/** Makes queues until every node owns as many as it should; what is beyond that goes away. */
async function queuesOfEach(nodes: readonly Server[]): Promise<readonly string[]> {
  const [first] = nodes;
  if (first === undefined) return [];
  const owned = new Map<Server, string[]>(nodes.map((node) => [node, []]));
  const isEnough = (): boolean => [...owned.values()].every(({ length }) => length === queuesEach);
  for (let made = 0; !isEnough(); made += 1) {
    const name = `rate-${made}`;
    const queueUrl = await createQueue(first, name);
    const urls = owned.get(await ownerOf(name, nodes)) ?? [];
    if (urls.length < queuesEach) urls.push(queueUrl);
    else await call(first, "AmazonSQS.DeleteQueue", { QueueUrl: queueUrl });
  }
  return [...owned.values()].flat();
}

/** A node's metrics name the queues in its memory: those it owns. */
async function ownerOf(name: string, nodes: readonly Server[]): Promise<Server> {
  for (const node of nodes) {
    const text = await (await fetch(`http://${host}:${node.port}/metrics`)).text();
    if (text.includes(`"${name}"`)) return node;
  }
  throw new Error(`no node has the queue ${name}`);
}
