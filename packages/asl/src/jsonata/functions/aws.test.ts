/** https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html, the section on functions that Step Functions provides */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { compileJsonata } from "../compile-jsonata.ts";

const host = { now: 1_510_067_557_121, random: () => 0.25, uuid: () => "ca4c1140-dcc1-40cd-ad05-7b4aa23df4a8" };

function evaluate(source: string): unknown {
  return compileJsonata(source).evaluate({ text: '{"a":[1,null]}' }, host);
}

describe("functions that Step Functions adds", () => {
  test("$partition", () => {
    assert.deepEqual(evaluate("$partition([1, 2, 3, 4, 5, 6, 7, 8, 9], 4)"), [[1, 2, 3, 4], [5, 6, 7, 8], [9]]);
    assert.deepEqual(evaluate("$partition([], 4)"), []);
    assert.throws(() => evaluate("$partition([1], 0)"), { code: "U1007" });
    assert.throws(() => evaluate("$partition([1], 'a')"), { code: "T0410" });
  });

  test("$range", () => {
    assert.deepEqual(evaluate("$range(0, 10, 2)"), [0, 2, 4, 6, 8, 10]);
    assert.deepEqual(evaluate("$range(1, 9, 3)"), [1, 4, 7]);
    assert.deepEqual(evaluate("$range(3, 1, -1)"), [3, 2, 1]);
    assert.deepEqual(evaluate("$range(3, 1, 1)"), []);
    assert.throws(() => evaluate("$range(0, 1, 0)"), { code: "U1007" });
    assert.throws(() => evaluate("$range(0, 1e9, 1)"), { code: "D2014" });
  });

  test("$hash, as OpenSSL has it", () => {
    for (const [name, algorithm] of [
      ["MD5", "md5"],
      ["SHA-1", "sha1"],
      ["SHA-256", "sha256"],
      ["SHA-384", "sha384"],
      ["SHA-512", "sha512"],
    ] as const)
      assert.equal(
        evaluate(`$hash('input data é', '${name}')`),
        createHash(algorithm).update("input data é").digest("hex"),
      );
    assert.throws(() => evaluate("$hash('a', 'SHA-3')"), { code: "U1007" });
  });

  test("$random and $uuid come from the host, a seed gives the same number again", () => {
    assert.equal(evaluate("$random()"), 0.25);
    const seeded = evaluate("$random(7)");
    assert.ok(typeof seeded === "number" && seeded >= 0 && seeded < 1);
    assert.equal(evaluate("$random(7)"), seeded);
    assert.notEqual(evaluate("$random(8)"), seeded);
    assert.equal(evaluate("$uuid()"), "ca4c1140-dcc1-40cd-ad05-7b4aa23df4a8");
    assert.notDeepEqual(evaluate("$shuffle([1, 2, 3, 4])"), [1, 2, 3, 4]);
    assert.deepEqual(evaluate("$sort($shuffle([1, 2, 3, 4]))"), [1, 2, 3, 4]);
  });

  test("$parse", () => {
    assert.deepEqual(evaluate("$parse($text)"), { a: [1, null] });
    assert.equal(evaluate("$parse('1').a"), undefined);
    assert.throws(() => evaluate("$parse('{')"), { code: "U1007" });
  });

  test("$now and $millis stand still", () => {
    assert.equal(evaluate("$now()"), "2017-11-07T15:12:37.121Z");
    assert.equal(evaluate("$now('[Y]')"), "2017");
    assert.equal(evaluate("$millis()"), 1_510_067_557_121);
    assert.equal(evaluate("$toMillis('12:30', '[H]:[m]') - $toMillis('2017-11-07T00:00:00Z')"), 45_000_000);
  });

  test("$eval is none of them", () => {
    assert.throws(() => evaluate("$eval('1')"), { code: "T1006" });
  });
});
