import assert from "node:assert/strict";
import { test } from "node:test";
import { SimulatedLeaseNodes } from "./lease-nodes.ts";
import { QueueSimulation } from "./queue-simulation.ts";
import { SimulatedNodes } from "./simulated-nodes.ts";
import { Simulation } from "./simulation.ts";

const steps = 120;

for (const seed of [1, 2, 3]) {
  test(
    `seed ${seed} (npm run simulate -- --from ${seed} --seeds 1 --steps ${steps})`,
    { timeout: 120_000 },
    async () => {
      const report = await new Simulation(seed).run(steps);
      assert.ok(report.crashes > 0 && report.executions > 0 && report.messages > 0, JSON.stringify(report));
    },
  );

  test(
    `several nodes, seed ${seed} (npm run simulate -- --from ${seed} --seeds 1 --steps ${steps} --only nodes)`,
    { timeout: 120_000 },
    async () => {
      const run = new Simulation(seed, (random, share) => new SimulatedNodes(random, share));
      const report = await run.run(steps);
      assert.ok(report.crashes > 0 && report.executions > 0 && report.messages > 0, JSON.stringify(report));
      assert.ok(run.server instanceof SimulatedNodes && run.server.carried > 100);
    },
  );

  test(
    `queues on several nodes, seed ${seed} (npm run simulate -- --from ${seed} --seeds 1 --steps ${steps} --only queue-nodes)`,
    { timeout: 120_000 },
    async () => {
      const run = new QueueSimulation(seed, (random, share) => new SimulatedNodes(random, share));
      const report = await run.run(steps);
      assert.ok(Math.min(report.crashes, report.received, report.duplicates, report.moves) > 0, JSON.stringify(report));
      assert.ok(run.server instanceof SimulatedNodes && run.server.carried > 0);
    },
  );

  test(
    `queues of seed ${seed} (npm run simulate -- --from ${seed} --seeds 1 --steps ${steps} --only queues)`,
    { timeout: 120_000 },
    async () => {
      const report = await new QueueSimulation(seed).run(steps);
      assert.ok(Math.min(report.crashes, report.received, report.duplicates, report.moves) > 0, JSON.stringify(report));
    },
  );
}

for (const seed of [1, 2]) {
  const again = `npm run simulate -- --from ${seed} --seeds 1 --steps ${steps}`;

  test(`queues on nodes with leases, seed ${seed} (${again} --only lease-nodes)`, { timeout: 120_000 }, async () => {
    const run = new QueueSimulation(seed, (random, share) => new SimulatedLeaseNodes(random, share));
    const report = await run.run(steps);
    assert.ok(Math.min(report.received, report.duplicates, report.moves) > 0, JSON.stringify(report));
    assert.ok(run.server instanceof SimulatedLeaseNodes);
    const { pauses, kills, cuts, leaves } = run.server.counts;
    assert.ok(Math.min(pauses, kills, cuts, leaves) > 0, JSON.stringify(run.server.counts));
  });

  test(`nodes with leases, seed ${seed} (${again} --only lease-executions)`, { timeout: 120_000 }, async () => {
    const run = new Simulation(seed, (random, share) => new SimulatedLeaseNodes(random, share));
    const report = await run.run(steps);
    assert.ok(report.executions > 0 && report.messages > 0, JSON.stringify(report));
    assert.ok(run.server instanceof SimulatedLeaseNodes && run.server.carrier.carried > 0);
  });
}

test(
  "a move task ends that found only what a cancelled one had on its way (npm run simulate -- --from 1004 --seeds 1 --only lease-nodes)",
  { timeout: 120_000 },
  async () => {
    const run = new QueueSimulation(1004, (random, share) => new SimulatedLeaseNodes(random, share));
    assert.ok((await run.run(300)).moves > 0);
  },
);

test("the same seed gives the same run", { timeout: 120_000 }, async () => {
  const [first, second] = [await new Simulation(7).run(20), await new Simulation(7).run(20)];
  assert.deepEqual(first, second);
  const nodes = (): Simulation => new Simulation(7, (random, share) => new SimulatedNodes(random, share));
  assert.deepEqual(await nodes().run(20), await nodes().run(20));
  const leased = async (): Promise<object> => {
    const run = new QueueSimulation(7, (random, share) => new SimulatedLeaseNodes(random, share));
    return { ...(await run.run(20)), ...(run.server as SimulatedLeaseNodes).counts };
  };
  assert.deepEqual(await leased(), await leased());
  const [queues, again] = [await new QueueSimulation(7).run(20), await new QueueSimulation(7).run(20)];
  assert.deepEqual(queues, again);
});
