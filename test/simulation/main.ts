/** `npm run simulate -- [--seeds n] [--steps n] [--from seed]`: many runs, each with its seed; stops at the first that fails. */
import { parseArgs } from "node:util";
import { Simulation } from "./simulation.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "50" },
    steps: { type: "string", default: "300" },
    from: { type: "string", default: "1" },
  },
});
const from = Number(values.from);
for (let seed = from; seed < from + Number(values.seeds); seed += 1) {
  try {
    const report = await new Simulation(seed).run(Number(values.steps));
    console.log(`seed ${seed}: ${JSON.stringify(report)}`);
  } catch (error) {
    console.error(
      `seed ${seed} failed; again with: npm run simulate -- --from ${seed} --seeds 1 --steps ${values.steps}`,
    );
    throw error;
  }
}
