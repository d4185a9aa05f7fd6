/**
 * Random machines whose tasks meet random fates, some of them stopped at a random moment. Every seed is run twice, once
 * writing the execution out and reading it back before every event; both runs must tell the same history. A failure
 * names its seed.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkHistory } from "./testing/history-checks.ts";
import { runMachine } from "./testing/host.ts";
import type { TestResult, TestRun } from "./testing/host.ts";
import { machineOf } from "./testing/machines.ts";
import { RANDOM_INPUT, randomDefinition, randomFate, randomMapRun } from "./testing/random-machine.ts";
import { chance, integer, seededRandom } from "./testing/random.ts";

const FIRST_SEED = 1;
const SEEDS = 500;

function simulate(seed: number, roundTrip: boolean): TestResult {
  const random = seededRandom(seed);
  const machine = machineOf(randomDefinition(random));
  const stops: TestRun["events"] = chance(random, 0.25)
    ? [{ at: integer(random, 0, 15), event: { kind: "stop", error: "Stopped", cause: "by chance" } }]
    : [];
  return runMachine({
    machine,
    input: RANDOM_INPUT,
    seed,
    roundTrip,
    tasks: (task) => randomFate(random, task),
    mapRuns: () => randomMapRun(random),
    events: [...stops, { at: 3, event: { kind: "timerFired", timerId: "wait:0:1" } }],
  });
}

test("random machines end soundly, whatever happens to them", () => {
  const endings = new Map<string, number>();
  const types = new Set<string>();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    try {
      const { execution, history } = simulate(seed, false);
      assert.notEqual(execution.status, "RUNNING");
      checkHistory(history);
      assert.deepEqual(simulate(seed, true).history, history);
      endings.set(execution.status, (endings.get(execution.status) ?? 0) + 1);
      for (const event of history) types.add(event.type);
    } catch (problem) {
      throw new Error(`Seed ${seed}`, { cause: problem });
    }
  }
  for (const status of ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]) {
    assert.ok((endings.get(status) ?? 0) > SEEDS / 200, `${endings.get(status)} executions ended as ${status}`);
  }
  // Of AWS's 62 types, those of a redrive (2) never come from these machines.
  assert.ok(types.size >= 55, `Only ${types.size} types of event were seen: ${[...types].toSorted().join(", ")}`);
});
