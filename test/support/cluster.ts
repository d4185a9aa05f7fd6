/**
 * Several nodes over one database, each a process of its own, with a proxy of the test's own on its way to the database
 * and another on the way of the other nodes to it.
 */
import { freePort } from "./free-port.ts";
import type { PostgresqlServer } from "./postgresql.ts";
import { startServerProcessOn } from "./server-process.ts";
import type { ServerProcess } from "./server-process.ts";
import { startTcpProxy } from "./tcp-proxy.ts";
import type { TcpProxy } from "./tcp-proxy.ts";

/** Of `leaseSecondsFor`; on a machine that needs more nothing is proved by waiting. */
const leaseSecondsMax = 15;

export interface NodesShown {
  readonly self: { readonly nodeId: string } | null;
  readonly lives: number;
  readonly nodes: readonly {
    readonly id: string;
    readonly shards: readonly number[];
    readonly incarnation: number;
    readonly version: string;
  }[];
  readonly freeShards: readonly number[];
}

export class ClusterNode {
  readonly name: string;
  /** Clients come here, past every proxy. */
  readonly url: string;
  readonly toDatabase: TcpProxy;
  readonly fromNodes: TcpProxy;
  readonly #words: readonly string[];
  process: ServerProcess | undefined;

  constructor(name: string, port: number, proxies: readonly [TcpProxy, TcpProxy], words: readonly string[]) {
    this.name = name;
    this.url = `http://127.0.0.1:${port}`;
    [this.toDatabase, this.fromNodes] = proxies;
    this.#words = ["--port", String(port), "--node-id", name, ...words];
  }

  /** @param nodeWords for Node itself */
  async start(nodeWords: readonly string[] = []): Promise<void> {
    this.process = await startServerProcessOn(this.#words, nodeWords);
  }

  async kill(): Promise<void> {
    await this.process?.kill();
    this.process = undefined;
  }

  async terminate(): Promise<number | null> {
    const code = (await this.process?.terminate()) ?? null;
    this.process = undefined;
    return code;
  }

  /** SIGSTOP or SIGCONT. */
  signal(name: "SIGSTOP" | "SIGCONT"): void {
    if (this.process !== undefined) process.kill(this.process.pid, name);
  }

  /** What this node says of all; undefined when it does not answer, or cannot ask the database. */
  async nodes(): Promise<NodesShown | undefined> {
    try {
      const answer = await fetch(`${this.url}/_tutti/nodes`, { signal: AbortSignal.timeout(5_000) });
      return answer.status === 200 ? ((await answer.json()) as NodesShown) : undefined;
    } catch {
      return undefined;
    }
  }
}

export interface ClusterOptions {
  readonly names: readonly string[];
  readonly leaseSeconds: number;
}

export class TestCluster implements AsyncDisposable {
  readonly nodes: readonly ClusterNode[];
  /** Past every proxy. */
  readonly database: string;
  #disposed: Promise<void> | undefined;

  private constructor(nodes: readonly ClusterNode[], database: string) {
    this.nodes = nodes;
    this.database = database;
  }

  static async start(postgresql: PostgresqlServer, { names, leaseSeconds }: ClusterOptions): Promise<TestCluster> {
    const database = await postgresql.createDatabase();
    const nodes: ClusterNode[] = [];
    for (const name of names) {
      const port = await freePort();
      const proxies = [await startTcpProxy(postgresql.port), await startTcpProxy(port)] as const;
      const url = new URL(database);
      url.port = String(proxies[0].port);
      const advertise = `http://127.0.0.1:${proxies[1].port}`;
      const words = ["--store", url.href, "--advertise", advertise, "--lease-seconds", String(leaseSeconds)];
      nodes.push(new ClusterNode(name, port, proxies, words));
    }
    const cluster = new TestCluster(nodes, database);
    try {
      await Promise.all(nodes.map((node) => node.start()));
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  node(name: string): ClusterNode {
    const found = this.nodes.find((node) => node.name === name);
    if (found === undefined) throw new Error(`no node ${name}`);
    return found;
  }

  /** Once, however often it is called: also while a test that has hung is being ended. */
  [Symbol.asyncDispose](): Promise<void> {
    return (this.#disposed ??= this.#dispose());
  }

  async #dispose(): Promise<void> {
    for (const node of this.nodes) {
      node.signal("SIGCONT");
      await node.kill();
      await node.toDatabase[Symbol.asyncDispose]();
      await node.fromNodes[Symbol.asyncDispose]();
    }
  }
}

/** A tenth of a lease is enough for the database to note something, as it does when a node renews; never below the least. */
export async function leaseSecondsFor(postgresql: PostgresqlServer, secondsMin: number): Promise<number> {
  const url = await postgresql.createDatabase();
  await postgresql.query(
    "CREATE TABLE renewals (id integer PRIMARY KEY, at bigint); INSERT INTO renewals VALUES (1, 0)",
    url,
  );
  let slowestSeconds = 0;
  for (let round = 1; round <= 5; round += 1) {
    const begun = performance.now();
    await postgresql.query(`UPDATE renewals SET at = ${round}`, url);
    slowestSeconds = Math.max(slowestSeconds, (performance.now() - begun) / 1000);
  }
  return Math.min(leaseSecondsMax, Math.max(secondsMin, Math.ceil(slowestSeconds * 10)));
}

/** Asks until something is so. @throws with `what` when it is not within the time given */
export async function until<Found>(
  what: string,
  secondsMax: number,
  ask: () => Promise<Found | undefined>,
): Promise<Found> {
  const start = performance.now();
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    if (performance.now() - start > secondsMax * 1000) throw new Error(`waited ${secondsMax} s for ${what}`);
    await new Promise((resolve) => void setTimeout(resolve, 20));
  }
}

/** Every node lives, every shard has an owner, and none has more than its share. */
export function isBalanced(shown: NodesShown | undefined, count: number): boolean {
  if (shown === undefined) return false;
  const { nodes, freeShards } = shown;
  const shards = nodes.reduce((sum, node) => sum + node.shards.length, 0);
  const share = Math.ceil(shards / Math.max(1, count));
  return nodes.length === count && freeShards.length === 0 && nodes.every((node) => node.shards.length <= share);
}
