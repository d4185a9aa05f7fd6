/**
 * Random inputs against the decoders and the validator of every model: each gives an input or a refusal, never another
 * error. `TUTTI_FUZZ_ROUNDS` and `TUTTI_FUZZ_SEED` run longer or repeat a failure.
 */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type { Call } from "../kernel/call.ts";
import { SeededRandom } from "../kernel/random.ts";
import { ServiceError } from "../kernel/service-error.ts";
import { Parameters } from "./codec/parameters.ts";
import { readModelTable, shapeNamed } from "./model/model-table.ts";
import type { ModelTable, Shape } from "./model/model-table.ts";
import { WireService } from "./wire-service.ts";

const rounds = Number(process.env["TUTTI_FUZZ_ROUNDS"] ?? 3_000);
const seed = Number(process.env["TUTTI_FUZZ_SEED"] ?? 1);
const random = new SeededRandom(seed);

function pick<Item>(items: readonly Item[]): Item {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

const anything: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  Number.POSITIVE_INFINITY,
  "",
  "x",
  "\u0000",
  "\ud800",
  "arn:aws:x",
  "a".repeat(300),
  [],
  [null],
  {},
  { a: null },
  JSON.parse('{"__proto__":{"x":1}}'),
  [[[[]]]],
  "AP8H",
  1_700_000_000,
];

/** A value that mostly fits the shape, so that the decoders are gone through to their ends. */
function valueFor(table: ModelTable, shape: Shape, depth: number): unknown {
  if (random.below(12) === 0 || depth > 8) return pick(anything);
  switch (shape.type) {
    case "structure": {
      const members = Object.entries(shape.members).filter(() => random.below(3) > 0);
      return Object.fromEntries(
        members.map(([name, { shape: target }]) => [name, valueFor(table, shapeNamed(table, target), depth + 1)]),
      );
    }
    case "list":
      return Array.from({ length: random.below(3) }, () =>
        valueFor(table, shapeNamed(table, shape.member.shape), depth + 1),
      );
    case "map":
      return {
        [pick(["a", "", "__proto__", "A.b"])]: valueFor(table, shapeNamed(table, shape.value.shape), depth + 1),
      };
    case "string":
      return shape.enum === undefined
        ? pick(["", "a", "A b", "arn:aws:states:us-east-1:000000000000:stateMachine:x"])
        : pick(shape.enum);
    case "boolean":
      return random.below(2) === 0;
    case "blob":
      return "AP8H";
    default:
      return pick([0, 1, 5, 1000]);
  }
}

/** The same as parameters, in whichever of the forms of a list comes up. */
function parametersOf(value: unknown, name: string, into: string[]): void {
  const form = pick([".member.", "."]);
  if (Array.isArray(value))
    for (const [index, item] of value.entries()) parametersOf(item, `${name}${form}${index + 1}`, into);
  else if (typeof value === "object" && value !== null)
    for (const [key, item] of Object.entries(value)) parametersOf(item, name === "" ? key : `${name}.${key}`, into);
  else into.push(`${encodeURIComponent(name)}=${encodeURIComponent(String(value).toWellFormed())}`);
}

const call = { protocol: "json", requestId: "x" } as Call;

function outcome(work: () => void): "taken" | "refused" {
  try {
    work();
    return "taken";
  } catch (error) {
    assert.ok(error instanceof ServiceError, `seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
    return "refused";
  }
}

for (const file of globSync("*.json", { cwd: new URL("./models/", import.meta.url) })) {
  test(`${file}: ${rounds} inputs from seed ${seed}`, () => {
    const table = readModelTable(JSON.parse(readFileSync(new URL(`./models/${file}`, import.meta.url), "utf8")));
    const service = new WireService(table);
    const operations = [...service.operations.values()].filter(({ inputShape }) => inputShape !== undefined);
    const outcomes = new Map([
      ["taken", 0],
      ["refused", 0],
    ]);
    for (let round = 0; round < rounds; round += 1) {
      const operation = pick(operations);
      const input = valueFor(table, shapeNamed(table, operation.inputShape ?? ""), 0);
      const result = outcome(() => service.validate(operation, operation.decodeJson(input), call));
      outcomes.set(result, (outcomes.get(result) ?? 0) + 1);
      const pairs: string[] = [];
      parametersOf(input, "", pairs);
      outcome(() => {
        const parameters = new Parameters();
        parameters.add(pairs.join("&"));
        service.validate(operation, service.query.decode(operation.inputShape, parameters), call);
      });
    }
    for (const [result, count] of outcomes) assert.ok(count > rounds / 20, `${result} ${count}`);
  });
}
