/**
 * `npm run simulate -- [--seeds n] [--steps n] [--from seed] [--only executions|nodes|lease-nodes|lease-executions|queue-nodes|queues]`: many runs, each with its seed; stops
 * at the first that fails.
 */
import { parseArgs } from "node:util";
import { SimulatedLeaseNodes } from "./lease-nodes.ts";
import { QueueSimulation } from "./queue-simulation.ts";
import { SimulatedNodes } from "./simulated-nodes.ts";
import type { Simulated } from "./simulated-server.ts";
import { Simulation } from "./simulation.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "50" },
    steps: { type: "string", default: "300" },
    from: { type: "string", default: "1" },
    only: { type: "string" },
  },
});

const countsOf = (server: Simulated): object =>
  server instanceof SimulatedLeaseNodes
    ? { ...server.counts, refused: server.shared.refused, carried: server.carrier.carried }
    : {};

const runs = {
  executions: (seed: number, steps: number) => new Simulation(seed).run(steps),
  "lease-nodes": async (seed: number, steps: number) => {
    const run = new QueueSimulation(seed, (random, share) => new SimulatedLeaseNodes(random, share));
    return { ...(await run.run(steps)), ...countsOf(run.server) };
  },
  "lease-executions": async (seed: number, steps: number) => {
    const run = new Simulation(seed, (random, share) => new SimulatedLeaseNodes(random, share));
    return { ...(await run.run(steps)), ...countsOf(run.server) };
  },
  nodes: (seed: number, steps: number) =>
    new Simulation(seed, (random, share) => new SimulatedNodes(random, share)).run(steps),
  "queue-nodes": (seed: number, steps: number) =>
    new QueueSimulation(seed, (random, share) => new SimulatedNodes(random, share)).run(steps),
  queues: (seed: number, steps: number) => new QueueSimulation(seed).run(steps),
};
const totals: Record<string, number> = {};
const from = Number(values.from);
for (let seed = from; seed < from + Number(values.seeds); seed += 1) {
  for (const [what, run] of Object.entries(runs)) {
    if (values.only !== undefined && values.only !== what) continue;
    try {
      const report = await run(seed, Number(values.steps));
      console.log(`seed ${seed}, ${what}: ${JSON.stringify(report)}`);
      for (const [name, count] of Object.entries(report)) {
        const key = `${what} ${name}`;
        totals[key] = (totals[key] ?? 0) + Number(count);
      }
    } catch (error) {
      const again = `--from ${seed} --seeds 1 --steps ${values.steps} --only ${what}`;
      console.error(`seed ${seed} failed; again with: npm run simulate -- ${again}`);
      throw error;
    }
  }
}
console.log(`in all: ${JSON.stringify(totals)}`);
