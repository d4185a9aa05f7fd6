/**
 * `npm run bench -- jsonata`: evaluations a second of expressions as workflows have them, compiled once, against the npm
 * package `jsonata` 2.0.6 in the same run. The two take turns; medians, and the median of the rounds' ratios, are what counts. Both
 * run on one thread, so it is the processor's time that is measured: others on the machine do not count.
 */
import assert from "node:assert/strict";
import { compileJsonata } from "@tutti/asl";
import type { JsonataHost } from "@tutti/asl";
import jsonata from "jsonata";
import { inTurns, median, print, ratio } from "./statistics.ts";

const rounds = 5;
const roundMs = 300;

const host: JsonataHost = {
  now: 1_767_225_600_000,
  random: () => 0.5,
  uuid: () => "00000000-0000-4000-8000-000000000000",
};

const items = Array.from({ length: 50 }, (_, index) => ({
  sku: `sku-${index}`,
  name: `Item ${index}`,
  price: ((index * 7) % 40) + 0.5,
  quantity: (index % 5) + 1,
  tags: ["a", "b"],
}));

const variables = {
  states: {
    input: { id: "o-1", n: 7, note: "a,b,c", customer: { name: "Ann", address: { city: "Berlin" } }, items },
    context: { Execution: { Id: "arn:aws:states:us-east-1:000000000000:execution:bench:run" } },
  },
  counter: 3,
  limit: 20,
};

const expressions: readonly string[] = [
  "$states.input.customer.address.city",
  "$counter + 1",
  "$states.input.n > 5 and $counter < 10",
  "{'id': $states.input.id, 'name': $states.input.customer.name, 'n': $counter}",
  "'Order ' & $states.input.id & ' for ' & $uppercase($states.input.customer.name)",
  "$split($states.input.note, ',')",
  "$replace($states.input.customer.name, /n+/, 'm')",
  "$states.input.items[price > 20].sku",
  "$sum($states.input.items.(price * quantity))",
  "$states.input.items^(>price)[[0..2]].name",
  "$states.input.items{sku: price}",
  "$map($states.input.items, function($v, $i) { {'i': $i, 'sku': $v.sku} })",
  "$filter($states.input.items, function($v) { $v.price > $limit })",
  "$reduce($states.input.items, function($a, $v) { $a + $v.price }, 0)",
];

export async function measureJsonata(): Promise<void> {
  print(`${rounds} rounds of ${roundMs} ms of processor time each, medians; lists of ${items.length} items`);
  const ratios: number[] = [];
  for (const expression of expressions) ratios.push(await compare(expression));
  print(`median of the ratios ${median(ratios).toFixed(1)}, least ${Math.min(...ratios).toFixed(1)}`);
}

async function compare(expression: string): Promise<number> {
  const ours = compileJsonata(expression);
  const theirs = jsonata(expression);
  const runHere = (): unknown => ours.evaluate(variables, host);
  const runThere = (): Promise<unknown> => theirs.evaluate(undefined, variables);
  assert.equal(JSON.stringify(runHere()), JSON.stringify(await runThere()), expression);
  const results = await inTurns(rounds, {
    theirs: () =>
      rate(async (count) => {
        for (let run = 0; run < count; run += 1) await runThere();
      }),
    ours: () =>
      rate((count) => {
        for (let run = 0; run < count; run += 1) runHere();
      }),
  });
  print(expression);
  print(`  jsonata  ${median(results.theirs).toFixed(0)}/s`);
  print(`  tutti    ${median(results.ours).toFixed(0)}/s`);
  print(`  ratio    ${ratio(results.ours, results.theirs).toFixed(1)}`);
  return ratio(results.ours, results.theirs);
}

/** How many in a second of the processor's time. */
async function rate(run: (count: number) => Promise<void> | void): Promise<number> {
  const batch = 50;
  await run(batch);
  const start = process.cpuUsage();
  let runs = 0;
  let elapsedMs = 0;
  while (elapsedMs < roundMs) {
    await run(batch);
    runs += batch;
    const { user, system } = process.cpuUsage(start);
    elapsedMs = (user + system) / 1000;
  }
  return (runs * 1000) / elapsedMs;
}
