/** Variables on disk: a row each, written when it is assigned, there after a restart, gone with its scope. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore } from "../../kernel/store/memory-store.ts";
import { scopesTable, variablesTable } from "./tables.ts";
import { createMachine, outcome, start, startStates } from "./testing/states-bench.ts";
import type { StatesBench } from "./testing/states-bench.ts";

const wait = (next: object): object => ({ Type: "Wait", Seconds: 10, ...next });
const states = {
  A: { Type: "Pass", Assign: { list: [1, 2], none: null, text: "a" }, Next: "M" },
  M: {
    Type: "Map",
    ItemsPath: "$list",
    ItemProcessor: {
      StartAt: "B",
      States: {
        B: { Type: "Pass", Assign: { "own.$": "$" }, Next: "W" },
        W: wait({ Next: "Q" }),
        Q: { Type: "Pass", Parameters: { "own.$": "$own", "text.$": "$text", "none.$": "$none" }, End: true },
      },
    },
    ResultPath: null,
    Assign: { text: "b" },
    Next: "V",
  },
  V: wait({ Next: "Z" }),
  Z: { Type: "Pass", Parameters: { "text.$": "$text", "list.$": "$list" }, End: true },
};

function rows(bench: StatesBench): unknown[] {
  return [...bench.kernel.resident(variablesTable).values()].map(({ scopeId, name, value }) => [scopeId, name, value]);
}

test("variables are rows of their own, and survive a restart", async () => {
  const store = new MemoryStore();
  const first = await startStates(store);
  const executionArn = await start(first, await createMachine(first, "m", states));
  const root = [
    [0, "list", [1, 2]],
    [0, "none", null],
    [0, "text", "a"],
  ];
  const inner = [
    [1, "own", 1],
    [2, "own", 2],
  ];
  assert.deepEqual(new Set(rows(first)), new Set([...root, ...inner]));
  for (const { scope } of first.kernel.resident(scopesTable).values()) assert.ok(!("variables" in scope));
  await first.advance(1);

  const second = await startStates(store, first.kernel.clock.now());
  assert.deepEqual(new Set(rows(second)), new Set([...root, ...inner]));
  await second.advance(10);
  assert.deepEqual(
    new Set(rows(second)),
    new Set([
      [0, "list", [1, 2]],
      [0, "none", null],
      [0, "text", "b"],
    ]),
  );
  await second.advance(10);
  const { status, output } = await outcome(second, executionArn);
  assert.deepEqual([status, output], ["SUCCEEDED", '{"text":"b","list":[1,2]}']);
  assert.deepEqual(rows(second), []);
});
