/**
 * Three nodes over PostgreSQL under load, and one fault after another: a node is killed, stopped for longer than its
 * lease, restarted, cut off from the database or from the other nodes; the database itself crashes. Nothing acknowledged
 * is lost, no group is reordered, what was deleted stays so, every execution ends once with a whole history.
 *
 * `TUTTI_CLUSTER_FAULTS=200 TUTTI_CLUSTER_SEED=7 npm test -- cluster-crash` runs longer.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { SeededRandom } from "../../packages/server/src/kernel/random.ts";
import { isBalanced, leaseSecondsFor, TestCluster, until } from "../support/cluster.ts";
import type { ClusterNode } from "../support/cluster.ts";
import { ClusterLoad } from "../support/cluster-load.ts";
import { startPostgresql } from "../support/postgresql.ts";
import type { PostgresqlServer } from "../support/postgresql.ts";
import { requires } from "../support/requirements.ts";

const faultKinds = ["kill", "pause", "restart", "cut from database", "cut from nodes", "database crash"] as const;
type Fault = (typeof faultKinds)[number];

const leaseSecondsMin = 2;
const seed = Number(process.env["TUTTI_CLUSTER_SEED"] ?? 1);
const faultsMax = Number(process.env["TUTTI_CLUSTER_FAULTS"] ?? faultKinds.length);
const patienceSeconds = 60;

class Faults {
  readonly #cluster: TestCluster;
  readonly #load: ClusterLoad;
  readonly #postgresql: PostgresqlServer;
  readonly #random = new SeededRandom(seed);

  constructor(cluster: TestCluster, load: ClusterLoad, postgresql: PostgresqlServer) {
    this.#cluster = cluster;
    this.#load = load;
    this.#postgresql = postgresql;
  }

  /** Each kind once in the beginning, any afterwards. */
  async next(number: number): Promise<string> {
    const kind = faultKinds[number] ?? faultKinds[this.#random.below(faultKinds.length)] ?? "kill";
    const victim = this.#cluster.nodes[this.#random.below(this.#cluster.nodes.length)];
    assert.ok(victim);
    await this.#commit(kind, victim);
    await this.#whole();
    await this.#progress();
    return `${kind} ${victim.name}`;
  }

  async #commit(kind: Fault, victim: ClusterNode): Promise<void> {
    switch (kind) {
      case "kill":
        await victim.kill();
        await this.#takenOver(victim);
        return victim.start();
      case "pause":
        victim.signal("SIGSTOP");
        await this.#takenOver(victim);
        return victim.signal("SIGCONT");
      case "restart":
        assert.equal(await victim.terminate(), 0);
        await this.#takenOver(victim);
        return victim.start();
      case "cut from database":
        victim.toDatabase.refuses = true;
        victim.toDatabase.cut();
        await this.#takenOver(victim);
        victim.toDatabase.refuses = false;
        return undefined;
      case "cut from nodes":
        victim.fromNodes.refuses = true;
        victim.fromNodes.cut();
        await this.#progress();
        victim.fromNodes.refuses = false;
        return undefined;
      case "database crash":
        await this.#postgresql.crash();
        return this.#postgresql.restart();
    }
  }

  /** The others have everything, as one of them sees it. */
  async #takenOver(victim: ClusterNode): Promise<void> {
    const other = this.#cluster.nodes.find((node) => node !== victim);
    assert.ok(other);
    await until(`${victim.name} to be replaced`, patienceSeconds, async () =>
      isBalanced(await other.nodes(), this.#cluster.nodes.length - 1) ? true : undefined,
    );
  }

  async #whole(): Promise<void> {
    const { nodes } = this.#cluster;
    await until("every node to have its share", patienceSeconds, async () => {
      const shown = await Promise.all(nodes.map((node) => node.nodes()));
      return shown.every((one) => isBalanced(one, nodes.length)) ? true : undefined;
    });
  }

  /** Clients get answers again. */
  async #progress(): Promise<void> {
    const start = this.#load.acknowledged;
    await until("the clients to get on", patienceSeconds, async () =>
      this.#load.acknowledged > start + 50 ? true : undefined,
    );
  }
}

/** A run that hangs is ended, and everything it has started with it. */
const timeout = 180_000 + faultsMax * 60_000;

describe("three nodes over PostgreSQL", { ...requires("postgresql"), timeout }, () => {
  let postgresql: PostgresqlServer;
  before(async () => {
    postgresql = await startPostgresql();
  });
  after(() => postgresql.stop());

  test(`seed ${seed}: nothing acknowledged is lost, whatever fails`, { timeout: timeout - 60_000 }, async (context) => {
    const leaseSeconds = await leaseSecondsFor(postgresql, leaseSecondsMin);
    context.diagnostic(`a lease of ${leaseSeconds} s`);
    await using cluster = await TestCluster.start(postgresql, { names: ["a", "b", "c"], leaseSeconds });
    await using load = new ClusterLoad(cluster.nodes.map(({ url }) => url));
    context.signal.addEventListener("abort", () => {
      void load[Symbol.asyncDispose]();
      void cluster[Symbol.asyncDispose]();
    });
    await load.start();
    const faults = new Faults(cluster, load, postgresql);
    for (let number = 0; number < faultsMax; number += 1) context.diagnostic(await faults.next(number));
    const report = await load.finish();
    context.diagnostic(JSON.stringify(report));
    assert.ok(Math.min(report.sent, report.ordered, report.executions) > 50, JSON.stringify(report));
    for (const node of cluster.nodes) assert.equal(await node.terminate(), 0);
  });
});
