/** Expressions that want too much end by a bound, with its code; none of them may take the process with it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compileJsonata } from "./compile-jsonata.ts";
import { limits } from "./limits.ts";

const host = { now: 0, random: () => 0.5, uuid: () => "u" };

function evaluate(source: string): unknown {
  return compileJsonata(source).evaluate({ letters: "a".repeat(100_000) }, host);
}

const tooMuch: readonly (readonly [name: string, code: string, source: string])[] = [
  ["a loop by tail calls", "U1001", "($f := function($x) { $f($x + 1) }; $f(0))"],
  ["maps within maps", "U1003", "$map([1..5000], function($x) { $map([1..5000], function($y) { $x * $y }) })"],
  [
    "functions of functions",
    "U1001",
    "($f := function($g, $n) { $n = 0 ? $g : $f(function($x) { $g($g($x)) }, $n - 1) }; $f(function($x) { $x }, 60)(0))",
  ],
  ["sorting", "U1003", "$sort([1..3000000], function($a, $b) { $a < $b })"],
  ["distinct objects", "U1001", "$distinct([1..100000].{'a': $})"],
  ["a cross product", "U1003", "[1..3000].[1..3000]"],
  ["a cross product with variables", "U1001", "[1..3000]@$a.[1..3000]@$b.{'x': $a}"],
  ["hashing", "U1001", "$map([1..10000], function() { $hash($letters, 'SHA-512') })"],
  ["matches", "U1001", "$match($pad('', 1000000, 'a'), /a/)"],
  ["merging", "U1001", "$reduce([1..100000], function($a, $i) { $merge([$a, { $string($i): $i }]) }, {})"],
  ["a range", "U1003", "[[1..4000000], [1..4000000]]"],
  ["recursion", "U1002", "($f := function($x) { 1 + $f($x + 1) }; $f(0))"],
  ["recursion through functions", "U1002", "($f := function($x) { $map([1], function($y) { $f($y) & '' }) }; $f(0))"],
  ["a deep array", "U1002", "$reduce([1..100000], function($a, $i) { [[$a]] }, 1) ~> $string()"],
  ["a deep result", "U1002", "$reduce([1..100000], function($a, $i) { {'a': $a} }, 1)"],
  ["a value within itself", "U1002", "{'a': 1} ~> |$|{'self': $}|"],
  ["texts that double", "U1001", "$reduce([1..60], function($a, $i) { $a & $a }, 'x')"],
  ["structures that double", "U1003", "$reduce([1..60], function($a, $i) { {'a': $a, 'b': $a} }, 1)"],
  [
    "the text of structures that double",
    "U1001",
    "$string($reduce([1..60], function($a, $i) { {'a': $a, 'b': $a} }, 1))",
  ],
  [
    "the hash of structures that double",
    "U1001",
    "$hash($reduce([1..60], function($a, $i) { {'a': $a, 'b': $a} }, 1), 'MD5')",
  ],
  ["an error about structures that double", "D1002", "-$reduce([1..60], function($a, $i) { {'a': $a, 'b': $a} }, 1)"],
  [
    "comparing structures that double",
    "U1001",
    "($f := function() { $reduce([1..60], function($a, $i) { [[$a], [$a]] }, 1) }; $f() = $f())",
  ],
  ["copying structures that double", "U1001", "$clone($reduce([1..60], function($a, $i) { [[$a], [$a]] }, 1))"],
  ["all within structures that double", "U1001", "$count($reduce([1..60], function($a, $i) { [[$a], [$a]] }, 1).**)"],
  [
    "the members of structures that double",
    "U1001",
    "$lookup($reduce([1..60], function($a, $i) { [[$a], [$a]] }, {'a': 1}), 'a')",
  ],
  ["the truth of structures that double", "U1001", "$boolean($reduce([1..60], function($a, $i) { [[$a], [$a]] }, 0))"],
  [
    "the keys of structures that double",
    "U1001",
    "$keys($reduce([1..60], function($a, $i) { [[$a], [$a]] }, {'a': 1}))",
  ],
  [
    "the parts of structures that double",
    "U1003",
    "$spread($reduce([1..60], function($a, $i) { [[$a], [$a]] }, {'a': 1}))",
  ],
  ["padding", "U1003", "$pad('x', 1000000000)"],
  ["joining", "U1003", "$join($map([1..1000], function() { $letters }))"],
  ["Roman numerals", "U1003", "$formatInteger(1e15, 'I')"],
  ["a wide date", "U1003", "$fromMillis(0, '[Y,1000000000]')"],
  ["digits of a number", "U1003", "$formatNumber(1, $pad('0', 8388608, '0') & '.0')"],
];

describe("an evaluation that wants too much", () => {
  for (const [name, code, source] of tooMuch)
    test(name, () => assert.throws(() => evaluate(source), { name: "JsonataError", code }));
});

describe("an expression that is too deep or too long", () => {
  const depth = limits.expressionDepthMax * 20;
  const texts: readonly (readonly [name: string, source: string])[] = [
    ["parentheses", "(".repeat(depth)],
    ["brackets", `${"[".repeat(depth)}${"]".repeat(depth)}`],
    ["objects", `${"{'a':".repeat(depth)}1${"}".repeat(depth)}`],
    ["signs", `${"-".repeat(depth)}1`],
    ["sums", `1${"+1".repeat(depth)}`],
    ["texts", `'a'${"&'a'".repeat(depth)}`],
    ["steps", `$a${".a".repeat(depth)}`],
    ["predicates", `$a${"[b".repeat(depth)}${"]".repeat(depth)}`],
    ["filters", `$a${"[1]".repeat(depth)}`],
    ["conditions", `${"1?".repeat(depth)}1`],
    ["bindings", `${"$a:=".repeat(depth)}1`],
    ["functions", `${"function(){".repeat(depth)}1${"}".repeat(depth)}`],
    ["calls", `$f${"()".repeat(depth)}`],
    ["transforms", "|".repeat(depth)],
    ["length", `'${"x".repeat(limits.expressionCharactersMax)}'`],
  ];
  for (const [name, source] of texts)
    test(name, () => assert.throws(() => compileJsonata(source), { name: "JsonataError", code: "U1005" }));

  test("one that is not", () => {
    const wide = limits.expressionDepthMax / 2;
    assert.equal(compileJsonata(`1${"+1".repeat(wide)}`).evaluate({}, host), wide + 1);
    assert.equal(compileJsonata(`${"(".repeat(wide)}1${")".repeat(wide)}`).evaluate({}, host), 1);
  });
});

describe("regular expressions that another engine would search for years", () => {
  const searches: readonly (readonly [source: string, found: unknown])[] = [
    ["$contains($letters, /^(a+)+$/)", true],
    ["$contains($letters & '!', /^(a+)+$/)", false],
    ["$contains($letters, /(a|a)*b/)", false],
    ["$contains($letters, /(a*)*b/)", false],
    ["$contains($letters, /a.*a.*a.*a.*b/)", false],
    ["$contains($letters, /(?=(a+)+b)x/)", false],
    ["$count($split($letters & ',' & $letters, /(a*)*,/))", 2],
    ["$length($replace($letters, /(a{1,5}){1,4}b/, ''))", 100_000],
  ];
  for (const [source, found] of searches) test(source, () => assert.deepEqual(evaluate(source), found));
});

describe("what is no JSON is no result", () => {
  for (const source of [
    "function($x) { $x }",
    "$sum",
    "/a/",
    "[$string]",
    "{'f': function() { 1 }}",
    "1 / 0",
    "[0 / 0]",
    "$substring(?, 1)",
  ])
    test(source, () => assert.throws(() => evaluate(source), { code: "U1004" }));
});
