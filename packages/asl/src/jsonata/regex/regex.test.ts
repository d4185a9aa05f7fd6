/** Regular expressions find what JavaScript's own find. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { randomFrom } from "../testing/random-expression.ts";
import { compileRegex } from "./regex.ts";
import type { RegexMatch } from "./regex.ts";

function ours(source: string, flags: string, text: string): RegexMatch[] {
  const matcher = compileRegex(source, flags).matcher(text, () => undefined);
  const found: RegexMatch[] = [];
  for (let match = matcher.next(0); match !== undefined && found.length < 20; match = matcher.next(match.end)) {
    found.push(match);
    // A match of nothing would be found there for ever.
    if (match.end === match.start) break;
  }
  return found;
}

function oracle(source: string, flags: string, text: string): RegexMatch[] {
  const regex = new RegExp(source, `${flags}g`);
  const found: RegexMatch[] = [];
  for (let match = regex.exec(text); match !== null && found.length < 20; match = regex.exec(text)) {
    found.push({ start: match.index, end: match.index + match[0].length, groups: match.slice(1) });
    if (match[0] === "") break;
  }
  return found;
}

const texts = [
  "",
  "a",
  "ab",
  "abcabc",
  "aaaa",
  "foo bar",
  "A1_b2\nC3\r\n-",
  "äÄß€😀",
  "x-y.z, q",
  "2024-01-31T10:00:00Z",
  "{[(/)]}",
  "\t \u00a0\u2028|",
];

describe("patterns of many kinds", () => {
  const patterns = [
    "a|ab",
    "(a|ab)(c|bcd)?",
    "a*?b",
    "a+?",
    "(a*)*",
    "(a*)+b",
    "(?:a|b)+c",
    "^a",
    "a$",
    "^$",
    "\\bfoo\\b",
    "\\B.",
    ".",
    "[^a]",
    "[a-c1-3]+",
    "[\\w.-]+",
    "[\\]\\\\]",
    "[-a]",
    "[a-]",
    "[^]",
    "[]",
    "\\d{2,4}",
    "\\d{2}",
    "\\d{2,}?",
    "a{,2}",
    "a{",
    "x{1",
    "\\s+",
    "\\S+",
    "\\W",
    "\\D+",
    "(\\d+)-(\\d+)-(\\d+)",
    "(?<year>\\d+)",
    "(?=a)a",
    "a(?!b)",
    "(?=(a+))a",
    "(?!x)[a-z]+",
    "((a)|(b))+",
    "(a)|b",
    "(?:(a)|b)*",
    "\\x61",
    "\\u0061",
    "\\t",
    "\\cJ",
    "\\0",
    "\\.",
    "\\/",
    "€",
    "😀",
    "ä",
    "[ä-ö]",
    "\\u{2}",
    "]",
    "}",
    "(?:)",
    "(a?){3}",
    "(a{1,2}){2}",
    "(?:a?)*?b",
    "\\B(?=(\\d{3})+(?!\\d))",
    "[\\b]",
    "[\\d-x]",
    "\\c",
    "a||b",
    "(|a)+",
  ];
  for (const pattern of patterns) {
    test(pattern, () => {
      for (const flags of ["", "i", "m", "im"])
        for (const text of texts)
          assert.deepEqual(
            ours(pattern, flags, text),
            oracle(pattern, flags, text),
            `/${pattern}/${flags} in ${JSON.stringify(text)}`,
          );
    });
  }
});

test("random patterns", () => {
  const random = randomFrom(Number(process.env["TUTTI_FUZZ_SEED"] ?? 7));
  const rounds = Number(process.env["TUTTI_FUZZ_ROUNDS"] ?? 3_000);
  const parts =
    "a b c . ab (a) (b|c) (?:a|b) [ab] [^a] * + ? *? +? {2} {1,2} {0,2}? | ^ $ \\b \\w \\d (?=a) (?!b) ( )".split(" ");
  let compared = 0;
  for (let round = 0; round < rounds; round += 1) {
    const source = Array.from(
      { length: 1 + Math.floor(random() * 8) },
      () => parts[Math.floor(random() * parts.length)],
    ).join("");
    const text = Array.from({ length: Math.floor(random() * 9) }, () => "abc1"[Math.floor(random() * 4)]).join("");
    if (!isRegex(source)) continue;
    compared += 1;
    assert.deepEqual(ours(source, "", text), oracle(source, "", text), `/${source}/ in ${text}`);
  }
  assert.ok(compared > rounds / 4, `${compared} compared`);
});

function isRegex(source: string): boolean {
  try {
    return new RegExp(source).source !== "";
  } catch {
    return false;
  }
}

test("what is no pattern, or is not supported, is refused", () => {
  for (const source of [
    "(",
    ")",
    "[a",
    "*a",
    "a**",
    "(?a)",
    "a{2,1}",
    "[b-a]",
    "\\",
    "(a)\\1",
    "(?<=a)b",
    "(?<!a)b",
    "a{1001}",
    "(?:(?:a{100}){100}){100}",
    "(".repeat(100) + ")".repeat(100),
  ])
    assert.throws(() => compileRegex(source, ""), { code: "U1006" }, source);
});
