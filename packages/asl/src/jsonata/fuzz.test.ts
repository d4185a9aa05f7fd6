/**
 * Random expressions give what jsonata 2.0.6 gives, or its error; garbage ends in an error of its own.
 * `TUTTI_FUZZ_ROUNDS=100000` runs longer, `TUTTI_FUZZ_SEED=…` repeats a failure.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import jsonata from "jsonata";
import { compileJsonata, compileWithContext } from "./compile-jsonata.ts";
import { JsonataError } from "./errors.ts";
import { library } from "./functions/library.ts";
import { ExpressionGenerator, randomFrom, world } from "./testing/random-expression.ts";

const rounds = Number(process.env["TUTTI_FUZZ_ROUNDS"] ?? 1_500);
const seed = Number(process.env["TUTTI_FUZZ_SEED"] ?? 20_260_101);
const host = { now: 0, random: () => 0.5, uuid: () => "u" };

/** JSON, or the code of an error; undefined for what JavaScript threw, which is no answer. */
type Outcome = { readonly json: string } | { readonly code: string } | undefined;

function ours(source: string): Outcome {
  try {
    return { json: asText(compileWithContext(source).evaluate(world, {}, host)) };
  } catch (error) {
    if (!(error instanceof JsonataError)) throw error;
    return { code: error.code };
  }
}

async function oracle(source: string): Promise<Outcome> {
  try {
    return { json: asText(await jsonata(source).evaluate(structuredClone(world), {})) };
  } catch (error) {
    const { code } = error as { code?: unknown };
    return typeof code === "string" ? { code } : undefined;
  }
}

function asText(value: unknown): string {
  return JSON.stringify(value) ?? "undefined";
}

/**
 * What the README names as different: a number that is none is refused where jsonata gives null, or formats it; and jsonata
 * adds an item to an empty array of its input when it groups it, which shows as a null.
 */
function isKnownDifference(mine: Outcome, theirs: Outcome): boolean {
  if (mine === undefined || theirs === undefined) return false;
  if ("code" in mine) return "json" in theirs && (mine.code === "U1004" || mine.code === "D1001");
  return "json" in theirs && theirs.json.includes("null");
}

test("random expressions give what jsonata gives", async () => {
  const generator = new ExpressionGenerator(randomFrom(seed));
  let answered = 0;
  let values = 0;
  for (let round = 0; round < rounds; round += 1) {
    const source = generator.any(1 + (round % 4));
    const theirs = await oracle(source);
    if (theirs === undefined) continue;
    answered += 1;
    if ("json" in theirs && theirs.json !== "undefined") values += 1;
    const mine = ours(source);
    if (!isKnownDifference(mine, theirs)) assert.deepEqual(mine, theirs, `seed ${seed}, round ${round}: ${source}`);
  }
  assert.ok(answered > rounds * 0.9, `${answered} answered of ${rounds}`);
  assert.ok(values > rounds * 0.4, `${values} gave a value of ${rounds}`);
});

const tokens =
  "$ $$ $x $f $map $string $sum a b . .. [ ] ( ) { } , ; : ? := = != < <= > >= + - * / % & | ^ ~> @ # ** and or in not true null 1 2.5 'x' \"y\" `q` /a+/i /(b|c)*/ function($x){ λ($y)<s:n>{ }  ^( @$v #$i | \\ ~ ! /* */ é \ud800 \0".split(
    " ",
  );

test("garbage ends in an error of its own, or in a value", () => {
  const random = randomFrom(seed);
  let evaluated = 0;
  for (let round = 0; round < rounds * 10; round += 1) {
    const source = Array.from(
      { length: 1 + Math.floor(random() * 9) },
      () => tokens[Math.floor(random() * tokens.length)] ?? "",
    ).join(random() < 0.5 ? " " : "");
    try {
      const compiled = compileJsonata(source);
      evaluated += 1;
      compiled.evaluate({ x: [1, "a", { b: null }], states: { input: world } }, host);
    } catch (error) {
      if (!(error instanceof JsonataError))
        throw new Error(`seed ${seed}: ${JSON.stringify(source)}`, { cause: error });
    }
  }
  assert.ok(evaluated > rounds / 2, `${evaluated} compiled`);
});

const strangeArguments =
  "missing null true 0 -1 2.5 1e308 1e-300 9007199254740993 (1/0) (0/0) '' 'abc' '0' '#,##0.00' '[Y0001]-[M]' '[Z999999]' '😀' '\\ud800' [] [1,'a',null] [[[]]] ['a','b'] [1..3] {} {'a':1} [{'a':1},{'b':[2]}] function($x){$x} function($x,$y){$y} function(){{}} /a*/ /(b)|c/ $sum $string(?)".split(
    " ",
  );

test("every function, with arguments of every kind", () => {
  const random = randomFrom(seed);
  const pick = (): string => strangeArguments[Math.floor(random() * strangeArguments.length)] ?? "1";
  let values = 0;
  for (const name of Object.keys(library)) {
    for (let round = 0; round < rounds / 10; round += 1) {
      const args = Array.from({ length: Math.floor(random() * 5) }, pick);
      const source = random() < 0.9 ? `$${name}(${args.join(", ")})` : `(${pick()}) ~> $${name}(?, ${pick()})`;
      try {
        compileWithContext(source).evaluate(world, {}, host);
        values += 1;
      } catch (error) {
        if (!(error instanceof JsonataError)) throw new Error(`seed ${seed}: ${source}`, { cause: error });
      }
    }
  }
  assert.ok(values > rounds / 2, `${values} gave a value`);
});
